"""Chooses the words for a notice, and joins several notices into one message when a chat is behind."""

from dataclasses import dataclass
from typing import assert_never

from bot import notices as say
from bot.order import notices as of_order
from bot.texts import admins, members, orders, people, restore
from bot.texts.form import MAX_UNITS, Clock, Span, Text, length

MAX_COPY_CHARS = 256
"""Telegram's limit for what a copy button holds."""

COPY = "copy"
"""The name under which `LABELS` holds the words of the button that copies an SN."""

LABELS: dict[str, str] = {
    COPY: "📋 Salin SN",
    say.Action.APPROVE: "✅ Setujui",
    say.Action.REJECT: "❌ Tolak",
    say.Action.RULE_SUCCESS: "✅ SUKSES",
    say.Action.RULE_FAILURE: "❌ GAGAL",
    say.Action.WITHOUT_SN: "Tanpa SN",
    say.Action.CONFIRM_SUCCESS: "Ya, SUKSES",
    say.Action.CONFIRM_FAILURE: "Ya, GAGAL",
    say.Action.OPEN_COUNTER: "Buka loket",
    say.Action.CONFIRM_OPEN: "Ya, buka loket",
    say.Action.CANCEL: "Batal",
}

TOASTS = {
    "done": "Baik.",
    "used": "Tombol ini sudah tidak berlaku.",
    "not_allowed": "Tombol ini hanya untuk admin.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message ready to send: its words, and what a copy button under it should hold."""

    text: Text
    copy: str | None = None


def toast_text(toast: str) -> str:
    """Give what the tapper of a button sees for a moment."""
    return TOASTS[toast]


def render(notice: say.Notice, clock: Clock) -> Rendered:
    """Give one notice as a message."""
    copy = notice.sn if isinstance(notice, of_order.OrderSucceeded) else None
    return Rendered(text=_words(notice, clock), copy=copy if copy and len(copy) <= MAX_COPY_CHARS else None)


def merge(notices: list[say.Notice], clock: Clock) -> tuple[Text, int]:
    """Join as many of `notices` as one message holds, at least one; give the words and how many they are."""
    text: Text = ()
    for count, notice in enumerate(notices):
        words = _words(notice, clock)
        joined = (*text, Span("\n\n"), *words) if text else words
        if text and length(joined) > MAX_UNITS:
            return text, count
        text = joined
    return text, len(notices)


def _words(notice: say.Notice, clock: Clock) -> Text:  # noqa: C901, PLR0912 - one flat table, a row a notice
    match notice:
        case say.OrderNotFound():
            return admins.order_not_found(notice)
        case say.NothingOpen():
            return admins.nothing_open(notice)
        case say.ReversalQuarantined():
            return admins.reversal_quarantined(notice, clock)
        case say.DeliveryFailed():
            return admins.delivery_failed(notice)
        case say.BreakerOpened():
            return admins.breaker_opened(notice, clock)
        case say.BreakerClosed():
            return admins.breaker_closed(notice, clock)
        case say.AuditFinding():
            return admins.audit_finding(notice, clock)
        case say.RestoreGap():
            return restore.restore_gap(notice, clock)
        case say.OpenQuestion():
            return restore.open_question(notice, clock)
        case say.RestoreReleased():
            return restore.restore_released(notice, clock)
        case say.CounterClosed():
            return restore.counter_closed(notice)
        case say.CounterOpen():
            return restore.counter_open(notice)
        case say.JoinCard():
            return members.join_card(notice, clock)
        case say.JoinDecided():
            return members.join_decided(notice)
        case say.StandingChanged():
            return members.standing_changed(notice)
        case say.PersonNotFound():
            return members.person_not_found(notice)
        case say.ResellerList():
            return members.reseller_list(notice)
        case say.BalanceShown():
            return admins.balance(notice, clock)
        case say.JoinAnswer():
            return people.join_answer(notice)
        case say.Help():
            return people.help_for(notice)
        case say.NotUnderstood():
            return people.not_understood(notice)
        case say.BalanceWithheld():
            return people.balance_withheld(notice)
        case _:
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
