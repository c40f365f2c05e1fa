"""What one run of a bot came to, and the middle of several."""

from dataclasses import dataclass, fields
from statistics import median


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One run; `outside_busy` is how much of a core those around the bot took, and they have one."""

    cpu_ms: float
    orders_a_s: float
    to_trx_p50_ms: float
    to_trx_p99_ms: float
    to_push_p50_ms: float
    to_push_p99_ms: float
    calls: float
    peak_mb: float
    last_told_s: float
    lost: float
    doubled: float
    refused: float
    outside_busy: float


def middle(runs: list[Figures]) -> Figures:
    """Return the median of each figure; of what must not happen at all, the worst."""
    never = {"lost", "doubled", "refused"}
    return Figures(
        **{
            name: max(values) if name in never else median(values)
            for name in (each.name for each in fields(Figures))
            for values in [[float(getattr(run, name)) for run in runs]]
        }
    )


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write a Markdown table, the first column to the left and all others to the right."""
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
