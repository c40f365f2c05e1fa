"""Cuts a biller's message into clauses of plain words, and leaves out the values that are not its own words.

An SN may end in the name WARUNG ANTI GAGAL and a product may be called SUKSES5: neither is a result.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

from bot.biller.wording import (
    ABBREVIATIONS,
    CONDITIONS,
    FIELDS,
    HELPERS,
    MODIFIERS,
    SENSES,
    FieldKind,
    Sense,
    plain,
)

_TOKEN = re.compile(r"[0-9]+(?:[.,:][0-9]+)+(?![^\W_])|[^\W_]+|\s[-\u2013\u2014]\s|[^\w\s\-\u2013\u2014]")
_OTHER_ORDER = re.compile(r"(?<![^\W_])[a-z][a-z0-9]{0,15}[.*#][0-9]{8,16}(?![^\W_])")
_GLUED = re.compile(r"(?:[0-9]{5,})?([^\W0-9_]+)(?:[0-9]{5,})?")  # a number and a word without a blank
_NO_WORDS = re.compile("['\u2019`\u00b4\"\u201c\u201d\ufe0f]+")
_LABEL_WORDS_MAX = 3
_LABEL_STARTS = FIELDS.keys() | {"a", "s", "an", "atas"}
_NUMBER_MIN = 4  # digits of the last group of a token, or of a customer's number; a date has fewer
_SPELLED_OUT = range(4, 13)  # S U K S E S: shorter runs of single letters are initials
_PLAINEST = frozenset({Sense.SUCCESS, Sense.FAILURE})
_PREFIXES = frozenset({"di", "ter", "on", "in"})
_SEPARATORS = (".", ",", "*", "#", "-", "_", "/", " ")


OTHER_ORDER = "\ue000"
"""Stands in a clause for the code and number of another order."""


class Clause(Struct, frozen=True):
    """Words between two marks, and the mark behind them.

    `is_aside`: the words stand in a name or hang on an "if", and count only where nothing else does.
    `is_bare`: the words are a result and nothing more.
    """

    words: tuple[str, ...]
    mark: str = ""
    is_aside: bool = False

    @property
    def is_bare(self) -> bool:
        """Return whether the clause is a verdict of its own."""
        letters = [word for word in self.words if not word.isdigit()]
        return any(word in SENSES for word in letters) and all(map(_is_of_a_verdict, letters))


def clauses_of(message: str, *, code: str = "", destination: str = "") -> list[Clause]:
    """Return the clauses that may tell a result, without the order's own code and destination."""
    text = _NO_WORDS.sub("", unicodedata.normalize("NFKC", message).lower())
    text = _without_order(text, code.lower(), destination.lower())
    tokens = list(_joined([_word(token) for token in _TOKEN.findall(text)]))
    return [clause for kind, part in _fields(tokens) for clause in _read_field(kind, part)]


def _without_order(text: str, code: str, destination: str) -> str:
    """Cut out `code.destination`, and a destination of letters wherever it stands; mark other orders."""
    if not destination:
        return text
    if code:
        for mark in _SEPARATORS:
            text = text.replace(f"{code}{mark}{destination}", " ")
        text = _OTHER_ORDER.sub(f" {OTHER_ORDER} ", text)
    is_a_word = plain(destination) in SENSES or plain(destination) in MODIFIERS
    return text if destination.isdigit() or is_a_word else text.replace(destination, " ")


def _word(token: str) -> str:
    """Return a token as the vocabulary writes it; 081234567890GAGAL is GAGAL, GAGAL5 a product's code."""
    if token.isalpha():
        return plain(token)
    if token.isdigit():
        return token
    token = token.strip()
    if len(token) > 1 and not token.isalnum():
        return re.sub(r"[.,:]", "", token)  # a number with its separators
    inner = _GLUED.fullmatch(token)
    word = plain(inner[1]) if inner else token
    return word if SENSES.get(word) in _PLAINEST else token


