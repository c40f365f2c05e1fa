"""Generates the Mermaid diagram of an order's states in docs/architecture.md from `TRANSITIONS`."""

import re
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # for a run as a script, from any directory

from bot.orders.model import State
from bot.orders.states import TRANSITIONS, Trigger

ARCHITECTURE = Path(__file__).resolve().parent.parent / "docs" / "architecture.md"
"""The document with the diagram."""

_BLOCK = re.compile(r"(?<=```mermaid\n)stateDiagram-v2\n.*?(?=```)", re.DOTALL)


def state_diagram() -> str:
    """Return the diagram, with one arrow per pair of states that names all its events."""
    arrows: dict[tuple[State, State], list[Trigger]] = defaultdict(list)
    for state, moves in TRANSITIONS.items():
        for event, target in moves.items():
            arrows[state, target].append(event)
    rows = [f"    [*] --> {State.PLACED}"]
    rows += [f"    {a} --> {b}: {_label(events)}" for (a, b), events in arrows.items()]
    return "\n".join(["stateDiagram-v2", *rows, ""])


def diagram_in(document: str) -> str:
    """Return the diagram in `document`; ValueError if there is none."""
    if not (found := _BLOCK.search(document)):
        raise ValueError("the document has no state diagram")
    return found[0]


def _label(events: list[Trigger]) -> str:
    return " / ".join(event.name.lower().replace("_", " ") for event in events)


def main() -> None:
    """Replace the diagram in docs/architecture.md."""
    document = ARCHITECTURE.read_text(encoding="utf-8")
    ARCHITECTURE.write_text(document.replace(diagram_in(document), state_diagram()), encoding="utf-8")


if __name__ == "__main__":
    main()
