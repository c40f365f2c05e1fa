"""A report settles its own order once, whenever it comes; whatever fits no order changes none."""

from collections.abc import Callable
from urllib.parse import urlencode

import pytest

from bot.notices.alarms import BillerBalance, RefusalCause, ReversalQuarantined, ReversalRefused
from bot.notices.orders import OrderCard, OrderDisputed, OrderFailed, OrderSucceeded
from bot.orders.model import Order, Outcome, State
from bot.purchasing.reversals import ReversalResult
from storage.errors import StorageError
from tests.integration.conftest import BUDI, DEWI, RINA, SARI, Shop
from tests.integration.fakes import eventually

DEST = "081234567890"


def report(order: Order, **changes: str) -> bytes:
    """Write a report as the biller's sheet has it: success unless told otherwise."""
    fields = {
        "status": "0",
        "refid": order.trxid,
        "product": "banktrf",
        "qty": "1",
        "dest": order.destination,
        "message": f"Transaksi s5.{order.destination} SUKSES, SN: 11111111111"
        ", Saldo: Rp99,999,999, Harga: 201,200, Tgl: 01/01 10:32:12",
    }
    return urlencode({**fields, **changes}).encode()


def failure(order: Order) -> bytes:
    message = f"Transaksi s5.{order.destination} GAGAL, Saldo: Rp99,999,999, Tgl: 01/01 10:36:38"
    return report(order, status="1", message=message)


async def hear(shop: Shop, query: bytes) -> ReversalResult:
    return await shop.reversals.receive(query, remote="103.1.2.3")


@pytest.fixture
async def pending(shop: Shop) -> Order:
    order = await shop.asks()
    await shop.posts()
    return await shop.order(order.trxid)


async def test_the_sheets_success_is_told_with_its_sn(shop: Shop, pending: Order) -> None:
    assert await hear(shop, report(pending)) is ReversalResult.STORED
    after = await shop.order(pending.trxid)
    assert (after.state, after.sn, after.cost_idr) == (State.SUCCEEDED, "11111111111", 201_200)
    told = shop.last(SARI)
    assert isinstance(told, OrderSucceeded)
    assert told.sn == "11111111111"
    assert shop.messages(SARI)[-1]["reply_to"] == pending.message_id


async def test_the_sheets_failure_is_told(shop: Shop, pending: Order) -> None:
    assert await hear(shop, failure(pending)) is ReversalResult.STORED
    assert (await shop.order(pending.trxid)).state is State.FAILED
    assert isinstance(shop.last(SARI), OrderFailed)


async def test_the_report_is_kept_as_it_came_with_who_brought_it(shop: Shop, pending: Order) -> None:
    await hear(shop, report(pending))
    (event,) = shop.rows("SELECT actor, evidence FROM order_events WHERE kind = 'Succeeded'")
    assert event == {"actor": "biller:reversal 103.1.2.3", "evidence": report(pending).decode()}


async def test_the_operators_balance_is_learnt_and_never_told_to_the_reseller(
    shop: Shop, pending: Order
) -> None:
    await hear(shop, report(pending))
    await shop.says("/saldo", by=RINA)
    shown = shop.last(RINA)
    assert isinstance(shown, BillerBalance)
    assert (shown.balance_idr, shown.source) == (99_999_999, "reversal")
    await shop.speaks()
    for message in shop.sender.to(SARI):
        assert "99" not in message.text.replace(pending.trxid, "")
        assert "201" not in message.text.replace(pending.trxid, "")


@pytest.mark.parametrize("same", [report, failure])
async def test_the_same_report_heard_again_changes_nothing(shop: Shop, pending: Order, same: object) -> None:
    query = report(pending) if same is report else failure(pending)
    await hear(shop, query)
    before, told = await shop.order(pending.trxid), shop.kinds(SARI)
    for _ in range(3):
        shop.clock.passes(1)
        assert await hear(shop, query) is ReversalResult.STORED
    assert (await shop.order(pending.trxid), shop.kinds(SARI)) == (before, told)


