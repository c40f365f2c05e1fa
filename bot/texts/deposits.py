"""The words about deposits: what to pay, what the admins decide, what was credited."""

from typing import assert_never

from bot.deposits.accounts import DepositAccount
from bot.notices.deposits import (
    AmountUnclear,
    DepositAccountList,
    DepositCredited,
    DepositsNotice,
    EvidenceForwarded,
    MutationRowsUnreadable,
    MutationUnreadable,
    NoDeposits,
    NoOpenTicket,
    SimilarTicket,
    SuspenseCard,
    SuspenseClosed,
    SuspensePersonUnknown,
    SuspenseQuestion,
    SuspenseReason,
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
from bot.texts.balances import balance_sum
from bot.texts.formatting import Clock, Row, Text, bold, code, lines, rupiah, untrusted

STATES = {
    TicketState.OPEN: "menunggu uang",
    TicketState.CONFIRMED: "sudah dikreditkan",
    TicketState.REJECTED: "ditandai belum ada",
    TicketState.CANCELLED: "dibatalkan",
    TicketState.EXPIRED: "lewat waktu",
}


NO_DEPOSIT = "Bukan deposit reseller"
"""The reason of the entry that takes money out of suspense again."""

SUSPENSE_REASONS = {
    SuspenseReason.OTHER_ACCOUNT: "Rekening ini tidak ada di DEPOSIT_ACCOUNTS. Pastikan uangnya milik loket.",
    SuspenseReason.RESTORED: "Loket baru dipulihkan dari cadangan: tiket yang hilang bisa bernominal sama.",
    SuspenseReason.SHARED_AMOUNT: "Reseller lain belum lama ini juga mendapat nominal ini.",
}


def ticket_issued(notice: TicketIssued, clock: Clock) -> Text:
    """Return the words of a ticket, the caption where it has a picture."""
    rows: list[Row] = [("🎫 ", bold(f"TIKET DEPOSIT #{notice.ticket_id}"))]
    if notice.is_again:
        rows.append("Tiket ini masih terbuka. Satu tiket dulu, baru berikutnya.")
    rows += [
        ("Bayar tepat: ", code(str(notice.exact_idr)), f" ({rupiah(notice.exact_idr)})"),
        "Tiga angka terakhir jangan dibulatkan: dari situ uangnya dikenali.",
    ]
    if notice.accounts:
        rows += ["", "Transfer ke salah satu:" if len(notice.accounts) > 1 else "Transfer ke:"]
        rows += [_account(account) for account in notice.accounts]
    if notice.qris:
        rows += ["", "Atau pindai QRIS di atas." if notice.accounts else "Pindai QRIS di atas."]
    rows += ["", f"Berlaku sampai {clock.moment(notice.expires_at_ms)}"]
    if notice.wanted_idr:
        rows.append(f"Mau {rupiah(notice.wanted_idr)}? Ganti hanya kalau yang ini belum ditransfer.")
    rows.append("Sudah transfer? Tunggu saja, atau balas pesan ini dengan foto buktinya.")
    return lines(*rows)


def _account(account: DepositAccount) -> Row:
    return (f"{account.bank} ", code(account.number), f" a.n. {account.holder}")


def refused(notice: TicketRefused) -> Text:
    example: Row = ("Ketik: ", code(f"tiket {notice.example_idr}"))
    match notice.refusal:
        case TicketRefusal.NOWHERE_TO_PAY:
            return lines(
                "Deposit lewat tiket belum dibuka di loket ini.", "Tanyakan ke admin cara isi saldo."
            )
        case TicketRefusal.NO_AMOUNT:
            return lines("🎫 Mau isi saldo berapa?", example, ("Lihat rekening: ", code("bank")))
        case TicketRefusal.UNREADABLE:
            return lines(("🤔 Jumlahnya belum terbaca: ", untrusted(notice.typed)), example)
        case TicketRefusal.TOO_SMALL:
            return lines(f"🤔 Deposit paling sedikit {rupiah(notice.limit_idr)}.", example)
        case TicketRefusal.TOO_LARGE:
            return lines(f"🤔 Deposit paling banyak {rupiah(notice.limit_idr)} sekali tiket.", example)
        case TicketRefusal.UNKNOWN_BANK:
            banks = ", ".join(notice.banks)
            return lines(
                ("🤔 Tidak ada rekening ", untrusted(notice.typed), "."),
                *([f"Yang ada: {banks}."] if banks else []),
                example,
            )
        case TicketRefusal.NONE_FREE:
            return lines(
                "🤔 Semua nominal unik untuk jumlah ini sedang dipakai.", "Pakai jumlah lain.", example
            )
        case TicketRefusal.TOO_MANY:
            return lines("🤔 Sudah 20 tiket dalam 24 jam.", "Coba lagi nanti, atau hubungi admin.")
        case _:
            assert_never(notice.refusal)


def account_list(notice: DepositAccountList) -> Text:
    return lines(
        ("🏦 ", bold("Rekening deposit")),
        *[_account(account) for account in notice.accounts],
        *(["QRIS: kodenya dikirim bersama tiket."] if notice.takes_qris else []),
        ("Buat tiket dulu supaya uangnya dikenali: ", code("tiket 100000")),
    )


def ended(notice: TicketEnded, clock: Clock) -> Text:
    number = f"#{notice.ticket_id} {rupiah(notice.exact_idr)}"
    at = clock.time(notice.at_ms)
    match notice.state:
        case TicketState.CANCELLED:
            return lines(f"🎫 Tiket {number} dibatalkan. Jangan ditransfer lagi.", at)
        case TicketState.EXPIRED:
            return lines(
                f"⌛ Tiket {number} lewat waktu. Jangan ditransfer lagi, buat tiket baru.",
                "Telanjur transfer? Uangnya tetap dicek: balas pesan ini dengan foto buktinya.",
                at,
            )
        case _:
            return lines(
                f"🎫 Tiket {number}: admin belum menemukan uangnya.",
                "Sudah transfer? Balas pesan ini dengan foto buktinya. Belum? Buat tiket baru.",
                at,
            )


def credited(notice: DepositCredited, clock: Clock) -> Text:
    amount_idr = notice.balance.amount_idr
    rows: list[Row] = [("✅ ", bold("DEPOSIT MASUK"), f" {rupiah(amount_idr)}")]
    if notice.ticket_id:
        rows.append(f"Tiket #{notice.ticket_id}")
        if amount_idr != notice.exact_idr:
            rows.append(f"Di tiket {rupiah(notice.exact_idr)}, dikreditkan sebanyak yang diterima.")
    if notice.balance.is_private:
        rows.append(balance_sum(notice.balance))
    return lines(*rows, clock.time(notice.at_ms))


def card(notice: TicketCard, clock: Clock) -> Text:
    handle: Row = (" ", untrusted(f"@{notice.username}", 33)) if notice.username else ()
    return lines(
        ("🎫 ", bold(f"Tiket deposit #{notice.ticket_id}")),
        ("Jumlah: ", code(str(notice.exact_idr)), f" ({rupiah(notice.exact_idr)})"),
        ("Reseller: ", untrusted(notice.name), *handle, " ", code(str(notice.user_id))),
        *([f"Ke: {', '.join(notice.banks)}"] if notice.banks else []),
        f"{clock.moment(notice.created_at_ms)}, sampai {clock.moment(notice.expires_at_ms)}",
        "Cek mutasi rekening dulu. Jumlahnya lain? Balas pesan ini dengan yang diterima, misalnya 98000.",
    )


def question(notice: TicketQuestion, clock: Clock) -> Text:
    received_idr, difference_idr = notice.received_idr, notice.received_idr - notice.exact_idr
    comparison = "lebih" if difference_idr > 0 else "kurang"
    return lines(
        ("❓ ", bold(f"Kreditkan {rupiah(received_idr)}?")),
        ("Kepada: ", untrusted(notice.name)),
        f"Tiket #{notice.ticket_id}: {rupiah(notice.exact_idr)}, {STATES[notice.state]}",
        f"Diterima: {rupiah(received_idr)}"
        + (f" ({comparison} {rupiah(abs(difference_idr))})" if difference_idr else " (pas)"),
        f"Saldo: {rupiah(notice.available_idr)} + {rupiah(received_idr)}"
        f" = {rupiah(notice.available_idr + received_idr)}",
        *(["Diambil dari uang masuk yang belum bertuan."] if notice.mutation_id else []),
        *_same(notice.same_at_ms, clock),
    )


def _same(at_ms: int | None, clock: Clock) -> tuple[Row, ...]:
    return (f"⚠️ Jumlah yang sama sudah dikreditkan {clock.moment(at_ms)}.",) if at_ms else ()


def closed(notice: TicketClosed, clock: Clock) -> Text:
    by: Row = (" oleh ", untrusted(notice.admin_name)) if notice.admin_name else ()
    rows: list[Row] = [
        ("☑️ ", bold(f"Tiket #{notice.ticket_id} {STATES[notice.state]}"), *by),
        (rupiah(notice.exact_idr), " · ", untrusted(notice.name)),
    ]
    if notice.state is TicketState.CONFIRMED:
        rows.append(f"Dikreditkan: {rupiah(notice.credited_idr)}")
    else:
        rows.append("Uangnya masuk belakangan? Balas pesan ini dengan jumlah yang diterima.")
    return lines(*rows, clock.moment(notice.at_ms))


def evidence(notice: TicketEvidence) -> Text:
    return lines(
        ("📎 Bukti dari ", untrusted(notice.name)),
        f"Tiket #{notice.ticket_id}: {rupiah(notice.exact_idr)}",
        "Foto bukan tanda uang masuk: cek mutasi rekening.",
    )


def evidence_forwarded(notice: EvidenceForwarded) -> Text:
    if notice.was_forwarded:
        return lines(f"📎 Foto untuk tiket #{notice.ticket_id} sudah sampai ke admin.")
    return lines(
        f"📎 Foto untuk tiket #{notice.ticket_id} tidak diteruskan: tiketnya sudah selesai, "
        "atau sudah ada lima foto."
    )


def suspense_card(notice: SuspenseCard, clock: Clock) -> Text:
    why = SUSPENSE_REASONS.get(notice.reason)
    title = "Uang masuk belum dikreditkan" if why else "Uang masuk tanpa tiket"
    rows: list[Row] = [
        ("💰 ", bold(f"{title}: {rupiah(notice.amount_idr)}")),
        (f"{notice.service} ", untrusted(notice.account_number)),
        *([f"⚠️ {why} Cek pengirimnya di mutasi bank."] if why else []),
    ]
    if notice.note:
        rows.append(("Berita: ", untrusted(notice.note, 300)))
    if notice.similar:
        rows += ["Mungkin untuk:", *[_similar(ticket) for ticket in notice.similar]]
    return lines(
        *rows, clock.moment(notice.at_ms), "Milik reseller? Balas pesan ini dengan @nama atau ID-nya."
    )


def _similar(ticket: SimilarTicket) -> Row:
    credit = f" {rupiah(ticket.credited_idr)}" if ticket.credited_idr else ""
    return (
        f"• Tiket #{ticket.ticket_id} {rupiah(ticket.exact_idr)} ",
        untrusted(ticket.name),
        f", {STATES[ticket.state]}{credit}",
    )


def suspense_question(notice: SuspenseQuestion, clock: Clock) -> Text:
    amount = rupiah(notice.amount_idr)
    if not notice.user_id:
        return lines(("❓ ", bold(f"{amount} bukan deposit?")), "Tidak ada reseller yang dikreditkan.")
    return lines(
        ("❓ ", bold(f"Kreditkan {amount}?")),
        ("Kepada: ", untrusted(notice.name), " ", code(str(notice.user_id))),
        f"Saldo: {rupiah(notice.available_idr)} + {amount}"
        f" = {rupiah(notice.available_idr + notice.amount_idr)}",
        *(
            [f"Tiketnya #{notice.ticket_id} ({rupiah(notice.exact_idr)}) ikut ditutup dengan jumlah ini."]
            if notice.ticket_id
            else []
        ),
        *_same(notice.same_at_ms, clock),
    )


def suspense_closed(notice: SuspenseClosed, clock: Clock) -> Text:
    outcome: Row = (
        ("Dikreditkan ke ", untrusted(notice.name)) if notice.name else ("Bukan deposit, tidak dikreditkan",)
    )
    return lines(
        ("☑️ ", bold(f"Uang masuk {rupiah(notice.amount_idr)}")),
        (*outcome, *((" oleh ", untrusted(notice.admin_name)) if notice.admin_name else ())),
        clock.moment(notice.at_ms),
    )


def rows_unreadable(notice: MutationRowsUnreadable, clock: Clock) -> Text:
    more = notice.count - len(notice.rows)
    return lines(
        ("⚠️ ", bold(f"{notice.count} baris mutasi tidak bisa dibaca"), f" ({notice.service})"),
        *[("• ", untrusted(row, 200)) for row in notice.rows],
        *([f"dan {more} lagi"] if more else []),
        "Baris lain di kiriman yang sama sudah dibukukan. Cek rekening, lalu bukukan sendiri yang ini bila"
        " perlu: /tambah @nama jumlah alasan.",
        clock.moment(notice.at_ms),
    )


def words(notice: DepositsNotice, clock: Clock) -> Text:  # noqa: C901, PLR0912 - one flat table
    """Return the words for a notice about tickets."""
    match notice:
        case TicketIssued():
            return ticket_issued(notice, clock)
        case TicketRefused():
            return refused(notice)
        case DepositAccountList():
            return account_list(notice)
        case NoOpenTicket():
            return lines("Tidak ada tiket yang terbuka.", ("Isi saldo: ", code("tiket 100000")))
        case TicketEnded():
            return ended(notice, clock)
        case DepositCredited():
            return credited(notice, clock)
        case EvidenceForwarded():
            return evidence_forwarded(notice)
        case TicketCard():
            return card(notice, clock)
        case TicketEvidence():
            return evidence(notice)
        case TicketQuestion():
            return question(notice, clock)
        case TicketClosed():
            return closed(notice, clock)
        case AmountUnclear():
            return lines(
                ("🤔 Bukan jumlah uang: ", untrusted(notice.typed)),
                f"Balas dengan yang diterima untuk tiket #{notice.ticket_id}, misalnya {notice.exact_idr}.",
            )
        case TicketTooOld():
            return lines(
                f"Tiket #{notice.ticket_id} lebih dari tujuh hari: tidak bisa dikreditkan lagi.",
                "Uangnya memang masuk? Ketik /tambah @nama jumlah alasan.",
            )
        case NoDeposits():
            return lines("👍 Tidak ada tiket yang terbuka, dan tidak ada uang tanpa tiket.")
        case SuspenseCard():
            return suspense_card(notice, clock)
        case SuspenseQuestion():
            return suspense_question(notice, clock)
        case SuspenseClosed():
            return suspense_closed(notice, clock)
        case SuspensePersonUnknown():
            return lines(
                ("Tidak ada reseller yang cocok untuk ", untrusted(notice.typed), "."),
                f"Balas dengan @nama atau ID pemilik uang {rupiah(notice.amount_idr)}. Daftarnya: /reseller",
            )
        case MutationRowsUnreadable():
            return rows_unreadable(notice, clock)
        case MutationUnreadable():
            return lines(
                ("⚠️ ", bold("Mutasi tidak bisa dibaca"), f" ({notice.service})"),
                untrusted(notice.note, 300),
                "Belum dikreditkan. Cek rekening, lalu bukukan sendiri bila perlu.",
                clock.moment(notice.at_ms),
            )
        case _:
            assert_never(notice)
