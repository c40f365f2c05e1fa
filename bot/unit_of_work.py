"""The unit of work: a transaction, its time, and the notices that it stores with its changes."""

from collections.abc import Callable
from datetime import tzinfo
from typing import Protocol

from msgspec import Struct, field

from bot.actors import Actor, Address
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.diff import CatalogueDiff
from bot.catalogue.product import Product
from bot.deposits.accounts import DepositAccount
from bot.notices import Notice, is_hint, without_level_prices
from bot.notices.buttons import VIEW_ACTIONS, Button, ButtonSpec, Keyboard
from bot.notices.keyboards import keyboard_of
from bot.orders.biller_float import LowBalance
from bot.orders.model import Order
from bot.orders.product_health import HealthRules
from storage import buyers, inbox, outbox
from storage.buyers import Buyer
from storage.catalogue import CatalogueCache, CatalogueEdit
from storage.ledger import OrderMove
from storage.outbox import NewMessage, OutboxMessage
from storage.transaction import Tx

ALERT_PAUSE_MS = 300_000
"""Five minutes between two alerts on a topic: the first is enough, and more would hide other messages."""


CLOCK_TOLERANCE_MS = 60_000
"""A clock without NTP is rarely wrong by a minute, and is set back by less without a reason."""


class ReservedPost(Struct, frozen=True, kw_only=True):
    """Room for one post at the biller, by which an order may be claimed in the unit of work that places it.

    Only by this `claimant`, while the lease is valid in its `term` (None without leases), and only if the
    order is not older than `max_age_ms`. `expect` prepares for the post.
    """

    claimant: str
    term: int | None
    max_age_ms: int
    expect: Callable[[], None]


class NewMessages(Protocol):
    """Gets the messages that a unit of work enqueues, to send them without a scan of the outbox."""

    def begin(self) -> None:
        """Begin anew: what an earlier run of the unit has added was not stored."""
        ...

    def add(self, message: NewMessage | None) -> None:
        """Add a message, or note that a scan must find one (None)."""
        ...


class WorkContext(Struct, frozen=True, kw_only=True):
    """What all units of work share.

    `nonce` returns a new unguessable text of at most 64 bytes, `random_suffix` a number from 0 to 99999,
    `held_since_ms` the time since when the circuit breaker holds orders back, None if it is closed,
    `behind_ms` by how much our clock is behind Telegram's, `bot_username` the bot's name, empty until
    Telegram has told it. `recap_minute` is the minute of the shop's day at which the recap is sent.
    """

    admin_ids: tuple[int, ...]
    zone: tzinfo
    nonce: Callable[[], str]
    random_suffix: Callable[[], int]
    held_since_ms: Callable[[], int | None] = lambda: None
    behind_ms: Callable[[], int] = lambda: 0
    bot_username: Callable[[], str] = lambda: ""
    reseller_floor_idr: int | None = None
    reseller_daily_limit_idr: int | None = None
    deposit_accounts: tuple[DepositAccount, ...] = ()
    deposit_qris: str | None = None
    desk_url: str | None = None
    desk_staff_ids: tuple[int, ...] = ()
    biller_reserve_idr: int | None = None
    low_balance: LowBalance = LowBalance.CONTINUE
    health_rules: HealthRules = HealthRules()
    recap_minute: int | None = None
    catalogue_cache: CatalogueCache = field(default_factory=CatalogueCache)

    @property
    def takes_tickets(self) -> bool:
        """Whether resellers can pay in by a ticket."""
        return bool(self.deposit_accounts or self.deposit_qris)

    def begin(
        self,
        tx: Tx,
        now_ms: int,
        *,
        reserved: ReservedPost | None = None,
        new_messages: NewMessages | None = None,
    ) -> "UnitOfWork":
        """Return the unit of work of an open transaction."""
        if new_messages:
            new_messages.begin()
        return UnitOfWork(tx, self, now_ms, reserved=reserved, new_messages=new_messages)


