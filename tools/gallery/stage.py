"""A counter with real books in memory: what is typed and tapped goes the true way, what is said is kept."""

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
from bot.features.lazy_content import load_content
from bot.features.people import membership
from bot.features.price_list import import_review
from bot.grammar.vocabulary import COMMANDS
from bot.handlers import callbacks, messages
from bot.notices import LazyNotice, Notice
from bot.orders.events import Accepted, Claimed, OrderEvent
from bot.orders.model import Order
from bot.purchasing.settlement import apply_event_to
from bot.texts.buttons import COPY, label_of
from bot.texts.formatting import Clock
from bot.texts.render import RenderedMessage, render
from bot.unit_of_work import WorkContext
from bot.updates import ButtonPress, Document, IncomingMessage, MessageKind
from storage import catalogue, imports, order_queries, outbox
from storage.migrate import migrate
from storage.outbox import OutboxMessage, QueuedMessage
from storage.transaction import Tx

ZONE = ZoneInfo("Asia/Jakarta")
OPENED_AT_MS = 1_795_331_001_000  # 22/11/2026 14:03:21 WIB
STEP_S = 4
MAX_ORDERS = 200
FAR_MS = 3_600_000
"""Nothing on the stage rests longer: what waits for others is shown with them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the scenes."""

    user_id: int
    name: str
    username: str


SARI = Person(user_id=1001, name="Sari", username="tokosari")
DEWI = Person(user_id=5001, name="Dewi", username="dewi_cell")
RINA = Person(user_id=9001, name="Ibu Rina", username="rina_admin")
PEOPLE = (SARI, DEWI, RINA)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """A message as its chat shows it; `keys` are the rows of labels under it."""

    to: Person
    notice: Notice
    rendered: RenderedMessage
    keys: tuple[tuple[str, ...], ...]


def to(who: Person, said: tuple[Bubble, ...]) -> tuple[Bubble, ...]:
    """Give what one of the people reads of it."""
    return tuple(bubble for bubble in said if bubble.to is who)


