"""Texts about access requests and the standing of resellers."""

from collections.abc import Sequence
from typing import assert_never

from bot.actors import Standing
from bot.grammar.parsed import EXAMPLE
from bot.notices.people import (
    JoinAnswer,
    JoinCard,
    JoinDecided,
    JoinRequests,
    NoteHelp,
    NoteSaved,
    PeopleMatching,
    PeopleNotice,
    PersonCard,
    PersonNotFound,
    Relation,
    RemovalCancelled,
    RemovalQuestion,
    ResellerList,
    ResellerRow,
    StandingChanged,
)
from bot.texts.formatting import (
    MAX_UNITS,
    Clock,
    Row,
    Span,
    Text,
    bold,
    code,
    length,
    lines,
    rupiah,
    untrusted,
)

STANDINGS = {
    Standing.ASKED: "menunggu",
    Standing.APPROVED: "aktif",
    Standing.REJECTED: "ditolak",
    Standing.FROZEN: "dibekukan",
    Standing.REMOVED: "dihapus",
    Standing.ASSISTANT: "asisten",
    Standing.DISMISSED: "bukan asisten lagi",
}


_DECIDED = {
    Standing.APPROVED: "Disetujui",
    Standing.REJECTED: "Ditolak",
    Standing.ASSISTANT: "Dijadikan asisten",
}

_WHAT_THIS_IS = "👋 Di loket ini reseller memesan pulsa, data, dan token listrik."


def join_card(notice: JoinCard, clock: Clock) -> Text:
    return lines(
        ("🙋 ", bold("Minta jadi reseller")),
        _name(notice.name, notice.username),
        ("ID ", code(str(notice.user_id))),
        clock.moment(notice.at_ms),
    )


def join_requests(rows: Sequence[ResellerRow], total: int) -> Text:
    """Return the list of the people who ask for access, the first `rows` of all `total`."""
    if not rows:
        return lines("Tidak ada permintaan jadi reseller yang menunggu.")
    shown = len(rows)
    while length(text := _requests(rows[:shown], total)) > MAX_UNITS:
        shown -= 1
    return text


def _requests(rows: Sequence[ResellerRow], total: int) -> Text:
    left_out = total - len(rows)
    more = [f"… dan {left_out} lagi: putuskan dulu yang di atas, lalu /reseller"] if left_out else []
    return lines(
        ("🙋 ", bold(f"{total} orang minta jadi reseller")),
        *[_request(row) for row in rows],
        *more,
    )


def _request(row: ResellerRow) -> Row:
    commands = f": /aktifkan_{row.user_id} /hapus_{row.user_id}"
    return ("• ", *_name(row.name, row.username, 24), commands)


def join_decided(notice: JoinDecided) -> Text:
    word = _DECIDED.get(notice.standing, "Dihapus")
    return lines(
        ("☑️ ", bold(word), " oleh ", untrusted(notice.admin_name)),
        (untrusted(notice.name), f" · ID {notice.user_id}"),
    )


def join_answer(notice: JoinAnswer) -> Text:
    match notice.standing:
        case None:
            return lines(
                _WHAT_THIS_IS,
                "Anda belum terdaftar. Ketik /daftar, lalu admin menjawab.",
            )
        case Standing.ASKED if notice.fresh:
            return lines(
                _WHAT_THIS_IS,
                (bold("Permintaan terkirim."), " Jawaban admin dikirim ke sini."),
            )
        case Standing.ASKED:
            return lines("Permintaan Anda masih menunggu jawaban admin.")
        case Standing.APPROVED:
            return lines(
                ("🎉 ", bold("Anda sudah terdaftar sebagai reseller.")),
                ("Cara pesan: ", code(EXAMPLE), " (kode, titik, nomor)"),
                "Cara lengkap: /bantuan",
            )
        case Standing.REJECTED:
            return lines("Permintaan Anda belum disetujui admin.", "Anda bisa /daftar lagi setelah 24 jam.")
        case Standing.FROZEN:
            return lines("Akun Anda dibekukan sementara. Hubungi admin untuk mengaktifkannya.")
        case Standing.ASSISTANT if notice.fresh:
            return lines(
                ("🎉 ", bold("Anda sekarang asisten toko "), *_shop(notice.owner_name), "."),
                "Pesanan Anda memakai saldo toko itu, dan hasilnya dibalas di chat tempat Anda memesan.",
                ("Cara pesan: ", code(EXAMPLE), " (kode, titik, nomor)"),
                "Cara lengkap: /bantuan · Mau berhenti? Ketik /staf keluar",
            )
        case Standing.ASSISTANT:
            return lines(
                ("Toko ", *_shop(notice.owner_name), " sedang ditutup admin, jadi belum bisa memesan."),
                "Hubungi pemilik tokonya.",
            )
        case Standing.DISMISSED:
            return lines(
                ("Anda bukan lagi asisten toko ", *_shop(notice.owner_name), "."),
                "Pesanan yang sudah dikirim tetap dikabari. Mau jadi reseller sendiri? Ketik /daftar",
            )
        case Standing.REMOVED:
            return lines("Anda tidak lagi terdaftar di loket ini.", "Anda bisa /daftar lagi setelah 24 jam.")
        case _:
            assert_never(notice.standing)


