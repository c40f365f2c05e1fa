"""The technical notes that admins read are Indonesian, whatever English the log has."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.texts.technical_notes import technical_note

ROOT = Path(__file__).resolve().parents[2] / "bot"
SOURCES = (
    *("biller/client.py", "biller/answers.py", "biller/reversal.py", "ledger.py"),
    *("purchasing/watchdog.py", "purchasing/restore_gate.py", "purchasing/reversals.py"),
    *("purchasing/submitter.py", "purchasing/invariants.py", "purchasing/auditor.py"),
)
"""The modules whose words become the note of an alarm."""

PRODUCERS = frozenset({"_misfit", "_conflict", "words"})
"""The functions that return a note."""

TAKERS = frozenset({"_contradictory", "_quarantine"})
"""The functions that are called with a note."""

FILLED_IN = {
    ("ledger.py", "after"): "after entry 7 (7)",
    ("invariants.py", "after"): "7 after entry 7 instead of 7",
    ("invariants.py", "by"): "moved by 7 instead of 7",
}
"""The parts of a note that are more than a figure or a name."""


def notes(path: Path) -> Iterator[str]:
    """Yield the notes in a module, with a 7 for each part that is filled in."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.keyword(arg="why" | "what", value=value):
                yield _text(value, path.name)
            case ast.Call(func=ast.Name(id=name), args=args) if name in TAKERS:
                yield from (_text(arg, path.name) for arg in args)
            case ast.Assign(targets=[ast.Name(id="why")], value=value):
                yield _text(value, path.name)
            case ast.Yield(value=ast.Tuple(elts=[_, value])):
                yield _text(value, path.name)
            case ast.FunctionDef(name=name) if name in PRODUCERS:
                yield from (
                    _text(inner.value, path.name) for inner in ast.walk(node) if isinstance(inner, ast.Return)
                )


def _text(node: ast.expr | None, module: str) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_part(value, module) for value in values)
        case _:
            return ""


def _part(node: ast.expr, module: str) -> str:
    match node:
        case ast.Constant(value=text):
            return str(text)
        case ast.FormattedValue(value=ast.Name(id=name)):
            return FILLED_IN.get((module, name), "7")
        case _:
            return "7"


@pytest.mark.parametrize("source", SOURCES)
def test_every_technical_note_is_said_in_indonesian(source: str) -> None:
    found = [note for note in notes(ROOT / source) if note.strip("7 ")]
    assert found
    assert [note for note in found if technical_note(note) == note] == []


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("ReadTimeout", "sambungan putus atau tidak dijawab (ReadTimeout)"),
        ("HTTP 502", "biller menjawab dengan status HTTP 502"),
        ("status says success, the message something else", "statusnya SUKSES, pesannya lain"),
        ("missing: dest, refid", "tidak ada: dest, refid"),
        ("pending for too long", "terlalu lama diproses biller"),
        (
            "account available of shop 3 (reseller 7001) shows 5,000, its entries sum to -4,000",
            "Saldo toko 3, reseller 7001: 5,000, jumlah catatannya -4,000",
        ),
        (
            "account held of shop 3 shows 5,000 after entry 9 (hold), it should be 4,000",
            "Dana tertahan toko 3: 5,000 sesudah catatan 9 (hold), seharusnya 4,000",
        ),
        (
            "failed: held of shop 3 moved by 5 instead of 0",
            "GAGAL: Dana tertahan toko 3 bergerak 5, seharusnya 0",
        ),
    ],
)
def test_states_accounts_and_figures_of_a_note_are_kept(note: str, said: str) -> None:
    assert technical_note(note) == said


def test_the_history_of_an_order_that_cannot_be_read_is_said_in_indonesian() -> None:
    for note in ("event 2 cannot be read", "event 2 has state failed, its replay pending"):
        assert technical_note(note).startswith("riwayat ke-2")


def test_words_of_another_program_are_quoted_as_they_are() -> None:
    assert technical_note("Bad Request: chat not found") == "Bad Request: chat not found"