@pytest.mark.parametrize("success_first", [True, False])
async def test_the_opposite_report_is_a_dispute_told_once(
    shop: Shop, pending: Order, *, success_first: bool
) -> None:
    first, then = (report, failure) if success_first else (failure, report)
    await hear(shop, first(pending))
    for query in (then(pending), first(pending), then(pending)):
        assert await hear(shop, query) is ReversalResult.STORED
    assert (await shop.order(pending.trxid)).state is State.DISPUTED
    assert shop.kinds(SARI).count("OrderDisputed") == 1
    told = shop.last(SARI)
    assert isinstance(told, OrderDisputed)
    assert told.now is (Outcome.FAILURE if success_first else Outcome.SUCCESS)
    assert shop.kinds(RINA) == shop.kinds(DEWI) == ["OrderCard"]


async def test_a_report_that_comes_before_the_answer_stands(shop: Shop) -> None:
    shop.biller.hangs()
    order = await shop.asks()
    await shop.submitter.run_once()
    await eventually(lambda: len(shop.biller.posts) == 1)
    await hear(shop, report(order))
    assert (await shop.order(order.trxid)).state is State.SUCCEEDED
    shop.biller.release()
    await shop.settled()
    assert (await shop.order(order.trxid)).state is State.SUCCEEDED
    assert shop.kinds(SARI) == ["OrderReceived", "OrderSucceeded"]


@pytest.mark.parametrize("query", [report, failure])
async def test_a_cut_connections_order_is_settled_by_its_report(shop: Shop, query: object) -> None:
    shop.biller.cuts()
    order = await shop.asks()
    await shop.posts()
    await hear(shop, report(order) if query is report else failure(order))
    settled = await shop.order(order.trxid)
    assert settled.state is (State.SUCCEEDED if query is report else State.FAILED)


async def test_a_report_of_an_order_that_expired_is_a_dispute(shop: Shop) -> None:
    order = await shop.asks(at_ms=shop.clock() - 700_000)
    await shop.posts()
    assert (await shop.order(order.trxid)).state is State.EXPIRED
    await hear(shop, report(order))
    assert (await shop.order(order.trxid)).state is State.DISPUTED


async def test_either_product_or_message_names_the_product(shop: Shop, pending: Order) -> None:
    told = report(pending, product="S5", message="SUKSES, SN: 1, Saldo: Rp1, Harga: 1, Tgl: 01/01")
    assert await hear(shop, told) is ReversalResult.STORED
    assert (await shop.order(pending.trxid)).state is State.SUCCEEDED


STRANGE = {
    "unknown refid": {"refid": "22110111373985338"},
    "refid of other form": {"refid": "1"},
    "another's number": {"dest": "081299999999"},
    "another product": {
        "product": "s10",
        "message": f"Transaksi s10.{DEST} SUKSES, SN: 1, Saldo: Rp1, Harga: 1, Tgl: 01/01",
    },
    "no status": {"status": ""},
    "unicode digit": {"status": "\u0660"},
    "blank beside the digit": {"status": " 0"},
    "another status": {"status": "2"},
}


@pytest.mark.parametrize("changes", STRANGE.values(), ids=STRANGE.keys())
async def test_a_report_that_fits_no_order_is_put_aside_and_changes_none(
    shop: Shop, pending: Order, changes: dict[str, str]
) -> None:
    await assert_put_aside(shop, pending, report(pending, **changes))


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"\xff\xfe%00",
        b"status=0",
        b"%zz",
        b"&&&&==",
        b"x" * 100_000,
        b"status=0&status=1&refid=1&product=s5&dest=1&message=",
    ],
)
async def test_garbage_is_put_aside_and_changes_no_order(shop: Shop, pending: Order, query: bytes) -> None:
    await assert_put_aside(shop, pending, query)


async def test_a_doubled_parameter_is_garbage(shop: Shop, pending: Order) -> None:
    await assert_put_aside(shop, pending, report(pending) + b"&status=1")


async def test_one_order_is_never_settled_by_a_report_of_another(shop: Shop, pending: Order) -> None:
    other = await shop.asks("s5.085712345678", by=BUDI)
    await assert_put_aside(shop, pending, report(other, refid=pending.trxid))
    assert (await shop.order(other.trxid)).state is State.PLACED


QUEER = {
    "a parameter twice": lambda order: report(order) + b"&refid=" + order.trxid.encode(),
    "a latin-1 byte": lambda order: report(order) + b"&x=Andr%E9",
    "a blank behind the refid": lambda order: report(order, refid=f"{order.trxid} "),
    "another number": lambda order: report(order, dest="081299999999"),
    "arrays": lambda order: report(order).replace(b"status=", b"status[]="),
}