def _shop(owner_name: str) -> tuple[Span, ...]:
    return (untrusted(owner_name or "reseller", 40),)


def standing_changed(notice: StandingChanged) -> Text:
    return lines(
        ("☑️ ", untrusted(notice.name), f" · ID {notice.user_id} sekarang {STANDINGS[notice.standing]}.")
    )


def removal_question(notice: RemovalQuestion) -> Text:
    return lines(
        ("🗑 ", bold("Hapus orang ini?")),
        _name(notice.name, notice.username),
        (f"ID {notice.user_id} · sekarang {STANDINGS[notice.standing]}",),
        "Pesanannya yang masih menunggu tidak akan dibeli. Belum ada yang berubah.",
    )


def removal_cancelled(notice: RemovalCancelled) -> Text:
    return lines(
        ("☑️ ", untrusted(notice.name), f" · ID {notice.user_id} tidak dihapus, {STANDINGS[notice.standing]}.")
    )


def person_not_found(notice: PersonNotFound) -> Text:
    return lines(
        ("Tidak ada orang yang cocok untuk ", untrusted(notice.typed or "-"), "."),
        "Ketik ID atau @nama di belakang perintah. Daftarnya: /reseller",
    )


def people_matching(notice: PeopleMatching) -> Text:
    rest = f" {notice.rest}" if notice.rest else ""
    rows: list[Row] = [
        ("• ", *_name(row.name, row.username, 24), ": ", code(f"{notice.command} {row.user_id}{rest}"))
        for row in notice.rows
    ]
    return lines(
        ("🔎 Ada beberapa yang cocok untuk ", untrusted(notice.typed), ". Ketik salah satu:"),
        *rows,
    )


def reseller_list(notice: ResellerList) -> Text:
    if not notice.rows:
        return lines("Belum ada reseller. Orang baru mengetik /daftar, lalu Anda setujui.")
    shown = len(notice.rows)
    while length(text := _listed(notice, shown)) > MAX_UNITS:
        shown -= 1
    return text


def _listed(notice: ResellerList, shown: int) -> Text:
    left_out = len(notice.rows) - shown
    more = [f"… dan {left_out} lagi di halaman ini"] if left_out else []
    rows = [_row(row) for row in notice.rows[:shown]]
    if notice.typed:
        more += ["Masih ada yang lain: ketik nama yang lebih lengkap."] if notice.has_more else []
        return lines(("🔎 ", bold("Cocok untuk "), untrusted(notice.typed)), *rows, *more)
    return lines(
        bold(f"Reseller ({notice.total})"),
        *rows,
        *more,
        ("Cari: ", code("/reseller nama"), ". Kartunya di belakang 👤"),
    )


def _row(row: ResellerRow) -> Row:
    offered = {
        Standing.APPROVED: f"/bekukan_{row.user_id}",
        Standing.FROZEN: f"/aktifkan_{row.user_id}",
        Standing.ASKED: f"/aktifkan_{row.user_id}",
    }.get(row.standing, "")
    return (
        "• ",
        *_name(row.name, row.username, 24),
        f": {STANDINGS[row.standing]} 👤 /reseller_{row.user_id} {offered} /hapus_{row.user_id}",
    )


