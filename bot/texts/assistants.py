"""Texts about the assistants of a shop, and about the links that let people in."""

from typing import assert_never

from bot.notices.assistants import (
    AssistantAdded,
    AssistantChanged,
    AssistantError,
    AssistantLeft,
    AssistantList,
    AssistantQuestion,
    AssistantRejected,
    AssistantsNotice,
    AssistantsOfResellersOnly,
    AssistantStatus,
    AssistantUnchanged,
    DismissalQuestion,
    InviteError,
    InviteFormat,
    InviteIssued,
    InviteList,
    InviteRefused,
    InviteRevoked,
    InviteRow,
    InviteUsed,
    OwnerOnly,
)
from bot.texts.formatting import MAX_UNITS, Clock, Row, Span, Text, bold, code, length, lines, untrusted

_BY_LINK = "Belum kenal bot ini? Kirimi dia link undangan: /staf"

_ERRORS_OF_ADDING = {
    AssistantError.SELF: "Itu Anda sendiri, pemilik tokonya.",
    AssistantError.ADMIN: "Dia admin loket ini, jadi tidak bisa menjadi asisten.",
    AssistantError.RESELLER: "Dia reseller dengan toko sendiri, jadi tidak bisa menjadi asisten.",
    AssistantError.ALREADY: "Dia sudah asisten toko Anda. Lihat: /staf",
    AssistantError.OTHER_SHOP: "Dia asisten toko lain. Minta dia berhenti dulu dengan /staf keluar",
    AssistantError.BARRED: "Aksesnya ditutup admin. Hubungi admin untuk membukanya.",
    AssistantError.FULL: "Asisten toko Anda sudah penuh. Keluarkan satu dulu: /staf",
    AssistantError.UNKNOWN: f"Tidak ada orang dengan nama itu di sini. {_BY_LINK}",
    AssistantError.NO_ACCOUNT: f"Akun Telegram-nya tidak ikut terkirim. {_BY_LINK}",
}

_NEW = "Minta link baru, atau ketik /daftar untuk minta ke admin."
_OWNER = "Hubungi pemiliknya, atau ketik /daftar untuk minta ke admin."

_INVITE_ERRORS = {
    InviteError.UNKNOWN: ("Link undangan ini tidak dikenal.", _NEW),
    InviteError.EXPIRED: ("Link undangan ini sudah lewat waktunya.", _NEW),
    InviteError.USED_UP: ("Link undangan ini sudah terpakai.", _NEW),
    InviteError.REVOKED: ("Link undangan ini sudah dicabut.", _NEW),
    InviteError.OWNER_CLOSED: ("Toko yang mengundang sedang ditutup.", _OWNER),
    InviteError.FULL: ("Asisten toko yang mengundang sudah penuh.", _OWNER),
    InviteError.BARRED: ("Link ini tidak berlaku untuk Anda.", "Akses Anda ditutup admin. Hubungi admin."),
    InviteError.IS_ADMIN: ("Anda admin, jadi tidak perlu link undangan.", "Semua perintah: /bantuan"),
    InviteError.IS_RESELLER: (
        "Anda sudah reseller dengan toko sendiri, jadi link ini tidak dipakai.",
        "Cara pesan: /bantuan",
    ),
    InviteError.IS_ASSISTANT: (
        "Anda sudah asisten sebuah toko, jadi link ini tidak dipakai.",
        "Lihat tokonya: /staf. Mau pindah? Ketik /staf keluar, lalu buka link ini lagi.",
    ),
}


def assistant_list(notice: AssistantList) -> Text:
    rows: list[Row] = [
        ("• ", *_named(row.name, row.username), f" /staf_hapus_{row.user_id}") for row in notice.rows
    ]
    return lines(
        ("👥 ", bold(f"Asisten toko Anda ({len(notice.rows)} dari {notice.max_count})")),
        *(rows or ["Belum ada. Asisten memesan dengan saldo dan limit toko Anda."]),
        "",
        bold("Tambah asisten:"),
        ("• Ketik ", code("/staf @nama"), ", kalau dia sudah pernah menulis ke bot ini"),
        "• Kirim kontaknya, atau teruskan satu pesannya ke sini",
        "• Ketuk tombol di bawah, lalu kirim link-nya ke dia",
    )


def _named(name: str, username: str | None) -> tuple[str | Span, ...]:
    return (untrusted(name, 40), *((" ", untrusted(f"@{username}", 33)) if username else ()))


def assistant_question(notice: AssistantQuestion) -> Text:
    return lines(
        ("👥 ", bold("Jadikan asisten toko Anda?")),
        _named(notice.name, notice.username),
        f"ID {notice.user_id}",
        "Dia memesan dengan saldo dan limit toko Anda, dan melihat riwayatnya.",
        "Dia tidak bisa menambah asisten atau mengubah struk. Belum ada yang berubah.",
    )


def dismissal_question(notice: DismissalQuestion) -> Text:
    return lines(
        ("👥 ", bold("Keluarkan asisten ini?")),
        _named(notice.name, notice.username),
        "Dia langsung tidak bisa memesan. Pesanannya yang masih menunggu tidak akan dibeli,",
        "yang sudah dikirim tetap ditunggu hasilnya. Belum ada yang berubah.",
    )


def assistant_changed(notice: AssistantChanged) -> Text:
    how = " lewat link undangan" if notice.by_link else ""
    became = f"sekarang asisten{how}" if notice.is_added else "bukan asisten lagi"
    return lines(
        ("👥 ", *_named(notice.name, notice.username), f" {became}."),
        ("Toko: ", untrusted(notice.owner_name, 40)),
    )