@pytest.mark.parametrize("query_of", QUEER.values(), ids=QUEER.keys())
async def test_a_report_that_names_an_order_but_does_not_fit_is_shown_with_that_order(
    shop: Shop, pending: Order, query_of: Callable[[Order], bytes]
) -> None:
    assert await hear(shop, query_of(pending)) is ReversalResult.STRANGE
    for admin in (RINA, DEWI):
        alarm = shop.last(admin)
        assert isinstance(alarm, ReversalQuarantined)
        assert alarm.order
        assert (alarm.order.trxid, alarm.order.state) == (pending.trxid, State.PENDING)
        assert f"refid={pending.trxid}" in alarm.order.report
    await shop.speaks()
    assert f"Ref {pending.trxid}" in shop.sender.to(RINA)[-1].text


async def test_an_alarm_about_one_order_silences_none_about_another(shop: Shop, pending: Order) -> None:
    other = await shop.asks("s5.085712345678", by=BUDI)
    await hear(shop, b"garbage")
    for order in (pending, other):
        await hear(shop, report(order) + b"&status=1")
    alarms = [shop.notice(row) for row in shop.messages(RINA)]
    named = [alarm.order and alarm.order.trxid for alarm in alarms if isinstance(alarm, ReversalQuarantined)]
    assert named == [None, pending.trxid, other.trxid]


async def test_the_same_report_again_is_one_alarm_in_five_minutes_and_others_are_a_few(
    shop: Shop, pending: Order
) -> None:
    for _ in range(3):
        await hear(shop, report(pending) + b"&status=1")
    assert len(shop.kinds(RINA)) == 1
    for number in range(20):
        await hear(shop, report(pending) + b"&status=1&x=%d" % number)
    assert len(shop.kinds(RINA)) == 5
    shop.clock.passes(301)
    await hear(shop, report(pending) + b"&status=1")
    assert len(shop.kinds(RINA)) == 6


async def test_an_order_with_a_report_that_does_not_fit_is_settled_from_the_list(
    shop: Shop, pending: Order
) -> None:
    await shop.says("/tertunda", by=RINA)
    assert shop.kinds(RINA) == ["NothingToResolve"]
    await hear(shop, report(pending) + b"&status=0")
    await shop.says("/tertunda", by=RINA)
    card = shop.last(RINA)
    assert isinstance(card, OrderCard)
    assert "SUKSES, SN: 11111111111" in card.report
    await shop.says(f"/sukses {pending.trxid} 11111111111", by=RINA)
    await shop.presses(shop.buttons(RINA)["confirm_success"])
    assert (await shop.order(pending.trxid)).state is State.SUCCEEDED
    await shop.says("/tertunda", by=RINA)
    assert shop.kinds(RINA)[-1] == "NothingToResolve"


async def test_the_right_report_closes_the_card_of_the_wrong_one(shop: Shop, pending: Order) -> None:
    await hear(shop, report(pending) + b"&status=0")
    await shop.says("/tertunda", by=RINA)
    await shop.speaks()
    await hear(shop, report(pending))
    assert shop.kinds(RINA)[-1] == "OrderResolvedByBiller"


@pytest.mark.parametrize("dest", ["6281234567890", "+6281234567890", "81234567890", "0812-3456-7890"])
async def test_a_number_in_another_form_is_the_orders(shop: Shop, dest: str) -> None:
    order = await shop.asks(f"s5.{DEST}")
    await shop.posts()
    assert await hear(shop, report(order, dest=dest)) is ReversalResult.STORED
    assert (await shop.order(order.trxid)).state is State.SUCCEEDED


async def assert_put_aside(shop: Shop, pending: Order, query: bytes) -> None:
    events, told = shop.rows("SELECT * FROM order_events"), shop.kinds(SARI)
    assert await hear(shop, query) is ReversalResult.STRANGE
    assert await shop.order(pending.trxid) == pending
    assert shop.rows("SELECT * FROM order_events") == events
    assert shop.kinds(SARI) == told
    (kept,) = shop.rows("SELECT remote, query FROM quarantined_reversals")
    assert kept["remote"] == "103.1.2.3"
    assert len(kept["query"]) <= 2000
    assert shop.kinds(RINA) == shop.kinds(DEWI) == ["ReversalQuarantined"]