class Stage:
    """The counter and the people at it; each verb gives what was said because of it."""

    def __init__(self, *products: Product) -> None:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        weakref.finalize(self, connection.close)
        migrate(connection)
        connection.execute("BEGIN")
        self.tx = Tx(connection)
        self.now_ms = OPENED_AT_MS
        self._numbers = count(1)
        self.clock = Clock(ZONE)
        self.context = WorkContext(
            admin_ids=(RINA.user_id,),
            zone=ZONE,
            nonce=lambda: f"nonce{next(self._numbers)}",
            random_suffix=lambda: (4_711 + 7_919 * next(self._numbers)) % 100_000,
        )
        self._message_ids = count(1)
        self._on_screen: dict[int, list[tuple[int, OutboxMessage]]] = {who.user_id: [] for who in PEOPLE}
        membership.approve_configured(self.tx, (SARI.user_id,), now_ms=self.now_ms)
        if products:
            self._sells(products)

    def _sells(self, products: tuple[Product, ...]) -> None:
        edit = catalogue.CatalogueEdit(
            stamp="stage", at_ms=self.now_ms, user_id=None, name="", source="harga.xlsx"
        )
        catalogue.replace(self.tx, catalogue.load(self.tx), products, edit)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.now_ms += int(seconds * 1000)

    def says(
        self, text: str, by: Person = SARI, *, kind: MessageKind = MessageKind.WRITTEN, to: str = ""
    ) -> tuple[Bubble, ...]:
        """Let somebody write to the bot, perhaps as a reply to our last message of the kind `to`."""
        self._takes_in(text, by, kind=kind, reply_to=self._message_of(by, to) if to else None)
        return self._said()

    def _takes_in(
        self,
        text: str,
        by: Person,
        *,
        kind: MessageKind = MessageKind.WRITTEN,
        reply_to: int | None = None,
        document: Document | None = None,
    ) -> None:
        said = IncomingMessage(
            chat_id=by.user_id,
            is_private=True,
            thread_id=None,
            message_id=next(self._message_ids),
            user_id=by.user_id,
            name=by.name,
            username=by.username,
            text=text,
            at_ms=self.now_ms,
            kind=kind,
            reply_to=reply_to,
            document=document,
        )
        messages.handle_message(self.context.begin(self.tx, self.now_ms), said)

    def sends(self, name: str, content: str, by: Person = RINA) -> tuple[Bubble, ...]:
        """Let an admin send a file, and read it."""
        document = Document(file_id=name, name=name, size_bytes=len(content))
        self._takes_in("", by, document=document)
        asked = imports.next_requested(self.tx)
        if asked is not None:
            self._reads(asked, content.encode())
        return self._said()

    def _reads(self, asked: imports.Import, content: bytes) -> None:
        match read_price_list(content, commands=COMMANDS):
            case UnreadablePriceList() as why:
                import_review.reject_import(self.context.begin(self.tx, self.now_ms), asked, why)
            case ParsedPriceList() as found:
                packed = imports.serialize(found)
                import_review.show_preview(self.context.begin(self.tx, self.now_ms), asked, found, packed)

    def taps(self, label: str, by: Person = SARI) -> tuple[Bubble, ...]:
        """Let somebody tap the latest button that has `label` on it."""
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
        return self._said()

    def hears(self, *news: OrderEvent, trxid: str = "") -> tuple[Bubble, ...]:
        """Let news of an order come in, of the latest unless told otherwise, and show what is said last."""
        trxid = trxid or self.orders()[-1].trxid
        self.is_told(*news, trxid=trxid)
        return self._said()

    def is_told(self, *news: OrderEvent, trxid: str) -> None:
        """Let news of an order come in that nobody can be told yet."""
        for each in news:
            apply_event_to(self.context.begin(self.tx, self.now_ms), trxid, each, actor="biller")

    def looks(self) -> tuple[Bubble, ...]:
        """Give what was said since somebody last looked."""
        return self._said()

    def takes(self, trxid: str = "") -> None:
        """Let the biller take an order for the time being."""
        self.hears(Claimed(), Accepted(cost_idr=5_750, biller_ref="21160325359742"), trxid=trxid)

    def tells(self, *notices: Notice, to: Person = SARI) -> tuple[Bubble, ...]:
        """Say something of which only the facts are made up."""
        for notice in notices:
            self.context.begin(self.tx, self.now_ms).notify(notice, Address(chat_id=to.user_id))
        return self._said()

    def orders(self) -> list[Order]:
        """Give Sari's orders in the order in which they were placed."""
        placed = order_queries.page_before(self.tx, SARI.user_id, None, limit=MAX_ORDERS)
        return sorted(placed, key=lambda order: (order.placed_at_ms, order.line))

    def _message_of(self, by: Person, kind: str) -> int:
        shown = self._on_screen[by.user_id]
        return next(number for number, message in reversed(shown) if type(message.notice).__name__ == kind)

    def _button(self, by: Person, label: str) -> tuple[int, str]:
        return next(
            (number, button.data)
            for number, message in reversed(self._on_screen[by.user_id])
            for row in message.keyboard
            for button in row
            if label in label_of(button.action, button.label)
        )

    def _said(self) -> tuple[Bubble, ...]:
        said = tuple(bubble for who in PEOPLE for bubble in self._said_to(who))
        self.passes(STEP_S)
        return said

    def _said_to(self, who: Person) -> Iterator[Bubble]:
        while waiting := self._waiting(who):
            draft = compose_next(waiting, self.clock, one_by_one=False, is_scarce=False)
            yield self._listed(who, draft) if len(draft.batch) > 1 else self._told(who, waiting[0])

    def _waiting(self, who: Person) -> list[QueuedMessage]:
        waiting = outbox.waiting_messages(self.tx, who.user_id, now_ms=self.now_ms + FAR_MS, limit=MAX_ORDERS)
        outdated = superseded(waiting)
        for entry in outdated:
            outbox.drop(self.tx, entry.outbox_id)
        return [entry for entry in waiting if entry not in outdated]

    def _listed(self, who: Person, draft: Draft) -> Bubble:
        message_id = next(self._message_ids)
        for entry in draft.batch:
            outbox.mark_sent(self.tx, entry.outbox_id, message_id=message_id, at_ms=self.now_ms)
        words = draft.outgoing.text if draft.outgoing else ()
        return Bubble(
            to=who, notice=draft.batch[0].message.notice, rendered=RenderedMessage(text=words), keys=()
        )

    def _told(self, who: Person, entry: QueuedMessage) -> Bubble:
        message, notice = entry.message, entry.message.notice
        message_id = message.edits or next(self._message_ids)
        outbox.mark_sent(self.tx, entry.outbox_id, message_id=message_id, at_ms=self.now_ms)
        self._on_screen[who.user_id].append((message_id, message))
        if isinstance(notice, LazyNotice):
            rendered = load_content(self.tx, notice, self.clock).rendered
        else:
            rendered = render(notice, self.clock)
        keys = tuple(tuple(label_of(key.action, key.label) for key in row) for row in message.keyboard)
        copy = ((COPY,),) if rendered.copy else ()
        return Bubble(to=who, notice=notice, rendered=rendered, keys=(*keys, *copy))
