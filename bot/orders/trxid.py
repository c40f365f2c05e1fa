"""Makes a trxid as the biller's sheet has it: the local time as YYMMDDhhmmss and five digits of chance."""

from datetime import datetime, tzinfo


def trxid_at(at_ms: int, zone: tzinfo, chance: int) -> str:
    """Give the trxid of a moment; `chance` is 0 to 99999. Two can be equal: storing one draws again."""
    local = datetime.fromtimestamp(at_ms / 1000, zone)
    return f"{local:%y%m%d%H%M%S}{chance:05d}"