def _name(name: str, username: str | None, limit: int = 64) -> tuple[Span, ...]:
    handle = (Span(" "), untrusted(f"@{username}", 33)) if username else ()
    return (untrusted(name, limit), *handle)


def person_card(card: PersonCard, clock: Clock) -> Text:
    rows: list[Row] = [("👤 ", *_name(card.name, card.username)), ("ID ", code(str(card.user_id)))]
    if card.owner:
        rows.append(("Asisten toko ", *_related(card.owner)))
    if card.standing is not Standing.ASSISTANT:
        rows.append(("Status: ", bold(STANDINGS[card.standing])))
    if card.balance_idr is not None:
        rows.append(f"{'Saldo toko' if card.owner else 'Saldo'}: {rupiah(card.balance_idr)}")
    if card.level:
        rows.append(("Level: ", untrusted(card.level, 30)))
    if card.came_at_ms is not None:
        by = (f" lewat undangan #{card.invite_id} dari ", untrusted(card.invited_by, 40))
        rows.append((f"Masuk {clock.moment(card.came_at_ms)}", *(by if card.invite_id is not None else ())))
    if card.assistants:
        rows.append((bold(f"Asisten ({len(card.assistants)})"),))
        rows += [("• ", *_related(one)) for one in card.assistants]
    if card.note:
        rows.append(("📝 ", untrusted(card.note, 300)))
    note = ("Catatan: ", code(f"/catatan {card.user_id} isinya"))
    return lines(*rows, note, _offered(card.standing, card.user_id))


def _related(one: Relation) -> tuple[str | Span, ...]:
    return (*_name(one.name, one.username, 30), f" /reseller_{one.user_id}")


def _offered(standing: Standing, user_id: int) -> str:
    """Return the commands that an admin may want for a person."""
    match standing:
        case Standing.APPROVED | Standing.ASSISTANT:
            return f"/bekukan_{user_id} /hapus_{user_id}"
        case Standing.FROZEN | Standing.ASKED:
            return f"/aktifkan_{user_id} /hapus_{user_id}"
        case Standing.REJECTED | Standing.REMOVED | Standing.DISMISSED:
            return f"/aktifkan_{user_id}"


def note_saved(notice: NoteSaved) -> Text:
    who = untrusted(notice.name, 40)
    if not notice.note:
        return lines(("📝 Catatan tentang ", who, " dihapus."))
    return lines(
        ("📝 Catatan tentang ", who, ": ", untrusted(notice.note, 300)),
        f"Hanya terlihat oleh admin, di kartunya: /reseller_{notice.user_id}",
    )


def note_help(notice: NoteHelp) -> Text:
    first = f"Catatannya terlalu panjang, paling banyak {notice.max_chars} huruf."
    return lines(
        *([first] if notice.is_too_long else []),
        ("Tulis catatan begini: ", code("/catatan @nama bayar tiap Jumat")),
        ("Hapus catatan: ", code("/catatan @nama hapus")),
        "@nama boleh diganti ID. Hanya admin yang bisa melihatnya.",
    )


def words(notice: PeopleNotice, clock: Clock) -> Text:  # noqa: PLR0912 - one flat table
    match notice:
        case JoinCard():
            return join_card(notice, clock)
        case JoinRequests():
            raise LookupError("a list of access requests is rendered with its content")
        case JoinDecided():
            return join_decided(notice)
        case JoinAnswer():
            return join_answer(notice)
        case StandingChanged():
            return standing_changed(notice)
        case RemovalQuestion():
            return removal_question(notice)
        case RemovalCancelled():
            return removal_cancelled(notice)
        case PersonNotFound():
            return person_not_found(notice)
        case PeopleMatching():
            return people_matching(notice)
        case ResellerList():
            return reseller_list(notice)
        case PersonCard():
            return person_card(notice, clock)
        case NoteSaved():
            return note_saved(notice)
        case NoteHelp():
            return note_help(notice)
        case _:
            assert_never(notice)