async def test_a_flood_of_garbage_wakes_the_admins_once_in_five_minutes(shop: Shop) -> None:
    for _ in range(10):
        await hear(shop, b"garbage")
    assert len(shop.kinds(RINA)) == 1
    shop.clock.passes(301)
    await hear(shop, b"garbage")
    assert len(shop.kinds(RINA)) == 2
    assert len(shop.rows("SELECT * FROM quarantined_reversals")) == 11


async def test_a_report_that_contradicts_itself_settles_nothing_and_asks_the_admins(
    shop: Shop, pending: Order
) -> None:
    assert await hear(shop, report(pending, status="1")) is ReversalResult.STORED
    held = await shop.order(pending.trxid)
    assert (held.state, held.success_reported, held.failure_reported) == (State.UNKNOWN, False, False)
    assert shop.kinds(SARI)[-1] == "OrderUnknown"
    assert "OrderCard" in shop.kinds(RINA)
    assert len(shop.rows("SELECT * FROM quarantined_reversals")) == 1


@pytest.mark.parametrize("settled_by", [report, failure])
async def test_a_contradiction_after_the_result_is_shown_with_its_order(
    shop: Shop, pending: Order, settled_by: Callable[[Order], bytes]
) -> None:
    await hear(shop, settled_by(pending))
    settled = await shop.order(pending.trxid)
    assert await hear(shop, report(pending, status="1")) is ReversalResult.STORED
    assert await shop.order(pending.trxid) == settled
    alarm = shop.last(RINA)
    assert isinstance(alarm, ReversalQuarantined)
    assert alarm.order
    assert alarm.order.state is settled.state


async def test_what_could_not_be_stored_raises_and_is_stored_when_told_again(
    shop: Shop, pending: Order
) -> None:
    shop.disk.refuses_writes(1)
    with pytest.raises(StorageError):
        await hear(shop, report(pending))
    assert await shop.order(pending.trxid) == pending
    assert await hear(shop, report(pending)) is ReversalResult.STORED
    assert (await shop.order(pending.trxid)).state is State.SUCCEEDED


class TestRefusals:
    """A report that knows the secret and is not let in may be the biller's, from its new address."""

    REMOTE = "198.51.100.9"

    async def refused(self, shop: Shop, remote: str = REMOTE, times: int = 1) -> list[str]:
        """Refuse requests, and return the addresses of all alarms that the admins have by then."""
        for _ in range(times):
            shop.reversals.refuse(RefusalCause.ADDRESS, remote)
        await shop.speaks()
        alarms = [shop.notice(row) for row in shop.messages(RINA) if row["kind"] == "ReversalRefused"]
        assert len([kind for kind in shop.kinds(DEWI) if kind == "ReversalRefused"]) == len(alarms)
        return [alarm.remote for alarm in alarms if isinstance(alarm, ReversalRefused)]

    async def test_the_admins_are_told_the_address_once_in_five_minutes(self, shop: Shop) -> None:
        assert await self.refused(shop, times=50) == [self.REMOTE]
        assert await self.refused(shop, remote="198.51.100.10") == [self.REMOTE]
        shop.clock.passes(301)
        assert await self.refused(shop, times=2) == [self.REMOTE, self.REMOTE]

    async def test_a_restart_does_not_tell_it_again(self, shop: Shop) -> None:
        assert await self.refused(shop) == [self.REMOTE]
        shop.starts()
        assert await self.refused(shop) == [self.REMOTE]

    async def test_the_log_has_each_address_once_and_not_without_end(
        self, shop: Shop, caplog: pytest.LogCaptureFixture
    ) -> None:
        for number in range(300):
            shop.reversals.refuse(RefusalCause.ADDRESS, f"2001:db8::{number % 150:x}")
        await shop.speaks()
        said = [record for record in caplog.records if record.message == "reversal refused"]
        assert len(said) == 100
        assert said[0].__dict__["remote"] == "2001:db8::0"

    async def test_an_alarm_that_was_not_stored_is_told_by_the_next_refusal(self, shop: Shop) -> None:
        shop.disk.refuses_writes()
        assert await self.refused(shop) == []
        shop.disk.recovers()
        assert await self.refused(shop) == [self.REMOTE]

    async def test_a_refusal_changes_nothing_else(self, shop: Shop, pending: Order) -> None:
        await self.refused(shop)
        assert await shop.order(pending.trxid) == pending
        assert shop.rows("SELECT * FROM quarantined_reversals") == []