def _joined(tokens: Sequence[str]) -> Iterator[str]:
    """Join what was written apart: `di proses`, `S U K S E S`."""
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if len(token) == 1 and token.isalpha() and (spelled := _spelled_out(tokens, at)):
            yield plain("".join(spelled))
            at += len(spelled)
        elif token in _PREFIXES and _has_sense(tokens, at):
            yield token + tokens[at + 1]
            at += 2
        else:
            yield token
            at += 1


def _spelled_out(tokens: Sequence[str], at: int) -> Sequence[str]:
    end = at
    while (
        end - at < _SPELLED_OUT.stop and end < len(tokens) and len(tokens[end]) == 1 and tokens[end].isalpha()
    ):
        end += 1
    run = tokens[at:end]
    return run if len(run) in _SPELLED_OUT and plain("".join(run)) in SENSES else ()


def _has_sense(tokens: Sequence[str], at: int) -> bool:
    return at + 1 < len(tokens) and tokens[at] + tokens[at + 1] in SENSES


def _fields(tokens: Sequence[str]) -> Iterator[tuple[FieldKind, Sequence[str]]]:
    """Split the tokens before every label; a label itself is left out."""
    kind, start, at = FieldKind.STATEMENT, 0, 0
    while at < len(tokens):
        label, length = _label_at(tokens, at) if tokens[at] in _LABEL_STARTS else (None, 0)
        if label is None:
            # A run of letters that names no field is not looked at again.
            at += 1
            continue
        yield kind, tokens[start:at]
        kind, at = label, at + length
        start = at
    yield kind, tokens[start:]


def _label_at(tokens: Sequence[str], at: int) -> tuple[FieldKind | None, int]:
    """Return the kind of the field whose label begins here, and how many tokens the label has."""
    if tokens[at : at + 3] in (["a", "/", "n"], ["s", "/", "n"]):
        kind = FieldKind.NAME if tokens[at] == "a" else FieldKind.SERIAL
        return kind, _behind_colon(tokens, at + 3) - at
    if tokens[at : at + 2] in (["an", "."], ["atas", "nama"]):
        return FieldKind.NAME, _behind_colon(tokens, at + 2) - at
    names: list[str] = []
    end = at
    while len(names) < _LABEL_WORDS_MAX and end < len(tokens) and tokens[end] in FIELDS:
        names.append(tokens[end])
        end += 1
        if end + 1 < len(tokens) and tokens[end] in ("/", ".", "#") and tokens[end + 1] in FIELDS:
            end += 1
    if not names:
        return None, 0
    colon = _behind_colon(tokens, end)
    is_bare_serial = names == ["sn"] and end < len(tokens) and any(map(str.isdigit, tokens[end]))
    if colon == end and not is_bare_serial:
        return None, 0
    return _kind_of(names), colon - at


def _behind_colon(tokens: Sequence[str], at: int) -> int:
    if at + 1 < len(tokens) and tokens[at] in (".", "#") and tokens[at + 1] in (":", "="):
        at += 1
    return at + 1 if at < len(tokens) and tokens[at] in (":", "=") else at


def _kind_of(names: Sequence[str]) -> FieldKind:
    last = FIELDS[names[-1]]
    if last is not FieldKind.STATEMENT and any(FIELDS[name] is FieldKind.SERIAL for name in names):
        return FieldKind.SERIAL
    return last


def _read_field(kind: FieldKind, tokens: Sequence[str]) -> Iterator[Clause]:
    match kind:
        case FieldKind.STATEMENT:
            yield from _conditions(_split(tokens, is_statement=True))
        case FieldKind.SERIAL:
            yield from _verdicts_behind(_split(tokens))
        case FieldKind.NAME:
            yield from _read_name(tokens)
        case FieldKind.CODE:
            end = _value_length(tokens)
            behind = tokens[end:]
            # `12345(2001)/nick`: a game id may have its owner's name behind it.
            is_named = behind[:1] == ["/"] and end + 1 < len(tokens)
            yield from _read_name(behind[1:]) if is_named else _conditions(_split(behind, is_statement=True))


