"""Chooses the words for a notice."""

from typing import assert_never

from msgspec import Struct

from bot import notices as say
from bot.notices.admins import AdminsNotice
from bot.notices.catalogue import CatalogueNotice
from bot.notices.complaints import ComplaintsNotice
from bot.notices.looking import LookingNotice, OrderShown
from bot.notices.ordering import OrderingNotice
from bot.notices.people import PeopleNotice
from bot.notices.prices import NumberQuestion, PricesNotice
from bot.notices.receipts import ReceiptsNotice
from bot.notices.reports import ReportsNotice
from bot.notices.restore import RestoreNotice
from bot.notices.talk import TalkNotice
from bot.order import notices as of_order
from bot.order.model import State
from bot.texts import (
    admins,
    catalogue,
    complaints,
    looking,
    members,
    ordering,
    orders,
    people,
    prices,
    receipts,
    reports,
    restore,
)
from bot.texts.attachment import Attachment
from bot.texts.form import Clock, Text

MAX_COPY_CHARS = 256
"""Telegram's limit for what a copy button holds."""


class Rendered(Struct, frozen=True, kw_only=True):
    """A message ready to send: its words, what a copy button under it should hold, and what goes along.

    `asks` is what the field for an answer shows before anything is typed, None where none is asked for.
    """

    text: Text
    copy: str | None = None
    attachment: Attachment | None = None
    asks: str | None = None


def render(notice: say.Notice, clock: Clock) -> Rendered:
    """Give one notice as a message."""
    copy = _copy(notice)
    return Rendered(
        text=_words(notice, clock),
        copy=copy if copy and len(copy) <= MAX_COPY_CHARS else None,
        asks=prices.placeholder(notice) if isinstance(notice, NumberQuestion) else None,
    )


def _copy(notice: say.Notice) -> str | None:
    match notice:
        case of_order.OrderSucceeded() | OrderShown(state=State.SUCCEEDED):
            return orders.to_copy(notice)
        case _:
            return None


def _words(notice: say.Notice, clock: Clock) -> Text:
    """Ask the room whose notice it is."""
    if isinstance(notice, OrderingNotice):
        return ordering.words(notice, clock)
    if isinstance(notice, CatalogueNotice):
        return catalogue.words(notice, clock)
    if isinstance(notice, PricesNotice):
        return prices.words(notice)
    if isinstance(notice, LookingNotice):
        return looking.words(notice, clock)
    if isinstance(notice, ReportsNotice):
        return reports.words(notice)
    if isinstance(notice, ReceiptsNotice):
        return receipts.words(notice)
    if isinstance(notice, ComplaintsNotice):
        return complaints.words(notice, clock)
    if isinstance(notice, AdminsNotice):
        return admins.words(notice, clock)
    if isinstance(notice, RestoreNotice):
        return restore.words(notice, clock)
    if isinstance(notice, PeopleNotice):
        return members.words(notice, clock)
    if isinstance(notice, TalkNotice):
        return people.words(notice)
    return _words_of_order(notice, clock)


def _words_of_order(notice: of_order.OrderNotice, clock: Clock) -> Text:  # noqa: C901, PLR0912 - one flat table
    match notice:
        case of_order.OrderReceived():
            return orders.received(notice, clock)
        case of_order.OrderWaiting():
            return orders.waiting(notice, clock)
        case of_order.OrderSucceeded():
            return orders.succeeded(notice, clock)
        case of_order.OrderFailed():
            return orders.failed(notice, clock)
        case of_order.OrderUnknown():
            return orders.unknown(notice, clock)
        case of_order.OrderOverdue():
            return orders.overdue(notice, clock)
        case of_order.OrderExpired():
            return orders.expired(notice, clock)
        case of_order.OrderDisputed():
            return orders.disputed(notice, clock)
        case of_order.OrderCard():
            return admins.order_card(notice, clock)
        case of_order.SnQuestion():
            return admins.sn_question(notice)
        case of_order.RulingQuestion():
            return admins.ruling_question(notice)
        case of_order.OrderRuled():
            return admins.order_ruled(notice, clock)
        case of_order.OrderSettledItself():
            return admins.order_settled_itself(notice, clock)
        case of_order.RulingRejected():
            return admins.ruling_rejected(notice)
        case of_order.BillerTrouble():
            return admins.biller_trouble(notice, clock)
        case _:
            assert_never(notice)
