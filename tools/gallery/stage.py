"""A shop with a real database in memory: texts and taps go to the bot's handlers, which queue messages."""

import sqlite3
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from zoneinfo import ZoneInfo

from bot.actors import Address
from bot.catalogue.price_list.reader import ParsedPriceList, UnreadablePriceList, read_price_list
from bot.catalogue.product import Product
from bot.delivery.message_merging import Draft, compose_next, superseded
from bot.deposits.accounts import DepositAccount
from bot.features.lazy_content import load_content
from bot.features.people import membership
from bot.features.price_list import import_review
from bot.grammar.vocabulary import COMMANDS
from bot.handlers import callbacks, messages
from bot.notices import LazyNotice, Notice
from bot.orders.events import Accepted, Claimed, OrderEvent
from bot.orders.model import Order
from bot.orders.product_health import HealthRules
from bot.purchasing.settlement import apply_event_to
from bot.texts.buttons import COPY, label_of
from bot.texts.formatting import Clock
from bot.texts.render import RenderedMessage, render
from bot.unit_of_work import WorkContext
from bot.updates import ButtonPress, Document, IncomingMessage, MessageKind
from storage import catalogue, imports, order_queries, outbox
from storage.outbox import OutboxMessage, QueuedMessage
from storage.schema import migrate
from storage.sqlite import SqliteTx

