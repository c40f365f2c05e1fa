"""The biller's signature over one order, exactly as its sheet writes it."""

from hashlib import md5


def sign(*, user: str, password: str, trxid: str) -> str:
    """Join the three with nothing between them and hash them: 32 hex digits in lower case.

    MD5 is the biller's choice; the result is as secret as the password and is never shown.
    """
    return md5(f"{user}{password}{trxid}".encode(), usedforsecurity=False).hexdigest()