class UnitOfWork(Struct, frozen=True):
    """A transaction with everything needed to read, change and notify; it is stored whole or not at all."""

    tx: Tx
    context: WorkContext
    now_ms: int
    buyers: dict[int, Buyer] = field(default_factory=dict)
    """The people who order here, read once; whoever changes one of them forgets it."""
    holds: dict[str, OrderMove] = field(default_factory=dict)
    """How the holds of orders, by trxid, have moved the balances of shops with a floor."""
    reserved: ReservedPost | None = None
    """Room at the biller for an order that is placed here."""
    claimed: list[Order] = field(default_factory=list)
    """The order that was claimed with `reserved`: it is posted once this is stored."""
    new_messages: NewMessages | None = None
    """Who sends what is enqueued here; None if a scan finds it."""

    @property
    def admin_ids(self) -> tuple[int, ...]:
        """The user ids of the admins, which are also the ids of their private chats."""
        return self.context.admin_ids

    @property
    def zone(self) -> tzinfo:
        """The time zone of the shop."""
        return self.context.zone

    def nonce(self) -> str:
        return self.context.nonce()

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue as of this transaction, with costs and the prices of all levels: for admins only."""
        return self.context.catalogue_cache.get(self.tx)

    def catalogue_for(self, user_id: int) -> Catalogue:
        """Return the catalogue as a person may see it: at the prices of their level, without costs."""
        level = self.buyer(user_id).level
        return self.context.catalogue_cache.priced(self.tx, level)

    def buyer(self, user_id: int, *, chat_id: int | None = None) -> Buyer:
        """Return a person with all that their orders depend on; `chat_id` is where they write."""
        if found := self.buyers.get(user_id):
            return found
        found = buyers.get(self.tx, user_id, chat_id=user_id if chat_id is None else chat_id)
        self.buyers[user_id] = found
        self.context.catalogue_cache.note_version(self.tx, found.catalogue)
        return found

    def forget_buyer(self, user_id: int) -> None:
        """Read a person anew when they are next asked for, because their account has changed."""
        self.buyers.pop(user_id, None)

    def replace_catalogue(
        self, old: Catalogue, new: tuple[Product, ...], edit: CatalogueEdit
    ) -> CatalogueDiff | None:
        """Replace the catalogue; return None if `old` is no longer the current one."""
        return self.context.catalogue_cache.replace(self.tx, old, new, edit)

    def notify(
        self,
        notice: Notice,
        address: Address,
        *,
        subject: str = "",
        edits: int | None = None,
        hold_until_ms: int = 0,
    ) -> None:
        """Enqueue a notice, as a new message or as an edit of our message `edits`.

        Later messages overtake it until `hold_until_ms`.
        """
        reader_id: int | None = None
        if address.chat_id < 0:  # a group, where everybody reads along
            notice = without_level_prices(notice, self._base_price)
            # What edits a message that one member sees, which has a negative id, is for that member.
            is_for_one = is_hint(notice) if edits is None else edits < 0
            reader_id = address.asker_id if is_for_one else None
        message = OutboxMessage(
            chat_id=address.chat_id,
            thread_id=address.thread_id,
            reply_to=address.reply_to,
            notice=notice,
            edits=edits,
            keyboard=self._keyboard(notice, subject),
            subject=subject,
            hold_until_ms=hold_until_ms,
            reader_id=reader_id,
        )
        if self.new_messages is None:
            outbox.enqueue(self.tx, message, at_ms=self.now_ms)
        else:
            self.new_messages.add(outbox.enqueue_next(self.tx, message, at_ms=self.now_ms))

    def leave_to_scan(self) -> None:
        """Note that messages may be sent now which only a scan of the outbox finds."""
        if self.new_messages is not None:
            self.new_messages.add(None)

    def answer(self, actor: Actor, notice: Notice, *, subject: str = "") -> None:
        """Enqueue a notice as an edit of the card that the actor tapped, or else as a reply."""
        if actor.card_id is None:
            self.notify(notice, actor.address, subject=subject)
        else:
            self.notify(notice, actor.chat, subject=subject, edits=actor.card_id)

    def notify_admins(self, notice: Notice, *, subject: str) -> None:
        """Enqueue a notice to the private chat of every admin."""
        for admin_id in self.admin_ids:
            self.notify(notice, Address(chat_id=admin_id), subject=subject)

    def alert_admins(self, notice: Notice, *, topic: str) -> bool:
        """Notify the admins, unless the last alert on `topic` is too recent; return whether it did."""
        subject = f"alert:{topic}"
        if self.was_enqueued_within(subject, ALERT_PAUSE_MS):
            return False
        self.notify_admins(notice, subject=subject)
        return True

    def was_enqueued_within(self, subject: str, period_ms: int) -> bool:
        """Return whether a message about a subject was enqueued lately.

        Times in the future are of a clock that was set back since: they say nothing about lately.
        """
        return outbox.was_enqueued_since(
            self.tx, subject, since_ms=self.now_ms - period_ms, until_ms=self.now_ms + CLOCK_TOLERANCE_MS
        )

    def replace_cards(self, notice: Notice, *, subject: str) -> None:
        """Replace every card about a subject, so that no card with an open question is left."""
        self.leave_to_scan()
        cards = outbox.cards_about(self.tx, subject)
        outbox.drop_waiting_about(self.tx, subject)
        for chat_id, message_id, outbox_id in cards:
            replacement = OutboxMessage(
                chat_id=chat_id,
                notice=notice,
                edits=message_id,
                edits_outbox_id=outbox_id if message_id is None else None,
                subject=subject,
            )
            outbox.enqueue(self.tx, replacement, at_ms=self.now_ms)

    def _base_price(self, code: str) -> int | None:
        product = self.catalogue.find(code)
        return product.price_idr if product else None

    def _keyboard(self, notice: Notice, subject: str) -> Keyboard:
        return tuple(tuple(self._button(spec, subject) for spec in row) for row in keyboard_of(notice))

    def _button(self, spec: ButtonSpec, subject: str) -> Button:
        """Return a button whose data is the payload of a view, or else a nonce that works once."""
        if spec.action in VIEW_ACTIONS:
            return Button(action=spec.action, data=f"{spec.action}:{spec.payload}", label=spec.label)
        nonce = self.nonce()
        inbox.register_button(self.tx, nonce, spec, subject, at_ms=self.now_ms)
        return Button(action=spec.action, data=nonce, label=spec.label)