def _read_name(tokens: Sequence[str]) -> Iterator[Clause]:
    clauses = _split(tokens)
    end = next(i for i, clause in enumerate(clauses) if _ends_before(clause) or i == len(clauses) - 1)
    yield from _verdict_at_end(clauses[end], has_parts=False)
    yield from _conditions(clauses[end + 1 :])


def _split(tokens: Sequence[str], *, is_statement: bool = False) -> list[Clause]:
    """Cut tokens at marks; a colon in the middle stays a word, since `success: false` needs it.

    In a statement a slash is "or" ("tidak bisa batal/refund"), but behind a number a name begins.
    """
    clauses: list[Clause] = []
    words: list[str] = []
    is_name = False
    for index, token in enumerate(tokens):
        if token == "/" and is_statement:  # noqa: S105 - a mark
            if index and tokens[index - 1].isdigit() and len(tokens[index - 1]) >= _NUMBER_MIN:
                clauses.append(Clause(tuple(words), token, is_name))
                words, is_name = [], True
            else:
                words.append("atau")
        elif token.isalnum() or token in (":", "=", OTHER_ORDER) or token in SENSES:
            words.append(token)
        elif token not in ("_", "~"):
            clauses.append(Clause(tuple(words), token, is_name))
            words, is_name = [], False
    return [*clauses, Clause(tuple(words), "", is_name)]


def _value_length(tokens: Sequence[str]) -> int:
    """Return how many tokens the one value of a field has: `0812-3456`, `12345(2001)`."""
    length = 0
    for index, part in enumerate(tokens):
        is_first_word = index == 0 and SENSES.get(part) not in _PLAINEST
        has_digit = any(map(str.isdigit, part))
        if not (is_first_word or has_digit or part in ("(", ")", "*", "#")):
            break
        length = index + 1
    return length


def _conditions(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Cut off what hangs on an "if"; what follows behind a comma may still hang on it."""
    is_consequence = False
    for clause in clauses:
        at = next((i for i, word in enumerate(clause.words) if word in CONDITIONS), None)
        aside = clause.is_aside or (is_consequence and not clause.is_bare)
        is_whole = at is None and aside == clause.is_aside
        yield clause if is_whole else Clause(clause.words[:at], clause.mark, aside)
        is_consequence = at is not None and clause.mark == ","


def _verdicts_behind(clauses: Sequence[Clause]) -> Iterator[Clause]:
    """Return what stands behind an SN as a verdict of its own: `SN: 1234. GAGAL` but not `SN: 1234/GAGAL`."""
    behind: list[Clause] = []
    rest = [clause for clause in clauses if clause.words or clause.mark == "/"]
    while len(rest) > 1 and rest[-1].is_bare and _ends_before(rest[-2]):
        behind.append(rest.pop())
    if len(rest) == 1:
        yield from _verdict_at_end(rest[0], has_parts=False)
    elif rest:
        yield from _verdict_at_end(rest[-1], has_parts=any(clause.mark == "/" for clause in rest))
    yield from reversed(behind)


def _ends_before(clause: Clause) -> bool:
    """Return whether the mark behind a clause is an end, and no part of a name."""
    if clause.mark == "/":
        return False
    return clause.mark != "." or not (clause.words and clause.words[-1] in ABBREVIATIONS)


def _verdict_at_end(clause: Clause, *, has_parts: bool) -> Iterator[Clause]:
    """Return the results at the end of a value: the message's own behind bare digits, else maybe a name's."""
    if has_parts:
        return
    start = len(clause.words)
    while start and _is_of_a_verdict(clause.words[start - 1]) and not clause.words[start - 1].isdigit():
        start -= 1
    value, verdict = clause.words[:start], clause.words[start:]
    is_own = bool(value) and not any(map(str.isalpha, value))
    if any(word in SENSES for word in verdict):
        yield Clause(verdict, clause.mark, is_aside=not is_own)


def _is_of_a_verdict(word: str) -> bool:
    return word in SENSES or word in MODIFIERS or word in HELPERS or word in (":", "=") or word.isdigit()
