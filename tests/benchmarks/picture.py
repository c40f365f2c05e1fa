"""`… | python -m tests.benchmarks.picture FILE` draws figures side by side with matplotlib."""

import json
import sys
from typing import Any

import matplotlib as mpl
from matplotlib import pyplot as plt

PANELS = (
    ("cpu_ms", "CPU, ms an order", "less is better"),
    ("orders_a_s", "orders a second", "more is better"),
    ("to_trx_p50_ms", "update to trx, p50, ms", "less is better"),
    ("to_trx_p99_ms", "update to trx, p99, ms", "less is better"),
    ("to_push_p99_ms", "report to push, p99, ms", "less is better"),
    ("peak_mb", "most memory, MB", "less is better"),
)
COLOURS = {"Loket": "#1f77b4"}
OTHERS = "#b5b5b5"


COLUMNS = 3


def draw(figures: dict[str, dict[str, dict[str, Any]]], path: str) -> None:
    """Draw the panels of each load below each other, a bar a contender."""
    mpl.rcParams.update({"font.size": 9, "svg.hashsalt": "loket", "svg.fonttype": "none"})
    wanted = [(load, by_name, panel) for load, by_name in figures.items() for panel in PANELS]
    drawing, axes = plt.subplots(
        len(wanted) // COLUMNS, COLUMNS, figsize=(3.6 * COLUMNS, 1.7 * len(wanted) / COLUMNS), squeeze=False
    )
    for place, (axis, (load, by_name, (key, title, hint))) in enumerate(zip(axes.flat, wanted, strict=True)):
        names = list(by_name)[::-1]
        values = [float(by_name[name][key]) for name in names]
        bars = axis.barh(names, values, color=[COLOURS.get(name, OTHERS) for name in names])
        axis.bar_label(bars, [_short(value) for value in values], padding=2)
        axis.set_title(f"{load}: {title}", fontsize=9, loc="left")
        axis.set_xlabel(hint, fontsize=7)
        axis.margins(x=0.25)
        axis.spines[["top", "right"]].set_visible(False)
        if place % COLUMNS:
            axis.set_yticklabels([])
    drawing.tight_layout()
    drawing.savefig(path, metadata={"Date": None})


def _short(value: float) -> str:
    """Return three digits, or as many as there are before the point."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    draw(json.load(sys.stdin), sys.argv[1])
