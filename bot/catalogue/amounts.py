"""Reads amounts of rupiah as price lists and product names write them: `6500`, `6.500`, `6.500,00`."""

import re

_AMOUNT = re.compile(
    r"(?P<whole>[1-9][0-9]{0,2}(?:\.[0-9]{3})+)(?:,(?P<sen>[0-9]{1,2}))?"
    r"|(?P<english>[1-9][0-9]{0,2}(?:,[0-9]{3})+)(?:\.(?P<cents>[0-9]{1,2}))?"
    r"|(?P<plain>0|[1-9][0-9]*)(?:[.,](?P<part>[0-9]{1,2}))?"
)


def split_amount(text: str) -> tuple[int, bool] | None:
    """Return the whole rupiah of an amount, and whether a part of a rupiah stands behind them."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        return None
    whole = (found["whole"] or found["english"] or found["plain"]).replace(".", "").replace(",", "")
    return int(whole), bool((found["sen"] or found["cents"] or found["part"] or "").strip("0"))


def read_amount(text: str) -> int | None:
    """Return whole rupiah; None for anything else."""
    amount = split_amount(text)
    return None if amount is None or amount[1] else amount[0]
