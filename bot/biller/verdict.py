"""Reads what a biller's message says of a purchase, whatever words it uses: pure, and in linear time.

The first word in so many words counts, turned by what stands before it ("tidak berhasil", "belum sukses").
Where a message says two things, or that there is no result yet, nothing is settled by it.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum, auto
from typing import assert_never

from msgspec import Struct

from bot.biller.clauses import OTHER_ORDER, Clause, clauses_of
from bot.biller.refusals import refusal_at
from bot.biller.wording import (
    DELIVERED_APART,
    FILLERS,
    MODIFIERS,
    MONEY_RETURNS,
    NO_VALUES,
    POLICY,
    SENSES,
    WISHES,
    Modifier,
    Sense,
)
from bot.orders.model import Outcome

_PHONE = re.compile(r"08[0-9]{7,13}")
_GROUPED = re.compile(r"(?P<lead>[ +]?)(?P<number>\(?[0-9]+(?:[ .()-]{1,2}[0-9]+)*\)?)")
_NAMED = re.compile(r"\bTransaksi\s+([^\s.]{1,64})\.", re.IGNORECASE)


def is_same_code(told: str, ours: str) -> bool:
    """Compare product codes, letter case apart; only ASCII, since other letters fold into ours."""
    return told.isascii() and told.lower() == ours.lower()


def is_same_destination(told: str, ours: str) -> bool:
    """Compare numbers: `6281234567890`, `+62 812-3456-7890` and `81234567890` are `081234567890`."""
    if told == ours:
        return True
    written = _GROUPED.fullmatch(told)
    if written is None or not ours.isdecimal():
        return False
    digits = re.sub(r"[^0-9]", "", written["number"])
    national = f"0{digits[2:]}" if digits.startswith("628") else ""
    if written["lead"]:  # a plus, or the blank that a plus becomes in a query string
        return bool(_PHONE.fullmatch(ours)) and national == ours
    is_phone = bool(_PHONE.fullmatch(ours)) and ours in (national, f"0{digits}")
    return digits == ours or is_phone


def is_code_named(message: str, *, code: str, destination: str) -> bool:
    """Return whether the words name the product: `Transaksi s5.0812…`, or `S5.0812…` for our own number."""
    named = _NAMED.search(message)
    if named and is_same_code(named[1], code):
        return True
    said, own = message.lower(), f"{code}.{destination}".lower()
    at = said.find(own)
    edges = said[max(0, at - 1) : at] + said[at + len(own) :][:1]
    return at >= 0 and own.isascii() and not any(map(str.isalnum, edges))


_BEFORE = 3  # words looked back for what turns one: "tidak dapat kami proses"
_JOINING = frozenset({"atau", "dan", "maupun", "or", "and", "nor"})
_ANTI = frozenset({"anti", "bebas", "tanpa"})
_RETURNS = "kembali"
_FULL = frozenset({"penuh", "ful"})


class Claim(StrEnum):
    """What the words of a message say, whatever its status is."""

    SUCCESS = auto()
    FAILURE = auto()
    NOT_YET = auto()
    MIXED = auto()
    NOTHING = auto()


class Verdict(StrEnum):
    """What status and words say together; NO_VERDICT leaves the word to the status."""

    SUCCESS = auto()
    FAILURE = auto()
    NOT_YET = auto()
    CONTRADICTION = auto()
    NO_VERDICT = auto()


_Reading = tuple[Claim, bool] | None
_UNDECIDED: _Reading = (Claim.NOT_YET, True)


class _Mention(Struct, frozen=True):
    """One thing that is said; `is_plain` in so many words, `is_own` by a clause that says nothing else."""

    claim: Claim
    is_plain: bool
    is_own: bool = False


def read_verdict(status: Outcome, message: str, *, code: str, destination: str) -> Verdict:
    """Hold the words of a report against its status."""
    match read_claim(message, code=code, destination=destination):
        case Claim.SUCCESS:
            return Verdict.SUCCESS if status is Outcome.SUCCESS else Verdict.CONTRADICTION
        case Claim.FAILURE:
            return Verdict.FAILURE if status is Outcome.FAILURE else Verdict.CONTRADICTION
        case Claim.NOT_YET:
            return Verdict.NOT_YET
        case Claim.MIXED:
            return Verdict.CONTRADICTION
        case Claim.NOTHING:
            return Verdict.NO_VERDICT
        case claim:
            assert_never(claim)


def read_claim(
    message: str, *, code: str = "", destination: str = "", other_orders_count: bool = False
) -> Claim:
    """Return what the words say of the order of `code` to `destination`.

    A result beside another order's number counts only where there is no other, unless `other_orders_count`.
    """
    clauses = clauses_of(message, code=code, destination=destination)
    mentions = [
        mention for clause in clauses if clause.words for mention in _mentions(clause, other_orders_count)
    ]
    return _sum_up(mentions)


def _sum_up(mentions: Sequence[_Mention]) -> Claim:
    """Take the plain words, and the others only where there are none."""
    counted = [mention for mention in mentions if mention.is_plain] or mentions
    claims = {mention.claim for mention in counted}
    if not claims or len(claims) == 1:
        return next(iter(claims), Claim.NOTHING)
    first = counted[0].claim
    if first is not Claim.FAILURE:
        return Claim.NOT_YET if Claim.NOT_YET in claims else Claim.MIXED
    # "GAGAL, antrian penuh" is a failure; "GAGAL, masih diproses ulang" is none yet.
    goes_on = any(each.claim is Claim.NOT_YET and each.is_own for each in counted if each.is_plain)
    return Claim.MIXED if Claim.SUCCESS in claims or goes_on else Claim.FAILURE


def _mentions(clause: Clause, other_orders_count: bool) -> Iterator[_Mention]:  # noqa: FBT001 - one caller
    refused_at = refusal_at(clause)
    if refused_at is None and SENSES.keys().isdisjoint(clause.words) and _RETURNS not in clause.words:
        return
    is_bare = clause.is_bare
    for index, word in enumerate(clause.words):
        if index == refused_at:
            yield _Mention(Claim.FAILURE, is_plain=False)
        sense = SENSES.get(word)
        if word == _RETURNS and _is_behind_money(clause.words, index):
            sense = Sense.UNDONE
        said = _said(sense, clause.words, index) if sense else None
        if said:
            claim, is_plain = said
            is_asked = clause.mark == "?" and is_plain
            is_own = is_bare or sense is Sense.AGAIN
            is_of_other = (
                OTHER_ORDER in clause.words[max(0, index - 1) : index + 2] and not other_orders_count
            )
            is_plain = is_plain and not clause.is_aside and not is_of_other
            yield _Mention(Claim.NOT_YET if is_asked else claim, is_plain, is_own)


def _said(sense: Sense, words: Sequence[str], index: int) -> _Reading:
    """Return what one word says where it stands, and whether plainly; None if it says nothing."""
    turn, turned_by = _turn(words, index)
    if turn is Modifier.NOT_YET and sense is not Sense.AGAIN:
        return _UNDECIDED
    if turn in (Modifier.FUTURE, Modifier.MAYBE) and sense not in (
        Sense.UNDONE,
        Sense.AWAITED,
        Sense.KNOWN,
    ):
        return None if _is_apart(words, index) else _UNDECIDED
    if _is_denied(words, index):
        return (Claim.FAILURE, True) if sense in (Sense.SUCCESS, Sense.DONE) else None
    match sense:
        case Sense.SUCCESS:
            return _success(words, index, is_not=turn is Modifier.NOT)
        case Sense.DONE | Sense.MOVED | Sense.PROCESS:
            return _progress(sense, words, index, turn=turn, follows=SENSES.get(turned_by))
        case Sense.FAILURE | Sense.REJECTED | Sense.UNDONE:
            is_anti = turned_by in _ANTI
            return None if is_anti else _failure(sense, words, index, is_not=turn is Modifier.NOT)
        case Sense.WAITING | Sense.LOOK | Sense.AWAITED | Sense.KNOWN | Sense.AGAIN:
            return _waiting(sense, words, index, turn=turn)
        case _:
            assert_never(sense)


def _success(words: Sequence[str], index: int, *, is_not: bool) -> _Reading:
    if is_not:
        return Claim.FAILURE, True
    is_wish = _next(words, index) in WISHES or (index > 0 and words[index - 1] in WISHES)
    is_of_undoing = _is_near(words, index, Sense.UNDONE, behind=True) or _is_near(
        words, index, Sense.UNDONE, behind=False
    )
    return None if is_wish or is_of_undoing else (Claim.SUCCESS, True)


def _failure(sense: Sense, words: Sequence[str], index: int, *, is_not: bool) -> _Reading:
    if sense is Sense.FAILURE:
        # "Pembatalan gagal": what was to be undone may stand after all.
        if _is_near(words, index, Sense.UNDONE, behind=False):
            return _UNDECIDED
        return (Claim.SUCCESS if is_not else Claim.FAILURE), True
    is_nothing = is_not or (
        sense is Sense.UNDONE
        and (_is_policy(words, index) or _is_near(words, index, Sense.FAILURE, behind=True))
    )
    return None if is_nothing else (Claim.FAILURE, True)


def _waiting(sense: Sense, words: Sequence[str], index: int, *, turn: Modifier | None) -> _Reading:
    is_not = turn is Modifier.NOT
    if sense is Sense.AGAIN:
        return _UNDECIDED if turn in (Modifier.ONGOING, Modifier.FUTURE) else None
    if sense is Sense.AWAITED:
        return (Claim.NOT_YET, False) if is_not else None
    if sense is Sense.KNOWN:
        return _UNDECIDED if is_not else None
    if is_not or _next(words, index) in _FULL:
        return None
    return Claim.NOT_YET, sense is Sense.WAITING or turn is Modifier.ONGOING


def _progress(
    sense: Sense, words: Sequence[str], index: int, *, turn: Modifier | None, follows: Sense | None
) -> _Reading:
    """Read a word of work by what stands around it: "gagal diproses", "sudah dikirim", "sedang diproses"."""
    if turn is Modifier.NOT or follows in (Sense.FAILURE, Sense.REJECTED):
        return Claim.FAILURE, True
    if turn is Modifier.ONGOING:
        return None if _is_apart(words, index) else (Claim.NOT_YET, True)
    if _is_near(words, index, Sense.UNDONE, behind=True) or _is_near(
        words, index, Sense.UNDONE, behind=False
    ):
        return None
    if sense is Sense.DONE or turn is Modifier.PERFECT or (follows is Sense.SUCCESS and sense is Sense.MOVED):
        return Claim.SUCCESS, False
    is_told_behind = any(
        _is_near(words, index, each, behind=True) for each in (Sense.SUCCESS, Sense.FAILURE, Sense.DONE)
    )
    if sense is Sense.MOVED or follows is Sense.SUCCESS or is_told_behind:
        return None
    return Claim.NOT_YET, False


def _turn(words: Sequence[str], index: int) -> tuple[Modifier | None, str]:
    """Return what turns the word at `index`, and by which word: the nearest, unless that is denied itself."""
    at = index
    if index > 1 and words[index - 1] in _JOINING and words[index - 2] in SENSES:
        index -= 2  # "tidak dapat dibatalkan atau direfund": one "tidak" turns both
    turn: Modifier | None = None
    by = ""
    for word in reversed(words[max(0, index - _BEFORE) : index]):
        modifier = MODIFIERS.get(word)
        if modifier in (Modifier.NOT, Modifier.NOT_YET):
            return (Modifier.NOT_YET if "yet" in words[at + 1 : at + 3] else modifier), word
        if modifier and turn is None:
            turn, by = modifier, word
        elif SENSES.get(word) and turn is None:
            return None, word
        elif modifier is None and word not in FILLERS and turn is not None:
            break
        elif modifier is None and word not in FILLERS:
            return _distant(words, index)
    return turn, by


def _distant(words: Sequence[str], index: int) -> tuple[Modifier | None, str]:
    """Skip a word that turns nothing: "sedang coba kirim", "belum semua terkirim"."""
    for word in reversed(words[max(0, index - _BEFORE) : index]):
        modifier = MODIFIERS.get(word)
        if modifier in (Modifier.NOT_YET, Modifier.ONGOING, Modifier.FUTURE, Modifier.MAYBE):
            return modifier, word
        if modifier or SENSES.get(word):
            break
    return None, ""


def _next(words: Sequence[str], index: int) -> str:
    return words[index + 1] if index + 1 < len(words) else ""


def _is_near(words: Sequence[str], index: int, sense: Sense, *, behind: bool) -> bool:
    """Return whether a word of `sense` stands within two words, with fillers between alone."""
    near = words[index + 1 : index + 3] if behind else words[max(0, index - 2) : index][::-1]
    for word in near:
        if SENSES.get(word) is sense:
            return True
        if word not in FILLERS and word not in MODIFIERS:
            return False
    return False


def _is_denied(words: Sequence[str], index: int) -> bool:
    """Return whether the word is a name whose value says no: `success: false`."""
    behind = words[index + 1 : index + 3]
    return len(behind) > 1 and behind[0] in (":", "=") and behind[1] in NO_VALUES


def _is_policy(words: Sequence[str], index: int) -> bool:
    return any(word in POLICY for word in words[max(0, index - 2) : index + 3])


def _is_apart(words: Sequence[str], index: int) -> bool:
    return any(word in DELIVERED_APART for word in words[max(0, index - _BEFORE) : index])


def _is_behind_money(words: Sequence[str], index: int) -> bool:
    return any(word in MONEY_RETURNS for word in words[max(0, index - _BEFORE) : index])
