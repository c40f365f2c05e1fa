"""A ticket's exact amount belongs to one shop; it is credited once, with what was received."""

import asyncio
import json
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from bot.delivery.sending import OutgoingMessage, Sent
from bot.deposits.accounts import MAX_ACCOUNTS, MAX_HOLDER_CHARS, DepositAccount
from bot.deposits.qris import with_amount
from bot.features.deposits.crediting import LATE_MS
from bot.features.deposits.tickets import (
    LARGEST_SUFFIX,
    MAX_EVIDENCE,
    MAX_TICKETS_A_DAY,
    RESERVED_MS,
    TICKET_MS,
)
from bot.features.lazy_content import load_content
from bot.ledger import EntryKind
from bot.notices.balances import BalanceLine
from bot.notices.deposits import (
    AmountUnclear,
    DepositAccountList,
    DepositCredited,
    EvidenceForwarded,
    NoOpenTicket,
    TicketCard,
    TicketClosed,
    TicketEnded,
    TicketEvidence,
    TicketIssued,
    TicketQuestion,
    TicketRefusal,
    TicketRefused,
    TicketState,
    TicketTooOld,
)
from bot.telegram.client import close_client, open_client
from bot.telegram.parse_update import parse_update
from bot.telegram.sender import Sender
from bot.texts.formatting import AttachmentKind, Clock, ReceivedFile, Span, length
from bot.updates import Document, IncomingMessage, MessageKind, Toast
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, ZONE, Shop
from tests.integration.fakes import a_message
from tests.integration.sandboxed import sandboxed
from tests.integration.test_payment import Till
from tests.unit.test_qris import STATIC

BCA = DepositAccount(bank="BCA", number="1234567890", holder="Sari Dewi")
DANA = DepositAccount(bank="DANA", number="081234567890", holder="Sari Dewi")
MAX_CAPTION_UNITS = 1024


@pytest.fixture
def till(shop: Shop) -> Till:
    shop.starts(reseller_floor_idr=0, deposit_accounts=(BCA, DANA))
    return Till(shop)


def issued(shop: Shop, chat: int = SARI) -> TicketIssued:
    notice = shop.last(chat)
    assert isinstance(notice, TicketIssued), notice
    return notice


async def asks(shop: Shop, text: str = "tiket 100000", *, by: int = SARI) -> TicketIssued:
    """Ask for a ticket, and let everybody see what was sent."""
    await shop.says(text, by=by)
    ticket = issued(shop, by)
    await shop.speaks()
    return ticket


def message_of(shop: Shop, chat: int, kind: str) -> int:
    """Return the id of the last message of a kind in a chat."""
    sent: list[int] = [row["message_id"] for row in shop.messages(chat) if row["kind"] == kind]
    return sent[-1]


async def replies(shop: Shop, text: str, *, by: int = RINA, to: str = "TicketCard") -> None:
    await shop.says(text, by=by, reply_to=message_of(shop, by, to))


async def taps(shop: Shop, action: str, *, by: int = RINA) -> Toast:
    return await shop.presses(shop.buttons(by)[action], by=by)


def refusal(shop: Shop, chat: int = SARI) -> TicketRefusal:
    notice = shop.last(chat)
    assert isinstance(notice, TicketRefused), notice
    return notice.refusal


