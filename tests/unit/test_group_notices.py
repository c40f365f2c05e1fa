"""What is sent to a group shows no price but that of the list without a level, whatever the notice."""

from collections.abc import Iterator

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

from bot.notices import Notice, without_level_prices
from bot.notices.balances import BalanceLine
from bot.notices.news import PriceDigest
from bot.notices.orders import OrderDisputed, OrderExpired, OrderFailed
from bot.notices.receipts import ReceiptSettings
from tests import samples

IN_PRIVATE = (PriceDigest, ReceiptSettings)
"""Sent to private chats alone; and what a shop takes from its customers, which it prints on receipts."""


def prices_in(value: object) -> Iterator[int]:
    if isinstance(value, Struct):
        for field in fields(value):
            found = getattr(value, field.name)
            if field.name == "price_idr" and found:
                yield found
            yield from prices_in(found)
    elif isinstance(value, tuple):
        for each in value:
            yield from prices_in(each)


@pytest.mark.parametrize("notice", samples.TO_RESELLERS, ids=lambda notice: type(notice).__name__)
def test_no_notice_shows_a_group_the_price_of_a_level(notice: Notice) -> None:
    if not isinstance(notice, IN_PRIVATE):
        assert list(prices_in(without_level_prices(notice, lambda _: None))) == []


def test_a_refund_is_shown_to_a_group_only_if_it_is_the_price_of_everybody() -> None:
    refund = BalanceLine(amount_idr=6_000, after_idr=9_000, is_private=False)
    results = [
        each for each in samples.TO_RESELLERS if isinstance(each, OrderFailed | OrderExpired | OrderDisputed)
    ]
    assert results
    for result in results:
        refunded = replace(result, balance=refund)
        assert without_level_prices(refunded, lambda _: 6_000) == refunded
        assert without_level_prices(refunded, lambda _: 5_900) == replace(refunded, balance=None)
