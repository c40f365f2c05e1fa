"""What an order costs Loket and the aiogram textbook when both send the same number of messages.

In a burst from few chats Loket tells many results in one message, and leaves out an acknowledgement whose
result is there already. The textbook does neither. So in one of the bursts each order is of a chat of its
own, and its result comes when all acknowledgements are sent: there both send two messages an order, as at 40
a second.
"""

from dataclasses import dataclass, replace
from statistics import median

from tests.benchmarks.contender import AIOGRAM, LOKET
from tests.benchmarks.figures import Figures, table
from tests.benchmarks.road import BURST, STEADY, Load, measure

GOAL = 0.6
APART = replace(
    BURST,
    name="burst at the same number of messages",
    chats=tuple(range(1001, 1001 + BURST.orders)),
    people=BURST.orders,
    result_s=4.0,
)
LOADS = (STEADY, APART, replace(BURST, name="burst from 50 chats"))


@dataclass(frozen=True, slots=True)
class Round:
    """Both bots under one load, one right after the other."""

    loket: Figures
    textbook: Figures

    @property
    def an_order(self) -> float:
        """Return the CPU of an order, of that of the textbook."""
        return self.loket.cpu_ms / self.textbook.cpu_ms

    @property
    def a_message(self) -> float:
        """Return the CPU of a message, of that of the textbook."""
        return self.an_order * self.textbook.calls / self.loket.calls


async def run(rounds: int, *, loads: tuple[Load, ...] = LOADS) -> str:
    """Measure both in turn, who begins changes with the round; return a table for each load."""
    found: dict[str, list[Round]] = {load.name: [] for load in loads}
    for number in range(rounds):
        for load in loads:
            found[load.name].append(await _round(load, loket_first=number % 2 == 0))
    return "\n\n".join(_table(load, each) for load, each in found.items())


async def _round(load: Load, *, loket_first: bool) -> Round:
    first, second = (LOKET, AIOGRAM) if loket_first else (AIOGRAM, LOKET)
    one, other = await measure(first, load), await measure(second, load)
    return Round(one, other) if loket_first else Round(other, one)


def _table(load: str, rounds: list[Round]) -> str:
    head = ["round", "Loket: CPU ms an order", "messages an order", "textbook: CPU ms an order"]
    head += ["messages an order", "ratio an order", "ratio a message", "lost by Loket", "by the textbook"]
    rows = [[str(number), *_cells(one)] for number, one in enumerate(rounds, start=1)]
    an_order, a_message = (median(getattr(one, name) for one in rounds) for name in ("an_order", "a_message"))
    told = f"Middle of the ratios: {an_order:.2f} an order, {a_message:.2f} a message; the goal is {GOAL}."
    return f"**{load}**\n\n{table(head, rows)}\n\n{told}"


def _cells(one: Round) -> list[str]:
    return [
        f"{one.loket.cpu_ms:.2f}",
        f"{one.loket.calls:.2f}",
        f"{one.textbook.cpu_ms:.2f}",
        f"{one.textbook.calls:.2f}",
        f"{one.an_order:.2f}",
        f"{one.a_message:.2f}",
        f"{one.loket.lost:.0f}",
        f"{one.textbook.lost:.0f}",
    ]
