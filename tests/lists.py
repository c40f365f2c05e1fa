"""Reads the lists in which a chat that is behind is told of its orders, as a person would."""

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
    """One line: the title its notice has when told alone, its order, the end of its Ref, and the rest."""

    title: str
    typed: str
    destination: str
    tail: str
    what: str


def lines_in(text: str) -> list[Told]:
    """Give the lines of a list; none if `text` is none."""
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
    """Give the message, or of a list each line as if it were a message of its own."""
    return [f"{line.title} {line.typed}\n{line.what}\n·{line.tail}" for line in lines_in(text)] or [text]


def refs_in(text: str, known: Iterable[str]) -> list[str]:
    """Give the Refs that a message names, in order, be they written out or the ends of `known` ones."""
    by_tail = {trxid[-5:]: trxid for trxid in known}
    return re.findall(r"Ref (\d{17})", text) or [by_tail[line.tail] for line in lines_in(text)]


def _title(mark: str, what: str) -> str:
    return _TITLES.get(mark) or _UNDER_WAY[what.split(maxsplit=1)[0].rstrip(",")]
