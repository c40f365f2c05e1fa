"""The bank and e-wallet accounts that the operator names for deposits."""

import re

from msgspec import Struct

MAX_ACCOUNTS = 6
"""More do not fit the 1,024 characters under a picture."""

MAX_HOLDER_CHARS = 50

MIN_TICKET_IDR, MAX_TICKET_IDR = 10_000, 50_000_000
"""What may be paid in at once."""

_BANK = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .&-]{0,19}")
_NUMBER = re.compile(r"[0-9][0-9 .-]{3,19}")
_MASK = re.compile(r"(?:[xX*•●#?_]|[.…]{2,}|…)+")
"""What stands for hidden digits; a single dot only parts groups of them."""

_INTERNATIONAL = re.compile(r"628[0-9]{7,11}")


class DepositAccount(Struct, frozen=True, kw_only=True):
    """An account to pay into; `number` is digits only."""

    bank: str
    number: str
    holder: str


def read_accounts(text: str) -> tuple[DepositAccount, ...]:
    """Return the accounts of `BCA:1234567890:Nama; DANA:0812…:Nama`; ValueError names the first fault."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    if len(parts) > MAX_ACCOUNTS:
        raise ValueError(f"has more than {MAX_ACCOUNTS} accounts")
    return tuple(_read_account(part, position) for position, part in enumerate(parts, start=1))


def _read_account(text: str, position: int) -> DepositAccount:
    bank, _, rest = text.partition(":")
    number, _, holder = rest.partition(":")
    bank, number, holder = bank.strip(), number.strip(), holder.strip()
    if not (bank and number and holder):
        raise ValueError(f"account {position} must be BANK:NUMBER:HOLDER, such as BCA:1234567890:Toko Sari")
    if not _BANK.fullmatch(bank):
        raise ValueError(f"account {position}: the bank must be a short name of letters, such as BCA")
    if not _NUMBER.fullmatch(number):
        raise ValueError(f"account {position}: the number must be digits")
    if len(holder) > MAX_HOLDER_CHARS or not holder.isprintable():
        raise ValueError(
            f"account {position}: the holder must be a name of at most {MAX_HOLDER_CHARS} letters"
        )
    return DepositAccount(bank=bank, number=re.sub(r"[ .-]", "", number), holder=holder)


def is_same_number(offered: str, reported: str) -> bool:
    """Return whether a service's way of writing an account may mean the offered number of digits.

    Signs between the digits do not count. Of a masked number those that are shown must agree; a text without
    any digit says nothing, and may mean every number.
    """
    parts = [re.sub(r"[^0-9]", "", part) for part in _MASK.split(reported)]
    if not any(parts):
        return True
    if len(parts) == 1:
        return _national(offered) == _national(parts[0])
    shown, national = re.compile("[0-9]*".join(parts)), _national(offered)
    forms = (offered, national, f"0{national}", f"62{national}")
    return any(shown.fullmatch(form) for form in forms)


def _national(number: str) -> str:
    """Return a number without what may stand before it: zeros, which a number in JSON cannot have, or +62."""
    return (number[2:] if _INTERNATIONAL.fullmatch(number) else number).lstrip("0")