class TestAsking:
    @pytest.mark.parametrize(
        "typed",
        [
            "tiket 100000",
            "tiket.100000",
            "tiket 100.000",
            "tiket 100rb",
            "Tiket Rp 100.000,-",
            "deposit 100000",
            "dep 100k",
            "dep.100000",
            "dp 100ribu",
            "/tiket 100000",
            "tiket 0,1jt",
            "tiket.100000.1234",
            "DEP.TIKET.100000.1234",
            "tiket 100.000 1234",
        ],
    )
    async def test_every_common_form_gives_an_exact_amount_and_where_to_pay(
        self, till: Till, typed: str
    ) -> None:
        ticket = await asks(till.shop, typed)
        assert 100_000 < ticket.exact_idr <= 100_000 + LARGEST_SUFFIX
        assert ticket.accounts == (BCA, DANA)
        assert ticket.expires_at_ms == till.shop.clock() + TICKET_MS
        (sent,) = till.shop.sender.to(SARI)
        assert {str(ticket.exact_idr), BCA.number, DANA.number} <= {
            span.text for span in sent.outgoing.text if span.style == "code"
        }
        assert BCA.holder in sent.text

    @pytest.mark.parametrize(
        "typed", ["dep.bca.100000", "tiket 100000 bca", "dep BCA 100k", "Tiket BCA 100000 9999"]
    )
    async def test_a_bank_may_be_named(self, till: Till, typed: str) -> None:
        assert (await asks(till.shop, typed)).accounts == (BCA,)

    @pytest.mark.parametrize(
        ("typed", "why"),
        [
            ("tiket", TicketRefusal.NO_AMOUNT),
            ("tiket abc", TicketRefusal.UNREADABLE),
            ("tiket 0", TicketRefusal.UNREADABLE),
            ("tiket 100000,50", TicketRefusal.UNREADABLE),
            ("tiket 100", TicketRefusal.TOO_SMALL),
            ("tiket 9999", TicketRefusal.TOO_SMALL),
            ("tiket 50.000.001", TicketRefusal.TOO_LARGE),
            ("dep.bri.100000", TicketRefusal.UNKNOWN_BANK),
            ("dep.qris.100000", TicketRefusal.UNKNOWN_BANK),
        ],
    )
    async def test_what_cannot_be_a_ticket_is_refused_with_what_to_type(
        self, till: Till, typed: str, why: TicketRefusal
    ) -> None:
        await till.shop.says(typed)
        assert refusal(till.shop) is why
        assert till.shop.rows("SELECT * FROM tickets") == []
        assert till.shop.kinds(RINA) == []

    async def test_without_an_account_tickets_are_not_open(self, shop: Shop) -> None:
        for typed in ("tiket 100000", "bank"):
            await shop.says(typed)
            assert refusal(shop) is TicketRefusal.NOWHERE_TO_PAY

    @pytest.mark.parametrize("typed", ["bank", "rekening", "/bank"])
    async def test_the_accounts_are_listed(self, till: Till, typed: str) -> None:
        await till.shop.says(typed)
        assert till.shop.last(SARI) == DepositAccountList(accounts=(BCA, DANA), takes_qris=False)

    async def test_two_shops_never_pay_the_same_amount(self, till: Till) -> None:
        till.shop.random_suffix.next_are(346, 346)
        first, second = await asks(till.shop), await asks(till.shop, by=BUDI)
        assert first.exact_idr == 100_347
        assert second.exact_idr != first.exact_idr

    async def test_an_amount_is_unique_whatever_it_was_made_from(self, till: Till) -> None:
        till.shop.random_suffix.next_are(499, 399)
        first, second = await asks(till.shop), await asks(till.shop, "tiket 100100", by=BUDI)
        assert first.exact_idr == 100_500
        assert second.exact_idr != first.exact_idr

    async def test_none_of_999_free_is_said_and_another_amount_is_offered(self, till: Till) -> None:
        await asks(till.shop)
        copied = ", ".join(
            row["name"]
            for row in till.shop.rows("PRAGMA table_info(tickets)")
            if row["name"] not in ("ticket_id", "exact_idr", "shop_id", "state")
        )

        def fill(tx: object) -> None:
            connection = tx._connection  # type: ignore[attr-defined]  # noqa: SLF001 - 999 tickets at once
            connection.execute("UPDATE tickets SET exact_idr = 100001, state = 'expired'")
            for suffix in range(2, LARGEST_SUFFIX + 1):
                connection.execute(
                    f"INSERT INTO tickets (exact_idr, shop_id, state, {copied}) "  # noqa: S608 - our own names
                    f"SELECT {100_000 + suffix}, shop_id, state, {copied} FROM tickets WHERE ticket_id = 1"
                )

        await till.shop.disk.write(fill)
        await till.shop.says("tiket 100000", by=BUDI)
        assert refusal(till.shop, BUDI) is TicketRefusal.NONE_FREE
        await till.shop.says("tiket 101000", by=BUDI)
        assert issued(till.shop, BUDI).exact_idr > 101_000

    async def test_one_shop_cannot_take_all_amounts(self, till: Till) -> None:
        for _ in range(MAX_TICKETS_A_DAY):
            await till.shop.says("tiket 100000")
            await till.shop.says("batal tiket")
        await till.shop.says("tiket 100000")
        assert refusal(till.shop) is TicketRefusal.TOO_MANY
        till.shop.clock.passes(86_401)
        await asks(till.shop)

    async def test_asking_again_shows_the_open_ticket_and_a_button_replaces_it(self, till: Till) -> None:
        first = await asks(till.shop)
        again = await asks(till.shop)
        assert (again.ticket_id, again.is_again, again.wanted_idr) == (first.ticket_id, True, 0)
        other = await asks(till.shop, "tiket 200rb")
        assert (other.ticket_id, other.wanted_idr) == (first.ticket_id, 200_000)
        assert await taps(till.shop, "ticket_replace", by=SARI) is Toast.DONE
        new = issued(till.shop)
        assert new.ticket_id != first.ticket_id
        assert new.exact_idr > 200_000
        states = till.shop.rows("SELECT state FROM tickets ORDER BY ticket_id")
        assert [row["state"] for row in states] == ["cancelled", "open"]

    async def test_the_buttons_belong_to_the_reseller(self, till: Till) -> None:
        await asks(till.shop)
        assert await till.shop.presses(till.shop.buttons(SARI)["ticket_cancel"], by=BUDI) is Toast.NOT_YOURS

    @pytest.mark.parametrize(
        "typed", ["batal tiket", "batal.tiket", "/batal tiket", "tiket batal", "untiket"]
    )
    async def test_a_ticket_is_cancelled_by_a_word(self, till: Till, typed: str) -> None:
        await asks(till.shop)
        await till.shop.says(typed)
        ended = till.shop.last(SARI)
        assert isinstance(ended, TicketEnded)
        assert ended.state is TicketState.CANCELLED
        closed = till.shop.last(RINA)
        assert isinstance(closed, TicketClosed)
        assert till.shop.messages(RINA)[-1]["edits"] == message_of(till.shop, RINA, "TicketCard")
        await till.shop.says(typed)
        assert till.shop.last(SARI) == NoOpenTicket()


