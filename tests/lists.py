"""Parses the lists that a chat with a backlog receives: messages with one line for each order."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

_LINE = re.compile(
    r"^(?P<mark>\S+) (?P<typed>\S+\.(?P<destination>[^\s.]+))(?P<what>.*) ·(?P<tail>\d{5})$", re.MULTILINE
)
_TITLES = {
    "✅": "SUKSES",
    "❌": "GAGAL",
    "❔": "BELUM PASTI",
    "⌛": "TIDAK DIPROSES",
    "⚠️": "HASIL BERUBAH",
}
_UNDER_WAY = {"diproses": "DIPROSES", "antre": "ANTRE", "masih": "MASIH DIPROSES"}


@dataclass(frozen=True, slots=True)
class Told:
    """One line: the title of its notice as a single message, its order, the end of its Ref, and the rest."""

    title: str
    typed: str
    destination: str
    tail: str
    what: str


def lines_in(text: str) -> list[Told]:
    """Return the lines of a list; none if `text` is not a list."""
    if not text.startswith("📬"):
        return []
    return [
        Told(
            title=_title(found["mark"], found["what"]),
            typed=found["typed"],
            destination=found["destination"],
            tail=found["tail"],
            what=found["what"].strip(),
        )
        for found in _LINE.finditer(text)
    ]


def notices_in(text: str) -> list[str]:
    """Return each line of a list as a message of its own, or the message itself if it is not a list."""
    return [f"{line.title} {line.typed}\n{line.what}\n·{line.tail}" for line in lines_in(text)] or [text]


def refs_in(text: str, known: Iterable[str]) -> list[str]:
    """Return the Refs in a message, in order, written in full or as the last digits of `known` ones."""
    by_tail = {trxid[-5:]: trxid for trxid in known}
    return re.findall(r"Ref (\d{17})", text) or [by_tail[line.tail] for line in lines_in(text)]


def _title(mark: str, what: str) -> str:
    return _TITLES.get(mark) or _UNDER_WAY[what.split(maxsplit=1)[0].rstrip(",")]
