"""Reads what an admin types behind `/undang`: `5 orang 3 hari level Emas`, `daftar`, `batal 12`."""

import re

from msgspec import Struct

from bot.catalogue.price_list.level_columns import level_key

DEFAULT_USES, DEFAULT_DAYS = 1, 7
MAX_USES, MAX_DAYS = 1_000, 90


class IssueInvite(Struct, frozen=True, kw_only=True):
    """A link for so many people and days; `level` is as it was typed, and empty like its key without one."""

    max_uses: int = DEFAULT_USES
    days: int = DEFAULT_DAYS
    level_key: str = ""
    level: str = ""


class ListInvites(Struct, frozen=True, kw_only=True):
    """All links that let people in now."""


class RevokeInvite(Struct, frozen=True, kw_only=True):
    """The link with this number is to let nobody in any more."""

    invite_id: int


InviteCommand = IssueInvite | ListInvites | RevokeInvite

_LIST = re.compile(r"(?:daftar|list|semua|lihat)", re.IGNORECASE)
_REVOKE = re.compile(r"(?:batal|cabut|hapus|tutup)[\s_#]*(?P<id>[0-9]{1,9})", re.IGNORECASE)
_LEVEL = re.compile(r"\blevel[\s=:]+(?P<level>[A-Za-z0-9]{2,20})$", re.IGNORECASE)
_USES = re.compile(r"\b(?P<count>[0-9]{1,6})\s*(?:orang|org|kali|x|pakai)\b", re.IGNORECASE)
_DAYS = re.compile(r"\b(?P<count>[0-9]{1,6})\s*(?:hari|hr|h)\b", re.IGNORECASE)


def read_invite_command(typed: str) -> InviteCommand | None:
    """Return what is asked for; None if it cannot be read."""
    if _LIST.fullmatch(typed):
        return ListInvites()
    if found := _REVOKE.fullmatch(typed):
        return RevokeInvite(invite_id=int(found["id"]))
    level = _LEVEL.search(typed)
    rest = typed[: level.start()] if level else typed
    uses, days = _USES.search(rest), _DAYS.search(rest)
    if _DAYS.sub("", _USES.sub("", rest)).strip(" ,;+"):
        return None
    name = level["level"].lower() if level else ""
    max_uses = int(uses["count"]) if uses else DEFAULT_USES
    days_count = int(days["count"]) if days else DEFAULT_DAYS
    if not (1 <= max_uses <= MAX_USES and 1 <= days_count <= MAX_DAYS):
        return None
    return IssueInvite(
        max_uses=max_uses, days=days_count, level_key=(name and level_key(name)) or name, level=name
    )