class TestQris:
    @pytest.fixture
    def shop_with_qris(self, shop: Shop) -> Shop:
        shop.starts(reseller_floor_idr=0, deposit_accounts=(BCA,), deposit_qris=STATIC)
        return shop

    async def test_the_picture_is_read_back_as_the_merchants_code_with_the_exact_amount(
        self, shop_with_qris: Shop
    ) -> None:
        ticket = await asks(shop_with_qris)
        (sent,) = shop_with_qris.sender.to(SARI)
        assert sent.outgoing.attachment is not None
        assert sent.outgoing.attachment.form is AttachmentKind.PICTURE
        picture = Image.open(BytesIO(sent.outgoing.attachment.content))
        (read,) = zxingcpp.read_barcodes(picture.convert("L"))
        assert read.text == ticket.qris == with_amount(STATIC, ticket.exact_idr)
        assert "QRIS" in sent.text
        assert BCA.number in sent.text

    async def test_qris_or_a_bank_alone_can_be_asked_for(self, shop_with_qris: Shop) -> None:
        by_qris = await asks(shop_with_qris, "dep.qris.100000")
        assert (by_qris.accounts, by_qris.qris is None) == ((), False)
        by_bank = await asks(shop_with_qris, "dep.bca.100000", by=BUDI)
        assert (by_bank.accounts, by_bank.qris) == ((BCA,), None)

    async def test_the_longest_ticket_fits_under_its_picture(self, shop_with_qris: Shop) -> None:
        long = DepositAccount(bank="B" * 20, number="1" * 20, holder="H" * MAX_HOLDER_CHARS)
        ticket = TicketIssued(
            ticket_id=999_999,
            exact_idr=50_000_999,
            user_id=SARI,
            accounts=(long,) * MAX_ACCOUNTS,
            qris=STATIC,
            expires_at_ms=shop_with_qris.clock(),
            is_again=True,
            wanted_idr=50_000_000,
        )
        content = await shop_with_qris.disk.read(lambda tx: load_content(tx, ticket, Clock(ZONE)))
        assert length(content.rendered.text) <= MAX_CAPTION_UNITS


