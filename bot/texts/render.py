"""Chooses the words for a notice."""

from typing import assert_never

from msgspec import Struct

from bot import notices as say
from bot.notices import orders as of_order
from bot.notices.alarms import AlarmNotice
from bot.notices.catalogue import CatalogueNotice
from bot.notices.complaints import ComplaintsNotice
from bot.notices.guidance import GuidanceNotice
from bot.notices.order_lookup import OrderDetails, OrderLookupNotice
from bot.notices.people import PeopleNotice
from bot.notices.placing import PlacingNotice
from bot.notices.price_list import PriceListNotice
from bot.notices.receipts import ReceiptsNotice
from bot.notices.reports import ReportsNotice
from bot.notices.restore_gate import RestoreGateNotice
from bot.notices.serial_numbers import SerialNumberNotice
from bot.notices.shopping import DestinationPrompt, ShoppingNotice
from bot.orders.model import State
from bot.texts import (
    alarms,
    catalogue,
    complaints,
    guidance,
    order_lookup,
    orders,
    people,
    placing,
    price_list,
    receipts,
    reports,
    restore_gate,
    serial_numbers,
    shopping,
)
from bot.texts.formatting import Attachment, Clock, Text

MAX_COPY_CHARS = 256
"""Telegram's limit for what a copy button holds."""


class RenderedMessage(Struct, frozen=True, kw_only=True):
    """A message ready to send: its words, what a copy button under it should hold, and what goes along.

    `asks` is what the field for an answer shows before anything is typed, None where none is asked for.
    """

    text: Text
    copy: str | None = None
    attachment: Attachment | None = None
    asks: str | None = None


def render(notice: say.Notice, clock: Clock) -> RenderedMessage:
    """Give one notice as a message."""
    copy = _copy(notice)
    return RenderedMessage(
        text=_words(notice, clock),
        copy=copy if copy and len(copy) <= MAX_COPY_CHARS else None,
        asks=shopping.placeholder(notice) if isinstance(notice, DestinationPrompt) else None,
    )


def _copy(notice: say.Notice) -> str | None:
    match notice:
        case of_order.OrderSucceeded() | OrderDetails(state=State.SUCCEEDED):
            return orders.to_copy(notice)
        case _:
            return None


def _words(notice: say.Notice, clock: Clock) -> Text:  # noqa: PLR0912 - one flat table
    """Ask the room whose notice it is."""
    if isinstance(notice, PlacingNotice):
        return placing.words(notice, clock)
    if isinstance(notice, PriceListNotice):
        return price_list.words(notice)
    if isinstance(notice, CatalogueNotice):
        return catalogue.words(notice, clock)
    if isinstance(notice, ShoppingNotice):
        return shopping.words(notice)
    if isinstance(notice, OrderLookupNotice):
        return order_lookup.words(notice, clock)
    if isinstance(notice, ReportsNotice):
        return reports.words(notice)
    if isinstance(notice, ReceiptsNotice):
        return receipts.words(notice)
    if isinstance(notice, SerialNumberNotice):
        return serial_numbers.words(notice, clock)
    if isinstance(notice, ComplaintsNotice):
        return complaints.words(notice, clock)
    if isinstance(notice, AlarmNotice):
        return alarms.words(notice, clock)
    if isinstance(notice, RestoreGateNotice):
        return restore_gate.words(notice, clock)
    if isinstance(notice, PeopleNotice):
        return people.words(notice, clock)
    if isinstance(notice, GuidanceNotice):
        return guidance.words(notice)
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
        case of_order.OrdersPossibleAgain():
            return orders.possible_again(notice, clock)
        case of_order.OrderUnknown():
            return orders.unknown(notice, clock)
        case of_order.OrderOverdue():
            return orders.overdue(notice, clock)
        case of_order.OrderExpired():
            return orders.expired(notice, clock)
        case of_order.OrderDisputed():
            return orders.disputed(notice, clock)
        case of_order.OrderCard():
            return alarms.order_card(notice, clock)
        case of_order.SnQuestion():
            return alarms.sn_question(notice)
        case of_order.ResolutionQuestion():
            return alarms.ruling_question(notice)
        case of_order.OrderResolved():
            return alarms.order_ruled(notice, clock)
        case of_order.OrderResolvedByBiller():
            return alarms.order_settled_itself(notice, clock)
        case of_order.ResolutionRejected():
            return alarms.ruling_rejected(notice)
        case of_order.BillerAccountAlarm():
            return alarms.biller_trouble(notice, clock)
        case _:
            assert_never(notice)
