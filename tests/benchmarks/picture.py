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


def draw(figures: dict[str, dict[str, dict[str, Any]]], path: str) -> None:
    """Draw a row of panels a load, a bar a contender."""
    mpl.rcParams.update({"font.size": 9, "svg.hashsalt": "loket"})
    drawing, axes = plt.subplots(
        len(figures), len(PANELS), figsize=(3.0 * len(PANELS), 2.1 * len(figures)), squeeze=False
    )
    for row, (load, by_name) in zip(axes, figures.items(), strict=True):
        names = list(by_name)[::-1]
        for panel, (key, title, hint) in zip(row, PANELS, strict=True):
            values = [float(by_name[name][key]) for name in names]
            bars = panel.barh(names, values, color=[COLOURS.get(name, OTHERS) for name in names])
            panel.bar_label(bars, fmt="%.3g", padding=2)
            panel.set_title(f"{load}: {title}", fontsize=9, loc="left")
            panel.set_xlabel(hint, fontsize=7)
            panel.margins(x=0.2)
            panel.spines[["top", "right"]].set_visible(False)
            if panel is not row[0]:
                panel.set_yticklabels([])
    drawing.tight_layout()
    drawing.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    draw(json.load(sys.stdin), sys.argv[1])