class TestDeciding:
    async def test_the_money_is_there_by_one_tap_and_all_are_told(self, till: Till) -> None:
        ticket = await asks(till.shop)
        for admin in (RINA, DEWI):
            card = till.shop.last(admin)
            assert isinstance(card, TicketCard)
            assert (card.exact_idr, card.user_id) == (ticket.exact_idr, SARI)
        assert await taps(till.shop, "ticket_paid") is Toast.DONE
        assert till.sums == (ticket.exact_idr, 0)
        told = till.shop.last(SARI)
        assert isinstance(told, DepositCredited)
        assert told.balance == BalanceLine(amount_idr=ticket.exact_idr, after_idr=ticket.exact_idr)
        for admin in (RINA, DEWI):
            closed = till.shop.last(admin)
            assert isinstance(closed, TicketClosed)
            assert (closed.credited_idr, closed.admin_name) == (ticket.exact_idr, f"Name {RINA}")
        (row,) = till.shop.rows("SELECT * FROM tickets")
        assert (row["state"], row["decided_by"]) == ("confirmed", RINA)
        (entry,) = till.shop.rows("SELECT source, actor FROM entries")
        assert entry == {"source": f"ticket:{ticket.ticket_id}", "actor": f"admin:{RINA}"}

    async def test_two_admins_and_two_taps_credit_once(self, till: Till) -> None:
        await asks(till.shop)
        by_rina, by_dewi = (till.shop.buttons(admin)["ticket_paid"] for admin in (RINA, DEWI))
        toasts = await asyncio.gather(
            till.shop.presses(by_rina, by=RINA),
            till.shop.presses(by_dewi, by=DEWI),
            till.shop.presses(by_rina, by=RINA),
        )
        assert list(toasts) == [Toast.DONE, Toast.USED, Toast.USED]
        assert till.count(EntryKind.DEPOSIT) == 1
        till.ties()

    async def test_what_another_admin_entered_by_hand_is_asked_about_before_it_is_credited_again(
        self, till: Till
    ) -> None:
        ticket = await asks(till.shop)
        await till.shop.says("halo")
        await till.shop.says(f"/tambah {SARI} {ticket.exact_idr} transfer BCA", by=DEWI)
        await taps(till.shop, "confirm_add", by=DEWI)
        paid = next(
            data
            for row in till.shop.messages(RINA)
            for keys in json.loads(row["keyboard"])
            for action, data, _ in keys
            if action == "ticket_paid"
        )
        assert await till.shop.presses(paid, by=RINA) is Toast.ASKED
        question = till.shop.last(RINA)
        assert isinstance(question, TicketQuestion)
        assert question.same_at_ms == till.shop.clock()
        assert till.sums == (ticket.exact_idr, 0)

    async def test_a_tap_after_a_cancel_credits_nothing(self, till: Till) -> None:
        await asks(till.shop)
        paid = till.shop.buttons(RINA)["ticket_paid"]
        await till.shop.says("batal tiket")
        assert await till.shop.presses(paid, by=RINA) is Toast.USED
        assert till.sums == (0, 0)

    async def test_no_reseller_confirms_a_ticket(self, till: Till) -> None:
        await asks(till.shop)
        nonce = till.shop.buttons(RINA)["ticket_paid"]
        assert await till.shop.presses(nonce, by=SARI) is Toast.NOT_ALLOWED
        assert till.sums == (0, 0)

    async def test_no_money_yet_is_told_and_the_money_may_still_come(self, till: Till) -> None:
        ticket = await asks(till.shop)
        paid = till.shop.buttons(DEWI)["ticket_paid"]
        await taps(till.shop, "ticket_absent")
        ended = till.shop.last(SARI)
        assert isinstance(ended, TicketEnded)
        assert ended.state is TicketState.REJECTED
        assert await till.shop.presses(paid, by=DEWI) is Toast.USED
        assert till.sums == (0, 0)
        await till.shop.speaks()
        await replies(till.shop, str(ticket.exact_idr), to="TicketClosed")
        assert await taps(till.shop, "ticket_credit") is Toast.DONE
        assert till.sums == (ticket.exact_idr, 0)

    @pytest.mark.parametrize("received_idr", [98_000, 100_000, 150_001, 1])
    async def test_what_was_received_is_credited_and_never_rounded(
        self, till: Till, received_idr: int
    ) -> None:
        ticket = await asks(till.shop)
        await replies(till.shop, f"{received_idr}")
        question = till.shop.last(RINA)
        assert isinstance(question, TicketQuestion)
        assert (question.received_idr, question.exact_idr) == (received_idr, ticket.exact_idr)
        assert till.sums == (0, 0)
        await taps(till.shop, "ticket_credit")
        assert till.sums == (received_idr, 0)
        assert isinstance(till.shop.last(DEWI), TicketClosed)

    async def test_a_question_is_asked_twice_and_credited_once(self, till: Till) -> None:
        await asks(till.shop)
        await replies(till.shop, "98.000", by=RINA)
        await replies(till.shop, "98rb", by=DEWI)
        first, second = (till.shop.buttons(admin)["ticket_credit"] for admin in (RINA, DEWI))
        assert await till.shop.presses(first, by=RINA) is Toast.DONE
        assert await till.shop.presses(second, by=DEWI) is Toast.USED
        assert till.sums == (98_000, 0)

    async def test_a_question_can_be_dropped(self, till: Till) -> None:
        await asks(till.shop)
        await replies(till.shop, "98000")
        await taps(till.shop, "cancel")
        assert isinstance(till.shop.last(RINA), TicketCard)
        assert till.sums == (0, 0)

    async def test_a_reply_that_is_no_amount_asks_for_one(self, till: Till) -> None:
        await asks(till.shop)
        for typed in ("sudah masuk", "-5000", "98000.50"):
            await replies(till.shop, typed)
            assert isinstance(till.shop.last(RINA), AmountUnclear)
        assert till.sums == (0, 0)

    async def test_late_money_is_credited_for_some_days_and_then_booked_otherwise(self, till: Till) -> None:
        ticket = await asks(till.shop)
        till.shop.clock.passes(TICKET_MS / 1000)
        await till.shop.deposits.run_once()
        ended = till.shop.last(SARI)
        assert isinstance(ended, TicketEnded)
        assert ended.state is TicketState.EXPIRED
        await till.shop.speaks()
        till.shop.clock.passes(86_400)
        await replies(till.shop, str(ticket.exact_idr), to="TicketClosed")
        question = till.shop.last(RINA)
        assert isinstance(question, TicketQuestion)
        assert question.state is TicketState.EXPIRED
        stale = till.shop.buttons(RINA)["ticket_credit"]
        till.shop.clock.passes(LATE_MS / 1000)
        await replies(till.shop, str(ticket.exact_idr), to="TicketClosed")
        assert isinstance(till.shop.last(RINA), TicketTooOld)
        assert await till.shop.presses(stale, by=RINA) is Toast.USED
        assert till.sums == (0, 0)

    async def test_what_a_shop_owes_is_paid_by_its_deposit(self, till: Till) -> None:
        await asks(till.shop)
        await till.shop.disk.write(lambda tx: tx.run("set_floor", shop_id=1, floor_idr=50_000))
        await replies(till.shop, "20000")
        await taps(till.shop, "ticket_credit")
        assert till.sums == (20_000, 0)


