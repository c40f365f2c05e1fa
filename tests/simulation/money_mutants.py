"""Planted bugs with money: each is what somebody might write, and the operator's own book shows it."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from msgspec.structs import replace

from bot import ledger as order_ledger
from bot.deposits.mutations import MalformedPost, MutationReading, Service, read_mutations
from bot.features.deposits import suspense
from bot.features.deposits.crediting import post_credit
from bot.features.deposits.mutations import MutationReceiver, MutationResult
from bot.ledger import OPERATOR, AccountKind, Entry, EntryKind, Position, transfer_legs
from bot.notices.balances import BalanceLine
from bot.notices.deposits import SuspenseReason, TicketState
from bot.notices.orders import OrderNotice
from bot.orders.events import Failed, OrderEvent, Overdue, Refused, Succeeded
from bot.orders.model import Order, State
from bot.purchasing import payment, settlement
from bot.purchasing.settlement import AppliedEvent
from bot.unit_of_work import UnitOfWork
from storage import buyers, deposits, ledger, mutations, orders
from storage.buyers import Buyer
from storage.deposits import Ticket
from storage.errors import StorageError
from storage.mutations import Mutation
from storage.transaction import Tx
from tests.simulation.planting import Bug, Patch

MONEY_MUTANTS: dict[str, Bug] = {}


def _named(name: str) -> Callable[[Bug], Bug]:
    def register(bug: Bug) -> Bug:
        MONEY_MUTANTS[name] = bug
        return bug

    return register


def _post(work: UnitOfWork, order: Order, kind: EntryKind, target: tuple[AccountKind, int]) -> None:
    """Enter the price of an order once more, out of what is held."""
    if order.shop_id is None or not order.price_idr:
        return
    legs = transfer_legs(order.price_idr, source=(AccountKind.HELD, order.shop_id), target=target)
    source = f"order:{order.trxid}:{ledger.count_order_entries(work.tx, order.trxid) + 1}"
    ledger.post(
        work.tx,
        Entry(source=source, kind=kind, at_ms=work.now_ms, actor="x", legs=legs, forced=True),
    )


def _entered_anew(patch: Patch, kind: str) -> None:
    """Take away the last guard of a kind of events, one entry for one event, and so show what is in front."""
    number = f"CASE WHEN :source LIKE '{kind}:%' THEN '#' || count(*) ELSE '' END"
    anew = f"VALUES ((SELECT :source || {number} FROM entries)"  # noqa: S608 - words of this file
    patch.statement("insert_entry", lambda sql: sql.replace("VALUES (:source", anew))


def _with_position(patch: Patch, states: tuple[State, ...], position: Position) -> None:
    """Have the price of orders in `states` elsewhere, and an entry for every way to get there."""
    original = order_ledger.position_of
    patch.replace(original, lambda state: position if state in states else original(state))
    ways = {(a, b): EntryKind.HOLD for a in Position for b in Position if a is not b}
    patch.replace(order_ledger._KINDS, MappingProxyType({**ways, **order_ledger._KINDS}))


# Where the price of an order is.


@_named("refunds at every GAGAL that it hears")
def _(patch: Patch) -> None:
    original = settlement.apply_event

    def apply(work: UnitOfWork, before: Order, event: OrderEvent, **how: Any) -> AppliedEvent | None:
        if isinstance(event, Failed | Refused) and before.state is State.FAILED and before.shop_id:
            _post(work, before, EntryKind.RELEASE, (AccountKind.AVAILABLE, before.shop_id))
        return original(work, before, event, **how)

    patch.replace(original, apply)


@_named("sells again at every SUKSES that it hears")
def _(patch: Patch) -> None:
    original = settlement.apply_event

    def apply(work: UnitOfWork, before: Order, event: OrderEvent, **how: Any) -> AppliedEvent | None:
        if isinstance(event, Succeeded) and before.state is State.SUCCEEDED:
            _post(work, before, EntryKind.SPEND, (AccountKind.SALES, OPERATOR))
        return original(work, before, event, **how)

    patch.replace(original, apply)


@_named("gives the price of an unknown order back")
def _(patch: Patch) -> None:
    _with_position(patch, (State.UNKNOWN,), Position.FREE)


@_named("gives the price of a disputed order back")
def _(patch: Patch) -> None:
    _with_position(patch, (State.DISPUTED,), Position.FREE)


@_named("takes the price at SUKSES only")
def _(patch: Patch) -> None:
    under_way = (State.PLACED, State.SUBMITTING, State.PENDING, State.UNKNOWN)
    _with_position(patch, under_way, Position.FREE)


@_named("keeps the price of an expired order")
def _(patch: Patch) -> None:
    _with_position(patch, (State.EXPIRED,), Position.HELD)


@_named("gives the price of a late order back")
def _(patch: Patch) -> None:
    original = settlement.apply_event

    def apply(work: UnitOfWork, before: Order, event: OrderEvent, **how: Any) -> AppliedEvent | None:
        applied = original(work, before, event, **how)
        if isinstance(event, Overdue) and applied and applied.changed and before.shop_id:
            _post(work, before, EntryKind.RELEASE, (AccountKind.AVAILABLE, before.shop_id))
        return applied

    patch.replace(original, apply)


# The entries that lead there.


def _followed(patch: Patch, skips: Callable[[Order, Order, str], bool]) -> None:
    original = payment.follow

    def follow(work: UnitOfWork, before: Order, after: Order, *, actor: str) -> None:
        if not skips(before, after, actor):
            original(work, before, after, actor=actor)

    patch.replace(original, follow)


@_named("moves an order without its money")
def _(patch: Patch) -> None:
    _followed(patch, lambda *_: True)


@_named("makes no entry for a ruling")
def _(patch: Patch) -> None:
    _followed(patch, lambda _, __, actor: actor.startswith("admin:"))


@_named("leaves a refund with who got the goods after all")
def _(patch: Patch) -> None:
    _followed(patch, lambda before, *_: before.state in (State.FAILED, State.EXPIRED))


@_named("gives money back by the amount instead of the order")
def _(patch: Patch) -> None:
    original = payment.follow

    def follow(work: UnitOfWork, before: Order, after: Order, *, actor: str) -> None:
        newest = work.tx.all("orders_below", trxid="~", limit=1)[0]["trxid"]
        other = orders.get(work.tx, newest)
        if other and other.price_idr == after.price_idr and after.state is State.FAILED and after.shop_id:
            after = replace(after, shop_id=other.shop_id)
        original(work, before, after, actor=actor)

    patch.replace(original, follow)


@_named("reads the price anew when an order is settled")
def _(patch: Patch) -> None:
    original = payment.follow

    def follow(work: UnitOfWork, before: Order, after: Order, *, actor: str) -> None:
        product = work.catalogue.find(after.product_code)
        if product and after.price_idr:
            after = replace(after, price_idr=product.price_idr)
        original(work, before, after, actor=actor)

    patch.replace(original, follow)


# The floor.


@_named("forces every order through")
def _(patch: Patch) -> None:
    original = order_ledger.entry_for_new

    def entry(order: Order, *, actor: str) -> Entry | None:
        made = original(order, actor=actor)
        return replace(made, forced=True) if made else None

    patch.replace(original, entry)
    patch.replace(ledger.shortage, lambda *_: None)


@_named("looks at the floor before the unit of work instead of in it")
def _(patch: Patch) -> None:
    original = buyers.get
    seen: dict[int, Any] = {}

    def get(tx: Tx, user_id: int, *, chat_id: int) -> Buyer:
        found = original(tx, user_id, chat_id=chat_id)
        before = seen.get(user_id, found.account)
        if found.account:
            seen[user_id] = found.account
        return replace(found, account=before)

    patch.replace(original, get)
    patch.statement(
        "move_running_balances", lambda sql: sql.replace("(CAST(:forced AS BIGINT) = 1", "(1 = 1")
    )


@_named("counts what is held as available")
def _(patch: Patch) -> None:
    original = buyers.get

    def get(tx: Tx, user_id: int, *, chat_id: int) -> Buyer:
        found = original(tx, user_id, chat_id=chat_id)
        if found.account is None:
            return found
        held = ledger.account(tx, found.account.shop_id, AccountKind.HELD)
        counted = replace(found.account, balance_idr=found.account.balance_idr + held.balance_idr)
        return replace(found, account=counted)

    patch.replace(original, get)
    patch.statement(
        "move_running_balances", lambda sql: sql.replace("(CAST(:forced AS BIGINT) = 1", "(1 = 1")
    )


# The ledger itself.


@_named("enters a deposit as often as it is confirmed")
def _(patch: Patch) -> None:
    _entered_anew(patch, "deposit")


@_named("writes the balance before a leg as the one after it")
def _(patch: Patch) -> None:
    after, before = ":first_balance_idr", ":first_balance_idr - :first_amount_idr"
    patch.statement("insert_legs", lambda sql: sql.replace(after, before))


@_named("makes one leg of an entry")
def _(patch: Patch) -> None:
    patch.statement("insert_legs", lambda sql: sql.partition("),\n    (:entry_id")[0] + ")")


# What comes in.


@_named("confirms a ticket without looking at its state")
def _(patch: Patch) -> None:
    original = deposits.get

    def get(tx: Tx, ticket_id: int) -> Ticket | None:
        found = original(tx, ticket_id)
        return replace(found, state=TicketState.OPEN) if found else None

    patch.replace(original, get)
    patch.statement("decide_ticket", lambda sql: sql.replace(" AND state = :state_before", ""))
    _entered_anew(patch, "ticket")


@_named("credits a ticket that was cancelled")
def _(patch: Patch) -> None:
    original = deposits.get

    def get(tx: Tx, ticket_id: int) -> Ticket | None:
        found = original(tx, ticket_id)
        is_cancelled = found and found.state is TicketState.CANCELLED
        return replace(found, state=TicketState.OPEN) if found and is_cancelled else found

    patch.replace(original, get)
    patch.statement(
        "decide_ticket",
        lambda sql: sql.replace("= :state_before", "IN (:state_before, 'cancelled')"),
    )


@_named("credits a mutation each time it is posted")
def _(patch: Patch) -> None:
    original = suspense._credit_exact

    def credit(work: UnitOfWork, mutation: Mutation, ticket: Ticket) -> bool:
        if ticket.state is TicketState.CONFIRMED:
            post_credit(
                work,
                ticket.shop_id,
                ticket.exact_idr,
                entry_source=f"mutation:{mutation.mutation_id}",
                actor=f"mutation:{mutation.service}",
                source=AccountKind.DEPOSITS,
            )
            return True
        return original(work, mutation, ticket)

    anew = "(SELECT :service_ref || CASE WHEN count(*) THEN '#' || count(*) ELSE '' END"
    own = "FROM mutations WHERE service_ref LIKE :service_ref || '%')"
    patch.statement("insert_mutation", lambda sql: sql.replace(":service_ref", f"{anew} {own}"))
    patch.replace(original, credit)


@_named("does not recognise money that an admin has credited before")
def _(patch: Patch) -> None:
    patch.replace(suspense._link, lambda *_: False)


@_named("takes every report of an amount for one that an admin has credited before")
def _(patch: Patch) -> None:
    patch.statement("link_mutation", lambda sql: sql.replace(" AND mutation_id IS NULL", ""))


@_named("answers that a mutation is stored whatever came of it")
def _(patch: Patch) -> None:
    original = MutationReceiver.receive

    async def receive(self: MutationReceiver, post: Any) -> MutationResult:
        try:
            return await original(self, post)
        except StorageError:
            return MutationResult.STORED

    patch.method(MutationReceiver, original, receive)


def _without(patch: Patch, reason: SuspenseReason) -> None:
    """Have no doubt for a reason."""
    original = suspense._doubt

    def doubt(work: UnitOfWork, ticket: Ticket) -> SuspenseReason | None:
        found = original(work, ticket)
        return None if found is reason else found

    patch.replace(original, doubt)


@_named("does not look at the account on which money came")
def _(patch: Patch) -> None:
    patch.replace(suspense._is_ours, lambda *_: True)


@_named("credits tickets by themselves after a restore")
def _(patch: Patch) -> None:
    _without(patch, SuspenseReason.RESTORED)


@_named("gives late money to the shop that has its amount now")
def _(patch: Patch) -> None:
    _without(patch, SuspenseReason.SHARED_AMOUNT)


@_named("draws an amount for which another shop may still pay")
def _(patch: Patch) -> None:
    patch.replace(deposits.recent_amounts, lambda *_, **__: {})


@_named("credits a ticket beside the report of its money")
def _(patch: Patch) -> None:
    patch.replace(mutations.unclaimed, lambda *_: None)


@_named("refuses a whole report for a row that it cannot read")
def _(patch: Patch) -> None:
    original = read_mutations

    def read(service: Service, value: object) -> MutationReading:
        reading = original(service, value)
        if reading.unreadable:
            raise MalformedPost(reading.unreadable[0].why)
        return reading

    patch.replace(original, read)


@_named("loses a row that it cannot read")
def _(patch: Patch) -> None:
    patch.replace(suspense.keep_unreadable, lambda *_: None)


@_named("tells of a row that it cannot read each time it is posted")
def _(patch: Patch) -> None:
    original = mutations.store_unreadable

    def store(*given: Any, **named: Any) -> bool:
        original(*given, **named)
        return True

    patch.replace(original, store)


@_named("enters an adjustment at every tap on its card")
def _(patch: Patch) -> None:
    patch.statement("use_button", lambda sql: sql.replace(" AND used_at_ms IS NULL", ""))
    _entered_anew(patch, "adjustment")


# What is told, and when.


@_named("tells the balance of now instead of that of the entry")
def _(patch: Patch) -> None:
    def with_balance(work: UnitOfWork, order: Order, notice: OrderNotice) -> OrderNotice:
        account = ledger.account_of_buyer(work.tx, order.user_id)
        is_told = isinstance(notice, payment.NOTICES_WITH_BALANCE) and order.price_idr
        if not is_told or account is None or account.floor_idr is None:
            return notice
        moved = ledger.last_limited_move(work.tx, order.trxid, user_id=order.user_id)
        amount_idr = moved.amount_idr if moved else 0
        return replace(notice, balance=BalanceLine(amount_idr=amount_idr, after_idr=account.balance_idr))

    patch.replace(payment.with_balance, with_balance)


@_named("tells no balance in a batch")
def _(patch: Patch) -> None:
    original = payment.with_balance

    def with_balance(work: UnitOfWork, order: Order, notice: OrderNotice) -> OrderNotice:
        return notice if order.line > 1 else original(work, order, notice)

    patch.replace(original, with_balance)


@_named("sells after a restore before anybody has looked")
def _(patch: Patch) -> None:
    closed = "NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)"
    for name in ("orders_due", "orders_due_in_turns"):
        patch.statement(name, lambda sql: sql.replace(closed, "1"))
    original = buyers.get
    patch.replace(original, lambda *given, **named: replace(original(*given, **named), restore=None))
