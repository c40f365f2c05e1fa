"""A notice of each kind about the desk on the web."""

from bot.notices import desk as say
from tests.samples.facts import AT_MS

TO_ADMINS: tuple[say.DeskNotice, ...] = (
    say.DeskLink(url="https://loket.example.com/desk/enter?token=q5yT0aV2kZ7nB4xC9mLw3g", until_ms=AT_MS),
    say.DeskOff(),
)