class TestTime:
    async def test_an_expired_ticket_is_told_once_and_its_amount_stays_reserved(self, till: Till) -> None:
        till.shop.random_suffix.next_are(346, 346)
        await asks(till.shop)
        till.shop.clock.passes(TICKET_MS / 1000 + 1)
        while not await till.shop.deposits.run_once():
            pass
        assert till.shop.kinds(SARI).count("TicketEnded") == 1
        assert (await asks(till.shop, by=BUDI)).exact_idr != 100_347
        till.shop.clock.passes(RESERVED_MS / 1000)
        while not await till.shop.deposits.run_once():
            pass
        till.shop.random_suffix.next_are(346)
        assert (await asks(till.shop)).exact_idr == 100_347

    async def test_a_ticket_whose_time_is_over_is_not_shown_as_open(self, till: Till) -> None:
        first = await asks(till.shop)
        till.shop.clock.passes(TICKET_MS / 1000)
        second = await asks(till.shop)
        assert second.ticket_id != first.ticket_id
        assert not second.is_again


class TestPictures:
    """Telegram sends a picture in several sizes, and takes it back by the id of one."""

    SIZES = ({"file_id": "small", "width": 90}, {"file_id": "large", "width": 1280})

    def test_the_largest_size_counts(self) -> None:
        update = a_message(1, None, photo=list(self.SIZES), caption="bukti")
        message = parse_update(update, username="loket")
        assert isinstance(message, IncomingMessage)
        assert (message.picture_id, message.text) == ("large", "bukti")

    def test_in_a_group_only_replies_are_read(self) -> None:
        group = {"id": GROUP, "type": "supergroup", "title": "G"}
        update = a_message(1, None, photo=list(self.SIZES), chat=group)
        assert parse_update(update, username="loket") is None
        update["message"]["reply_to_message"] = {"message_id": 5}
        assert isinstance(parse_update(update, username="loket"), IncomingMessage)

    async def test_a_picture_is_passed_on_by_its_id(self) -> None:
        async with sandboxed() as box:
            telegram = box.world.telegram
            telegram.send_file(SARI, "bukti.jpg", b"jpeg")
            client = open_client(token=telegram.token, api_url=box.url)
            try:
                (update,) = await box.done("getUpdates")
                file_id = update["message"]["document"]["file_id"]
                received = ReceivedFile(form=AttachmentKind.FILE, file_id=file_id)
                text = (Span("Bukti"),)
                sent = await Sender(client).send(
                    OutgoingMessage(chat_id=RINA, text=text, received_file=received)
                )
            finally:
                await close_client(client)
            (message,) = telegram.bot_messages(RINA)
        assert isinstance(sent, Sent)
        assert message.text == "Bukti"
        assert message.attachment is not None
        assert message.attachment.file.name == "bukti.jpg"


