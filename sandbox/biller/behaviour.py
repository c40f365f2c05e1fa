"""The behaviours of the emulated biller, and the test numbers that select them."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Behaviour(StrEnum):
    """The course of an order at the biller."""

    SUCCESS = "success"
    FAILURE = "failure"
    REFUSED_ROUTE = "refused_route"
    REFUSED_DEDUCT = "refused_deduct"
    REFUSED_INACTIVE = "refused_inactive"
    SLOW = "slow"
    NEVER = "never"
    TWICE = "twice"
    OPPOSITE = "opposite"
    EARLY = "early"
    CUT = "cut"
    CUT_SILENT = "cut_silent"
    HTTP_500 = "http_500"
    GARBAGE = "garbage"
    CONTRADICTING = "contradicting"


class Answer(StrEnum):
    """The answer to a `trx` post as the client sees it."""

    PENDING = "pending"
    REFUSED = "refused"
    CUT = "cut"
    SLOW = "slow"
    HTTP_500 = "http_500"
    GARBAGE = "garbage"


class Outcome(StrEnum):
    """The result that a reversal reports; CONTRADICTING reports success and failure in one."""

    SUCCESS = "success"
    FAILURE = "failure"
    CONTRADICTING = "contradicting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The answer and the reversals, in order, of a behaviour."""

    answer: Answer
    reversals: tuple[Outcome, ...]
    late: bool = False  # the first reversal takes `late_s` instead of `result_delay_s`


_S, _F = Outcome.SUCCESS, Outcome.FAILURE

WAYS: Final = {
    Behaviour.SUCCESS: Way(answer=Answer.PENDING, reversals=(_S,)),
    Behaviour.FAILURE: Way(answer=Answer.PENDING, reversals=(_F,)),
    Behaviour.REFUSED_ROUTE: Way(answer=Answer.REFUSED, reversals=()),
    Behaviour.REFUSED_DEDUCT: Way(answer=Answer.REFUSED, reversals=()),
    Behaviour.REFUSED_INACTIVE: Way(answer=Answer.REFUSED, reversals=()),
    Behaviour.SLOW: Way(answer=Answer.SLOW, reversals=(_S,)),
    Behaviour.NEVER: Way(answer=Answer.PENDING, reversals=()),
    Behaviour.TWICE: Way(answer=Answer.PENDING, reversals=(_S, _S)),
    Behaviour.OPPOSITE: Way(answer=Answer.PENDING, reversals=(_S, _F)),
    Behaviour.EARLY: Way(answer=Answer.PENDING, reversals=(_S,)),
    Behaviour.CUT: Way(answer=Answer.CUT, reversals=(_S,), late=True),
    Behaviour.CUT_SILENT: Way(answer=Answer.CUT, reversals=()),
    Behaviour.HTTP_500: Way(answer=Answer.HTTP_500, reversals=(_S,)),
    Behaviour.GARBAGE: Way(answer=Answer.GARBAGE, reversals=(_S,)),
    Behaviour.CONTRADICTING: Way(answer=Answer.PENDING, reversals=(Outcome.CONTRADICTING,)),
}

# The last four digits of a destination select a behaviour; all others, such as 0000, use the settings.
TEST_NUMBERS: Final = {
    "1111": Behaviour.SUCCESS,
    "2222": Behaviour.FAILURE,
    "3333": Behaviour.REFUSED_ROUTE,
    "4444": Behaviour.REFUSED_DEDUCT,
    "5555": Behaviour.SLOW,
    "6666": Behaviour.NEVER,
    "7777": Behaviour.TWICE,
    "8888": Behaviour.OPPOSITE,
    "9999": Behaviour.CUT,
    "1212": Behaviour.EARLY,
    "1313": Behaviour.CUT_SILENT,
    "1414": Behaviour.HTTP_500,
    "1515": Behaviour.GARBAGE,
    "1616": Behaviour.CONTRADICTING,
}


def behaviour_for(destination: str, usual: Behaviour) -> Behaviour:
    """Return the behaviour for an order to this destination; `usual` unless it is a test number."""
    return TEST_NUMBERS.get(destination[-4:], usual)
