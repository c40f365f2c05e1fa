"""A notice of each kind about deposits."""

from bot.deposits.accounts import DepositAccount
from bot.notices import deposits as say
from bot.notices.balances import BalanceLine
from bot.notices.deposits import TicketRefusal, TicketState
from tests.samples.facts import AT_MS
from tests.unit.test_qris import STATIC

ACCOUNTS = (
    DepositAccount(bank="BCA", number="1234567890", holder="Sari Dewi"),
    DepositAccount(bank="DANA", number="081234567890", holder="Sari Dewi"),
)
UNTIL_MS = AT_MS + 12 * 3_600_000

ISSUED = tuple(
    say.TicketIssued(
        ticket_id=12,
        exact_idr=100_347,
        user_id=1001,
        accounts=accounts,
        qris=qris,
        expires_at_ms=UNTIL_MS,
        is_again=wanted_idr is not None,
        wanted_idr=wanted_idr or 0,
    )
    for accounts, qris in ((ACCOUNTS, None), (ACCOUNTS[:1], STATIC), ((), STATIC))
    for wanted_idr in (None, 0, 200_000)
)
"""These are rendered when they are sent, with their picture."""

TO_RESELLERS: tuple[say.DepositsNotice, ...] = (
    *(
        say.TicketRefused(refusal=refusal, typed="bri 100", banks=("BCA",), limit_idr=10_000)
        for refusal in TicketRefusal
    ),
    say.TicketRefused(refusal=TicketRefusal.UNKNOWN_BANK, typed="bri"),
    say.DepositAccountList(accounts=ACCOUNTS, takes_qris=True),
    say.DepositAccountList(accounts=ACCOUNTS, takes_qris=False),
    say.NoOpenTicket(),
    *(
        say.TicketEnded(ticket_id=12, exact_idr=100_347, state=state, at_ms=AT_MS)
        for state in (TicketState.CANCELLED, TicketState.EXPIRED, TicketState.REJECTED)
    ),
    *(
        say.DepositCredited(
            balance=BalanceLine(amount_idr=amount_idr, after_idr=200_000),
            at_ms=AT_MS,
            ticket_id=ticket_id,
            exact_idr=100_347 if ticket_id else 0,
        )
        for amount_idr, ticket_id in ((100_347, 12), (98_000, 12), (50_000, 0))
    ),
    *(
        say.EvidenceForwarded(ticket_id=12, exact_idr=100_347, was_forwarded=was_forwarded)
        for was_forwarded in (True, False)
    ),
)
TO_ADMINS: tuple[say.DepositsNotice, ...] = (
    *(
        say.TicketCard(
            ticket_id=12,
            exact_idr=100_347,
            user_id=1001,
            name="Sari",
            username=username,
            requested_idr=100_000,
            banks=banks,
            created_at_ms=AT_MS,
            expires_at_ms=UNTIL_MS,
        )
        for username, banks in (("tokosari", ("BCA", "DANA")), (None, ()))
    ),
    *(
        say.TicketEvidence(ticket_id=12, exact_idr=100_347, name="Sari", file_id="photo-1", is_file=is_file)
        for is_file in (False, True)
    ),
    *(
        say.TicketQuestion(
            ticket_id=12,
            exact_idr=100_347,
            name="Sari",
            state=state,
            received_idr=received_idr,
            available_idr=5_000,
            mutation_id=mutation_id,
        )
        for state, received_idr, mutation_id in (
            (TicketState.OPEN, 98_000, 0),
            (TicketState.EXPIRED, 100_347, 0),
            (TicketState.EXPIRED, 150_000, 3),
        )
    ),
    *(
        say.TicketClosed(
            ticket_id=12,
            exact_idr=100_347,
            name="Sari",
            state=state,
            at_ms=AT_MS,
            credited_idr=100_347 if state is TicketState.CONFIRMED else 0,
            admin_name=admin_name,
        )
        for state in (*TicketState,)
        for admin_name in ("Ani", "")
        if state is not TicketState.OPEN
    ),
    say.NoDeposits(),
    say.AmountUnclear(ticket_id=12, exact_idr=100_347, typed="sudah"),
    say.TicketTooOld(ticket_id=12, exact_idr=100_347),
    *(
        say.SuspenseCard(
            mutation_id=3,
            amount_idr=98_000,
            service="moota",
            account_number="1234567890",
            note=note,
            at_ms=AT_MS,
            similar=similar,
        )
        for note, similar in (
            ("", ()),
            (
                "TRSF E-BANKING CR SARI",
                tuple(
                    say.SimilarTicket(
                        ticket_id=12, exact_idr=98_347, name="Sari", state=state, credited_idr=credited_idr
                    )
                    for state, credited_idr in ((TicketState.OPEN, 0), (TicketState.CONFIRMED, 98_000))
                ),
            ),
        )
    ),
    say.SuspenseQuestion(mutation_id=3, amount_idr=98_000),
    *(
        say.SuspenseQuestion(
            mutation_id=3,
            amount_idr=98_000,
            user_id=1001,
            name="Sari",
            available_idr=5_000,
            ticket_id=ticket_id,
            exact_idr=98_347 if ticket_id else 0,
        )
        for ticket_id in (0, 12)
    ),
    *(
        say.SuspenseClosed(mutation_id=3, amount_idr=98_000, name=name, admin_name="Ani", at_ms=AT_MS)
        for name in ("Sari", "")
    ),
    say.SuspensePersonUnknown(mutation_id=3, amount_idr=98_000, typed="@siapa"),
    say.MutationUnreadable(service="moota", note="98000.50 BUNGA", at_ms=AT_MS),
    *(
        say.SuspenseCard(
            mutation_id=3,
            amount_idr=100_347,
            service="moota",
            account_number="xxxxxx7890",
            note="TRSF E-BANKING CR SARI",
            at_ms=AT_MS,
            similar=(
                say.SimilarTicket(
                    ticket_id=12, exact_idr=100_347, name="Sari", state=TicketState.OPEN, credited_idr=0
                ),
            ),
            reason=reason,
        )
        for reason in say.SuspenseReason
    ),
    *(
        say.MutationRowsUnreadable(
            service="mutasibank",
            count=count,
            rows=('{"amount": "", "id": 7, "type": "CR"}',) * shown,
            at_ms=AT_MS,
        )
        for count, shown in ((1, 1), (8, 3))
    ),
)
