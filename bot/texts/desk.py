"""The words about the desk on the web, in the chat."""

from typing import assert_never

from bot.notices.desk import DeskLink, DeskNotice, DeskOff
from bot.texts.formatting import Clock, Text, bold, code, lines

MENU_BUTTON = "Meja admin"
"""The button beside the text field in the chat of an admin."""


def words(notice: DeskNotice, clock: Clock) -> Text:
    match notice:
        case DeskLink():
            return lines(
                ("🖥 ", bold("Meja admin")),
                notice.url,
                f"Berlaku sekali, sampai {clock.time(notice.until_ms)}. Jangan diteruskan ke siapa pun.",
            )
        case DeskOff():
            return lines(
                "🖥 Meja admin di web belum diaktifkan.",
                (
                    "Isi ",
                    code("DESK_URL"),
                    " di pengaturan bot, misalnya ",
                    code("https://loket.example.com"),
                ),
            )
        case _:
            assert_never(notice)