class TestEvidence:
    @pytest.mark.parametrize("caption", ["", "sudah saya transfer"])
    @pytest.mark.parametrize("form", [AttachmentKind.PICTURE, AttachmentKind.FILE])
    async def test_a_picture_goes_to_the_admins_and_credits_nothing(
        self, till: Till, form: AttachmentKind, caption: str
    ) -> None:
        kind = MessageKind.CAPTIONED if caption else MessageKind.WRITTEN
        await asks(till.shop)
        document = Document(file_id="proof", name="bukti.jpg", size_bytes=1)
        reply_to = message_of(till.shop, SARI, "TicketIssued")
        if form is AttachmentKind.FILE:
            await till.shop.says(caption, kind=kind, reply_to=reply_to, document=document)
        else:
            await till.shop.says(caption, kind=kind, reply_to=reply_to, picture_id="proof")
        forwarded = till.shop.last(SARI)
        assert isinstance(forwarded, EvidenceForwarded)
        assert forwarded.was_forwarded
        for admin in (RINA, DEWI):
            evidence = till.shop.last(admin)
            assert isinstance(evidence, TicketEvidence)
            assert till.shop.messages(admin)[-1]["reply_to"] == message_of(till.shop, admin, "TicketCard")
        await till.shop.speaks()
        assert till.shop.sender.to(RINA)[-1].outgoing.received_file == ReceivedFile(
            form=form, file_id="proof"
        )
        assert till.sums == (0, 0)
        await replies(till.shop, "98000", to="TicketEvidence")
        assert isinstance(till.shop.last(RINA), TicketQuestion)

    async def test_a_picture_that_replies_to_nothing_belongs_to_the_open_ticket(self, till: Till) -> None:
        await till.shop.says("", picture_id="proof")
        assert "TicketEvidence" not in till.shop.kinds(RINA)
        await asks(till.shop)
        await till.shop.says("", picture_id="proof")
        assert isinstance(till.shop.last(RINA), TicketEvidence)
        await till.shop.says("", by=BUDI, picture_id="proof")
        assert till.shop.kinds(RINA).count("TicketEvidence") == 1

    async def test_a_picture_with_words_is_evidence_and_one_with_a_command_is_a_command(
        self, till: Till
    ) -> None:
        await asks(till.shop)
        captioned = MessageKind.CAPTIONED
        await till.shop.says("/bantuan", kind=captioned, picture_id="proof")
        assert "TicketEvidence" not in till.shop.kinds(RINA)
        await till.shop.says("sudah ya kak", kind=captioned, picture_id="proof")
        reply_to = message_of(till.shop, SARI, "TicketIssued")
        await till.shop.says("ini buktinya", kind=captioned, picture_id="proof", reply_to=reply_to)
        assert till.shop.kinds(RINA).count("TicketEvidence") == 2

    @pytest.mark.parametrize("photo", [{}, [], [{}], [{"file_id": 5}], ["x"], "x", 5])
    def test_a_picture_without_an_id_is_none(self, photo: object) -> None:
        message = parse_update(a_message(1, "halo", photo=photo), username="loket")
        assert isinstance(message, IncomingMessage)
        assert message.picture_id is None

    async def test_a_picture_for_a_credited_ticket_wakes_nobody(self, till: Till) -> None:
        await asks(till.shop)
        reply_to = message_of(till.shop, SARI, "TicketIssued")
        await taps(till.shop, "ticket_paid")
        await till.shop.says("", reply_to=reply_to, picture_id="proof")
        forwarded = till.shop.last(SARI)
        assert isinstance(forwarded, EvidenceForwarded)
        assert not forwarded.was_forwarded
        assert "TicketEvidence" not in till.shop.kinds(RINA)

    async def test_admins_are_not_flooded_with_pictures(self, till: Till) -> None:
        await asks(till.shop)
        reply_to = message_of(till.shop, SARI, "TicketIssued")
        for _ in range(MAX_EVIDENCE + 2):
            await till.shop.says("", reply_to=reply_to, picture_id="proof")
        assert till.shop.kinds(RINA).count("TicketEvidence") == MAX_EVIDENCE

    async def test_nobody_sends_a_picture_for_the_ticket_of_another(self, till: Till) -> None:
        await till.shop.says("/tiket 100000", chat=GROUP)
        await till.shop.speaks()
        reply_to = message_of(till.shop, GROUP, "TicketIssued")
        await till.shop.says("", by=BUDI, chat=GROUP, reply_to=reply_to, picture_id="proof")
        assert "TicketEvidence" not in till.shop.kinds(RINA)