def invite_issued(notice: InviteIssued, clock: Clock) -> Text:
    people = "satu orang" if notice.max_uses == 1 else f"{notice.max_uses} orang"
    title = "Link undangan asisten" if notice.for_assistant else f"Link undangan #{notice.invite_id}"
    level: list[Row] = [("Level: ", untrusted(notice.level, 30))] if notice.level else []
    if notice.for_assistant:
        tail: list[Row] = [
            "Kirim ke orangnya saja: yang membukanya langsung menjadi asisten Anda.",
            "Link asisten sebelumnya tidak berlaku lagi.",
        ]
    else:
        tail = [
            "Yang membukanya langsung masuk tanpa ditanya.",
            ("Lain: ", code("/undang 10 orang 3 hari level emas"), " · Semua link: ", "/undang_daftar"),
            f"Cabut: /undang_batal_{notice.invite_id}",
        ]
    return lines(
        ("🔗 ", bold(title)),
        code(notice.link),
        f"Untuk {people}, sampai {clock.moment(notice.expires_at_ms)}",
        *level,
        *tail,
    )


def invite_list(notice: InviteList, clock: Clock) -> Text:
    if not notice.rows:
        return lines("🔗 Tidak ada link undangan yang berlaku.", ("Buat: ", code("/undang")))
    shown = len(notice.rows)
    while length(text := _invites(notice, shown, clock)) > MAX_UNITS:
        shown -= 1
    return text


def _invites(notice: InviteList, shown: int, clock: Clock) -> Text:
    left_out = notice.more + len(notice.rows) - shown
    more = [f"… dan {left_out} lagi"] if left_out else []
    rows = [each for row in notice.rows[:shown] for each in _invite(row, clock)]
    return lines(("🔗 ", bold("Link undangan yang berlaku")), *rows, *more)


def _invite(row: InviteRow, clock: Clock) -> tuple[Row, ...]:
    what: tuple[str | Span, ...] = (
        ("asisten toko ", untrusted(row.owner_name, 30)) if row.owner_name else ("reseller",)
    )
    level: tuple[str | Span, ...] = (", level ", untrusted(row.level, 30)) if row.level else ()
    return (
        (f"• #{row.invite_id} ", *what, *level, f": {row.used_count} dari {row.max_uses} terpakai"),
        ("   ", code(row.link)),
        (
            f"   sampai {clock.moment(row.expires_at_ms)}, dari ",
            untrusted(row.by_name, 30),
            f" /undang_batal_{row.invite_id}",
        ),
    )


def invite_format(notice: InviteFormat) -> Text:
    level: list[Row] = [("Level ", untrusted(notice.level, 30), " tidak ada. Daftarnya: /level")]
    return lines(
        *(level if notice.level else [("Belum bisa dibaca: ", untrusted(notice.typed or "-"))]),
        ("Satu orang, 7 hari: ", code("/undang")),
        ("Lebih banyak: ", code("/undang 10 orang 3 hari level emas")),
        "Paling banyak 1000 orang dan 90 hari. Semua link: /undang_daftar",
    )


def invite_used(notice: InviteUsed) -> Text:
    level: list[Row] = [("Level: ", untrusted(notice.level, 30))] if notice.level else []
    return lines(
        ("🔗 ", *_named(notice.name, notice.username), f" · ID {notice.user_id} masuk lewat link undangan."),
        (f"Link #{notice.invite_id} dari ", untrusted(notice.by_name, 40), f", sisa {notice.left} orang"),
        *level,
        f"Kartunya: /reseller_{notice.user_id}",
    )


def _revoked(notice: InviteRevoked) -> Text:
    if notice.was_open:
        return lines(f"☑️ Link undangan #{notice.invite_id} dicabut. Yang sudah masuk tetap masuk.")
    return lines(f"Link undangan #{notice.invite_id} memang tidak berlaku. Yang berlaku: /undang_daftar")


def words(notice: AssistantsNotice, clock: Clock) -> Text:  # noqa: C901, PLR0912 - one flat table
    match notice:
        case AssistantList():
            return assistant_list(notice)
        case AssistantQuestion():
            return assistant_question(notice)
        case DismissalQuestion():
            return dismissal_question(notice)
        case AssistantAdded():
            return lines(("☑️ ", *_named(notice.name, notice.username), " sekarang asisten toko Anda."))
        case AssistantLeft():
            return lines(("☑️ ", *_named(notice.name, notice.username), " bukan asisten toko Anda lagi."))
        case AssistantUnchanged():
            return lines(("☑️ Tidak ada yang berubah untuk ", untrusted(notice.name, 40), "."))
        case AssistantRejected():
            return lines(
                ("👥 ", untrusted(notice.typed or "-"), " tidak ditambahkan."),
                _ERRORS_OF_ADDING[notice.error],
            )
        case AssistantsOfResellersOnly():
            return lines(
                "👥 Asisten ditambah oleh reseller pemilik tokonya, dengan /staf di chat pribadinya.",
                ("Lihat asisten sebuah toko: ", code("/reseller nama")),
            )
        case AssistantStatus():
            return lines(
                ("👥 Anda asisten toko ", untrusted(notice.owner_name, 40), "."),
                "Pesanan Anda memakai saldo toko itu. Mau berhenti? Ketik /staf keluar",
            )
        case OwnerOnly():
            return lines("Ini hanya bisa diubah pemilik toko.", "Lihat isinya: /struk")
        case AssistantChanged():
            return assistant_changed(notice)
        case InviteIssued():
            return invite_issued(notice, clock)
        case InviteList():
            return invite_list(notice, clock)
        case InviteRevoked():
            return _revoked(notice)
        case InviteFormat():
            return invite_format(notice)
        case InviteRefused():
            first, then = _INVITE_ERRORS[notice.error]
            return lines(first, then)
        case InviteUsed():
            return invite_used(notice)
        case _:
            assert_never(notice)