ZONE = ZoneInfo("Asia/Jakarta")
OPENED_AT_MS = 1_795_331_001_000  # 22/11/2026 14:03:21 WIB
STEP_S = 4
MAX_ORDERS = 200
FAR_MS = 3_600_000
"""Longer than any delay of a message, so that delayed messages are shown too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    user_id: int
    name: str
    username: str


SARI = Person(user_id=1001, name="Sari", username="tokosari")
DEWI = Person(user_id=5001, name="Dewi", username="dewi_cell")
RINA = Person(user_id=9001, name="Ibu Rina", username="rina_admin")
ACCOUNTS = (
    DepositAccount(bank="BCA", number="1234567890", holder="Rina Wati"),
    DepositAccount(bank="DANA", number="081234567890", holder="Rina Wati"),
)
PEOPLE = (SARI, DEWI, RINA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """A message as its chat shows it; `buttons` are rows of labels."""

    to: Person
    notice: Notice
    rendered: RenderedMessage
    buttons: tuple[tuple[str, ...], ...]


def messages_to(person: Person, bubbles: tuple[Bubble, ...]) -> tuple[Bubble, ...]:
    return tuple(bubble for bubble in bubbles if bubble.to is person)


class Stage:
    """The shop and its users. Most methods return the messages that result from them."""

    def __init__(
        self,
        *products: Product,
        floor_idr: int | None = None,
        qris: str | None = None,
        failures_to_close: int = 0,
    ) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        weakref.finalize(self, connection.close)
        migrate(connection)
        connection.execute("BEGIN")
        self.tx = SqliteTx(connection)
        self.now_ms = OPENED_AT_MS
        self._numbers = count(1)
        self.clock = Clock(ZONE)
        self.context = WorkContext(
            admin_ids=(RINA.user_id,),
            zone=ZONE,
            nonce=lambda: f"nonce{next(self._numbers)}",
            random_suffix=lambda: (4_711 + 7_919 * next(self._numbers)) % 100_000,
            reseller_floor_idr=floor_idr,
            deposit_accounts=ACCOUNTS,
            deposit_qris=qris,
            recap_minute=21 * 60,
            bot_username=lambda: "loket_bot",
            health_rules=HealthRules(failures_to_close=failures_to_close),
        )
        self._message_ids = count(1)
        self._last_message_id = 0
        self._on_screen: dict[int, list[tuple[int, OutboxMessage]]] = {
            person.user_id: [] for person in PEOPLE
        }
        membership.approve_configured(self.tx, (SARI.user_id,), now_ms=self.now_ms)
        if products:
            self.sell(products)

    def sell(self, products: tuple[Product, ...]) -> None:
        """Replace the catalogue with these products."""
        edit = catalogue.CatalogueEdit(
            stamp="stage", at_ms=self.now_ms, user_id=None, name="", source="harga.xlsx"
        )
        cache = self.context.catalogue_cache
        cache.replace(self.tx, cache.get(self.tx), products, edit)

    def advance(self, seconds: float) -> None:
        self.now_ms += int(seconds * 1000)

    def send_text(
        self, text: str, by: Person = SARI, *, kind: MessageKind = MessageKind.WRITTEN, reply_to: str = ""
    ) -> tuple[Bubble, ...]:
        """Send a text to the bot; `reply_to` is the class of the notice whose last message it replies to."""
        self._receive(text, by, kind=kind, reply_to=self._message_of(by, reply_to) if reply_to else None)
        return self.new_messages()

    def _receive(
        self,
        text: str,
        by: Person,
        *,
        kind: MessageKind = MessageKind.WRITTEN,
        reply_to: int | None = None,
        document: Document | None = None,
        picture_id: str | None = None,
    ) -> None:
        if kind is not MessageKind.EDITED:
            self._last_message_id = next(self._message_ids)
        message = IncomingMessage(
            chat_id=by.user_id,
            is_private=True,
            thread_id=None,
            message_id=self._last_message_id,
            user_id=by.user_id,
            name=by.name,
            username=by.username,
            text=text,
            at_ms=self.now_ms,
            kind=kind,
            reply_to=reply_to,
            document=document,
            picture_id=picture_id,
        )
        messages.handle_message(self.context.begin(self.tx, self.now_ms), message)

    def send_picture(self, *, reply_to: str, by: Person = SARI) -> tuple[Bubble, ...]:
        """Send a picture as a reply to the last message of the notice class `reply_to`."""
        self._receive("", by, reply_to=self._message_of(by, reply_to), picture_id="picture")
        return self.new_messages()

    def send_file(self, name: str, content: str, by: Person = RINA) -> tuple[Bubble, ...]:
        """Send a price list to the bot and run its import."""
        document = Document(file_id=name, name=name, size_bytes=len(content))
        self._receive("", by, document=document)
        import_request = imports.next_requested(self.tx)
        if import_request is not None:
            self._run_import(import_request, content.encode())
        return self.new_messages()

    def _run_import(self, import_request: imports.Import, content: bytes) -> None:
        unit = self.context.begin(self.tx, self.now_ms)
        match read_price_list(content, commands=COMMANDS):
            case UnreadablePriceList() as reason:
                import_review.reject_import(unit, import_request, reason)
            case ParsedPriceList() as price_list:
                import_review.show_preview(unit, import_request, price_list, imports.serialize(price_list))

    def tap(self, label: str, by: Person = SARI) -> tuple[Bubble, ...]:
        """Tap the latest button whose label contains `label`."""
        message_id, data = self._button(by, label)
        pressed = ButtonPress(
            callback_id="1",
            chat_id=by.user_id,
            thread_id=None,
            message_id=message_id,
            user_id=by.user_id,
            name=by.name,
            data=data,
        )
        callbacks.handle_callback(self.context.begin(self.tx, self.now_ms), pressed)
        return self.new_messages()

    def apply(self, *events: OrderEvent, trxid: str = "") -> tuple[Bubble, ...]:
        """Apply events to an order, by default the latest."""
        trxid = trxid or self.orders()[-1].trxid
        self.record(*events, trxid=trxid)
        return self.new_messages()

    def record(self, *events: OrderEvent, trxid: str) -> None:
        """Apply events to an order without delivering its notices yet."""
        for event in events:
            apply_event_to(self.context.begin(self.tx, self.now_ms), trxid, event, actor="biller")

    def accept(self, trxid: str = "") -> None:
        """Make the biller accept an order, which is in progress then."""
        self.apply(Claimed(), Accepted(cost_idr=5_750, biller_ref="21160325359742"), trxid=trxid)

    def notify(self, *notices: Notice, to: Person = SARI) -> tuple[Bubble, ...]:
        """Send notices whose cause is not played on the stage."""
        for notice in notices:
            self.context.begin(self.tx, self.now_ms).notify(notice, Address(chat_id=to.user_id))
        return self.new_messages()

    def orders(self) -> list[Order]:
        """Return Sari's orders, oldest first."""
        placed = order_queries.page_before(self.tx, SARI.user_id, None, limit=MAX_ORDERS)
        return sorted(placed, key=lambda order: (order.placed_at_ms, order.line))

    def _message_of(self, by: Person, kind: str) -> int:
        on_screen = self._on_screen[by.user_id]
        return next(
            number for number, message in reversed(on_screen) if type(message.notice).__name__ == kind
        )

    def _button(self, by: Person, label: str) -> tuple[int, str]:
        return next(
            (number, button.data)
            for number, message in reversed(self._on_screen[by.user_id])
            for row in message.keyboard
            for button in row
            if label in label_of(button.action, button.label)
        )

    def new_messages(self) -> tuple[Bubble, ...]:
        """Deliver all waiting messages, then let some seconds pass."""
        bubbles = tuple(bubble for person in PEOPLE for bubble in self._deliver(person))
        self.advance(STEP_S)
        return bubbles

    def _deliver(self, person: Person) -> Iterator[Bubble]:
        while waiting := self._waiting(person):
            draft = compose_next(waiting, self.clock, one_by_one=False, is_scarce=False)
            if len(draft.batch) > 1:
                yield self._deliver_merged(person, draft)
            else:
                yield self._deliver_one(person, waiting[0])

    def _waiting(self, person: Person) -> list[QueuedMessage]:
        until_ms = self.now_ms + FAR_MS
        waiting = outbox.waiting_messages(self.tx, person.user_id, now_ms=until_ms, limit=MAX_ORDERS)
        outdated = superseded(waiting)
        for entry in outdated:
            outbox.drop(self.tx, entry.outbox_id)
        return [entry for entry in waiting if entry not in outdated]

    def _deliver_merged(self, person: Person, draft: Draft) -> Bubble:
        message_id = next(self._message_ids)
        for entry in draft.batch:
            outbox.mark_sent(self.tx, entry.outbox_id, message_id=message_id, at_ms=self.now_ms)
        text = draft.outgoing.text if draft.outgoing else ()
        notice = draft.batch[0].message.notice
        return Bubble(to=person, notice=notice, rendered=RenderedMessage(text=text), buttons=())

    def _deliver_one(self, person: Person, entry: QueuedMessage) -> Bubble:
        message, notice = entry.message, entry.message.notice
        message_id = message.edits or next(self._message_ids)
        outbox.mark_sent(self.tx, entry.outbox_id, message_id=message_id, at_ms=self.now_ms)
        self._on_screen[person.user_id].append((message_id, message))
        if isinstance(notice, LazyNotice):
            rendered = load_content(self.tx, notice, self.clock).rendered
        else:
            rendered = render(notice, self.clock)
        buttons = tuple(tuple(label_of(key.action, key.label) for key in row) for row in message.keyboard)
        copy_button = ((COPY,),) if rendered.copy else ()
        return Bubble(to=person, notice=notice, rendered=rendered, buttons=(*buttons, *copy_button))
