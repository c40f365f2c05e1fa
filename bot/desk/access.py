"""Who may enter the desk: tokens, the forms' tokens, Telegram's word about a Mini App, and the two roles.

A session's token is known to the browser alone; the database has its hash. A form's token is derived from it,
so that another site, which cannot read the cookie, cannot make a form that is taken.
"""

import hmac
import json
import re
from enum import StrEnum
from hashlib import sha256
from urllib.parse import parse_qsl

from msgspec import Struct

MAX_INIT_DATA_AGE_S = 300
"""Telegram signs when the Mini App is opened; it signs in at once, so older data was kept by somebody."""

FUTURE_S = 60
"""The clocks of Telegram and of this machine may differ by this."""

MAX_INIT_DATA_CHARS = 8_192

_UNIX_TIME = re.compile(r"[0-9]{1,12}")


class DeskRole(StrEnum):
    """An owner does everything; staff look and settle orders, and move no money."""

    OWNER = "owner"
    STAFF = "staff"


class AccessPolicy(Struct, frozen=True, kw_only=True):
    """The people who may enter, and the bot whose word about a Mini App counts."""

    owner_ids: tuple[int, ...]
    staff_ids: tuple[int, ...]
    bot_token: str

    def __repr__(self) -> str:
        """Return a text without the token."""
        return "AccessPolicy(...)"

    def role_of(self, user_id: int) -> DeskRole | None:
        """Return the role of a person now; None if they may not enter, or no longer."""
        if user_id in self.owner_ids:
            return DeskRole.OWNER
        return DeskRole.STAFF if user_id in self.staff_ids else None


class Visitor(Struct, frozen=True, kw_only=True):
    """A person who is signed in; `form_token` proves that a form came from a page of this session."""

    user_id: int
    name: str
    role: DeskRole
    session_hash: str
    form_token: str

    @property
    def moves_money(self) -> bool:
        """Whether the visitor may move money, change people or prices."""
        return self.role is DeskRole.OWNER


class MiniAppUser(Struct, frozen=True, kw_only=True):
    """The person for whom Telegram opened the Mini App."""

    user_id: int
    name: str


def form_token(session_token: str) -> str:
    """Return the token that the forms of a session carry."""
    return hmac.new(session_token.encode(), b"desk form", sha256).hexdigest()


def is_form_token(received: str, session_token: str) -> bool:
    """Return whether a form came from a page of this session."""
    return hmac.compare_digest(received.encode("utf-8", "replace"), form_token(session_token).encode())


def read_init_data(init_data: str, bot_token: str, *, now_s: int) -> MiniAppUser | None:
    """Return whom Telegram vouches for; None if the signature is wrong, or too old.

    Source: https://core.telegram.org/bots/webapps#validating-data-received-via-the-mini-app
    """
    if len(init_data) > MAX_INIT_DATA_CHARS:
        return None
    pairs = parse_qsl(init_data, keep_blank_values=True)
    values = dict(pairs)
    if len(values) != len(pairs):
        return None  # a field that stands twice could be read in two ways
    received = values.pop("hash", "")
    checked = "\n".join(f"{name}={value}" for name, value in sorted(values.items()))
    key = hmac.new(b"WebAppData", bot_token.encode(), sha256).digest()
    expected = hmac.new(key, checked.encode(), sha256).hexdigest()
    if not hmac.compare_digest(received.encode("utf-8", "replace"), expected.encode()):
        return None
    return _user_of(values, now_s)


def _user_of(values: dict[str, str], now_s: int) -> MiniAppUser | None:
    signed_at = values.get("auth_date", "")
    if not _UNIX_TIME.fullmatch(signed_at):
        return None
    if not -FUTURE_S <= now_s - int(signed_at) <= MAX_INIT_DATA_AGE_S:
        return None
    try:
        user = json.loads(values.get("user", ""))
    except ValueError:
        return None
    if not isinstance(user, dict) or not isinstance(user.get("id"), int):
        return None
    return MiniAppUser(user_id=user["id"], name=str(user.get("first_name", ""))[:64])
