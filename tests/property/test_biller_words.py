"""Whatever a biller writes: nothing crashes, nothing settles against its status, and reading stays linear."""

import sys
from collections.abc import Callable
from types import FrameType
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.biller.answers import failure_cause_of
from bot.biller.public_reason import public_reason, raw_words
from bot.biller.reversal import MESSAGE_MAX_CHARS, ParsedReversal, match_reversal, read_reversal, read_sn
from bot.biller.verdict import Claim, Verdict, read_claim, read_verdict
from bot.biller.wording import FIELDS, FILLERS, MODIFIERS, SENSES
from bot.orders.events import Contradiction, Failed, Succeeded
from bot.orders.model import Outcome, State
from tests.biller_messages import CODE, MESSAGES, NUMBER
from tests.makers import an_order

_SAID = {Outcome.SUCCESS: Verdict.SUCCESS, Outcome.FAILURE: Verdict.FAILURE}
_EVENTS = {Outcome.SUCCESS: Succeeded, Outcome.FAILURE: Failed}
_PIECES = sorted(SENSES) + sorted(MODIFIERS) + sorted(FIELDS) + sorted(FILLERS)
_MARKS = [
    *".,:;/|()?!=-",
    " - ",
    "\n",
    "S5.081234567001",
    "1.350.992",
    "Rp",
    "a/n",
    "kembali",
    "jika",
    "\u200b",
    "0",
]
_TALK = st.lists(st.sampled_from(_PIECES + _MARKS), max_size=25).map(" ".join)
_ANY = st.one_of(_TALK, st.text(max_size=200), st.sampled_from([said.text for said in MESSAGES]))


@given(_ANY, st.sampled_from(Outcome))
def test_no_words_settle_an_order_against_its_status(message: str, status: Outcome) -> None:
    verdict = read_verdict(status, message, code=CODE, destination=NUMBER)
    claim = read_claim(message, code=CODE, destination=NUMBER)

    assert verdict in (_SAID[status], Verdict.NO_VERDICT, Verdict.NOT_YET, Verdict.CONTRADICTION)
    assert (verdict is Verdict.NO_VERDICT) is (claim is Claim.NOTHING)


@given(_ANY, st.sampled_from([("0", Outcome.SUCCESS), ("1", Outcome.FAILURE)]))
def test_a_report_settles_by_its_status_or_not_at_all(message: str, status: tuple[str, Outcome]) -> None:
    message = message.encode("utf-8", "ignore").decode()
    order = an_order(product_code=CODE, destination=NUMBER, state=State.PENDING)
    fields = {"status": status[0], "refid": order.trxid, "product": CODE, "dest": NUMBER, "message": message}
    report = read_reversal(urlencode(fields).encode())
    if not isinstance(report, ParsedReversal):
        return

    news = match_reversal(report, order=order)

    assert isinstance(news, _EVENTS[status[1]] | Contradiction)
    assert news.raw == raw_words(message)


@given(_ANY, _ANY)
def test_no_words_crash_a_reader(message: str, other: str) -> None:
    read_claim(message, code=other, destination=other)
    read_sn(message)
    public_reason(message, code=other, destination=other)
    failure_cause_of(message)


def _steps(reader: Callable[[str], object], text: str) -> int:
    """Count the calls of functions, ours and the library's, that reading a text makes."""
    count = 0

    def counting(_: FrameType, event: str, __: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counting)
    try:
        reader(text)
    finally:
        sys.setprofile(None)
    return count


_SIZES = (MESSAGE_MAX_CHARS // 2, MESSAGE_MAX_CHARS)
_REPEATED = [
    "a ",
    "sn ",
    "SN: ",
    "1 ",
    "tidak ",
    "sukses ",
    "atau ",
    "((",
    ". ",
    "/",
    "jika, ",
    "Saldo: 1 ",
    "x.1",
    "5 432 ",
    "\u20265",
    "5, ",
]


@pytest.mark.parametrize("piece", _REPEATED)
@pytest.mark.parametrize("reader", [read_claim, read_sn, failure_cause_of, public_reason])
def test_a_text_twice_as_long_takes_at_most_some_twice_the_steps(
    reader: Callable[[str], object], piece: str
) -> None:
    half, whole = (_steps(reader, piece * (size // len(piece))) for size in _SIZES)

    assert whole <= 2.5 * half + 200


@settings(max_examples=50)
@given(st.lists(st.sampled_from(_PIECES + _MARKS), min_size=1, max_size=4))
def test_steps_grow_with_the_length_whatever_is_repeated(pieces: list[str]) -> None:
    text = " ".join(pieces) + " "
    half, whole = (_steps(read_claim, text * count) for count in (20, 40))

    assert whole <= 2.5 * half + 200
