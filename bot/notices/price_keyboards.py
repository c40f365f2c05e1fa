"""The buttons under price lists: groups, products, and the way through the pages."""

from collections.abc import Sequence
from typing import assert_never

from bot.notices.buttons import Action, ButtonRows, ButtonSpec
from bot.notices.shopping import (
    ChosenProductClosed,
    DestinationPrompt,
    ListScope,
    NoCatalogue,
    NoPrices,
    PriceGroups,
    PriceListPage,
    PriceRow,
    PromptCancelled,
    ShoppingNotice,
)

CODES_A_ROW = 3
GROUPS_A_ROW = 2
MAX_LABEL_CHARS = 24


def price_buttons(notice: ShoppingNotice) -> ButtonRows:
    """Give the rows of buttons under a notice of prices."""
    match notice:
        case PriceGroups(rows=rows):
            keys = [
                _list_key(ListScope.GROUP, row.key, 0, f"{row.name[:MAX_LABEL_CHARS]} ({row.count})")
                for row in rows
            ]
            return (*_in_rows(keys, GROUPS_A_ROW), *_pages(ListScope.ALL, "", notice.page, notice.pages))
        case PriceListPage(rows=rows):
            pages = _pages(notice.scope, notice.key, notice.page, notice.pages)
            return (*_products(rows, notice.number), *pages, (ButtonSpec(action=Action.ALL_PRICES),))
        case NoPrices(similar=rows):
            return (*_products(rows), (ButtonSpec(action=Action.ALL_PRICES),))
        case ChosenProductClosed(others=rows):
            return _products(rows)
        case NoCatalogue() | DestinationPrompt() | PromptCancelled():
            return ()
        case _:
            assert_never(notice)


def list_payload(scope: ListScope, key: str, page: int) -> str:
    """Give what a button keeps that asks for a page of a list."""
    return f"{scope}{page}|{key}"


def _list_key(scope: ListScope, key: str, page: int, label: str) -> ButtonSpec:
    return ButtonSpec(action=Action.PRICES, payload=list_payload(scope, key, page), label=label)


def _products(rows: Sequence[PriceRow], number: str = "") -> ButtonRows:
    behind = f"|{number}" if number else ""
    keys = [ButtonSpec(action=Action.PRODUCT, payload=f"{row.code}{behind}", label=row.code) for row in rows]
    return _in_rows(keys, CODES_A_ROW)


def _pages(scope: ListScope, key: str, page: int, pages: int) -> ButtonRows:
    """Give the way to the pages before and after, if there are any."""
    around = []
    if page > 0:
        around.append(_list_key(scope, key, page - 1, f"« {page}/{pages}"))
    if page + 1 < pages:
        around.append(_list_key(scope, key, page + 1, f"{page + 2}/{pages} »"))
    return (tuple(around),) if around else ()


def _in_rows(keys: Sequence[ButtonSpec], width: int) -> ButtonRows:
    return tuple(tuple(keys[start : start + width]) for start in range(0, len(keys), width))
