"""Draws an order's life from `TRANSITIONS`, as the Mermaid text that stands in docs/architecture.md."""

import re
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script, from wherever

from bot.orders.model import State
from bot.orders.states import TRANSITIONS, Trigger

PAPER = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
"""Where the drawing stands."""

_BLOCK = re.compile(r"(?<=```mermaid\n)stateDiagram-v2\n.*?(?=```)", re.DOTALL)


def state_diagram() -> str:
    """Give the diagram: an arrow a pair of states, with every event that leads along it."""
    arrows: dict[tuple[State, State], list[Trigger]] = defaultdict(list)
    for state, moves in TRANSITIONS.items():
        for event, target in moves.items():
            arrows[state, target].append(event)
    rows = [f"    [*] --> {State.PLACED}"]
    rows += [f"    {a} --> {b}: {_words(events)}" for (a, b), events in arrows.items()]
    return "\n".join(["stateDiagram-v2", *rows, ""])


def diagram_in(paper: str) -> str:
    """Give the diagram that stands in `paper`; ValueError if there is none."""
    if not (found := _BLOCK.search(paper)):
        raise ValueError("the paper holds no state diagram")
    return found[0]


def _words(events: list[Trigger]) -> str:
    return " / ".join(event.name.lower().replace("_", " ") for event in events)


def main() -> None:
    """Put the diagram into docs/architecture.md."""
    paper = PAPER.read_text(encoding="utf-8")
    PAPER.write_text(paper.replace(diagram_in(paper), state_diagram()), encoding="utf-8")


if __name__ == "__main__":
    main()
