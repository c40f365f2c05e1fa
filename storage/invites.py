"""Links that let people in without asking; each is stored with its author, and none is deleted."""

from msgspec import Struct
from msgspec.structs import asdict

from storage.codec import from_row
from storage.transaction import Tx


class Invite(Struct, frozen=True, kw_only=True):
    """A link for `max_uses` people: resellers, or assistants of `owner_id`."""

    invite_id: int
    token: str
    owner_id: int | None
    level_key: str | None
    max_uses: int
    used_count: int
    created_by: int
    created_by_name: str
    created_at_ms: int
    expires_at_ms: int
    revoked_at_ms: int | None

    @property
    def left_count(self) -> int:
        return self.max_uses - self.used_count


class NewInvite(Struct, frozen=True, kw_only=True):
    """What is chosen when a link is made."""

    token: str
    owner_id: int | None
    level_key: str | None
    max_uses: int
    created_by: int
    created_by_name: str
    created_at_ms: int
    expires_at_ms: int


def insert(tx: Tx, invite: NewInvite) -> Invite:
    row = tx.one("insert_invite", **asdict(invite))
    if row is None:
        raise LookupError("a new invite was not stored")
    return from_row(Invite, row)


def find(tx: Tx, token: str) -> Invite | None:
    row = tx.one("invite_by_token", token=token)
    return from_row(Invite, row) if row else None


def claim(tx: Tx, token: str, *, at_ms: int) -> Invite | None:
    """Count a use of a link and return it as it is then; None if it lets nobody in any more."""
    row = tx.one("claim_invite", token=token, at_ms=at_ms)
    return from_row(Invite, row) if row else None


def listed(tx: Tx, *, at_ms: int, limit: int) -> list[Invite]:
    """Return the links that let people in at a time, the one that ends first in front."""
    return [from_row(Invite, row) for row in tx.all("open_invites", at_ms=at_ms, limit=limit)]


def count_listed(tx: Tx, *, at_ms: int) -> int:
    """Return how many links `listed` returns without a limit."""
    row = tx.one("count_open_invites", at_ms=at_ms)
    return row["count"] if row else 0


def revoke(tx: Tx, invite_id: int, *, revoked_by: int, at_ms: int) -> bool:
    """Close a link; return False if it let nobody in before."""
    return bool(tx.run("revoke_invite", invite_id=invite_id, revoked_by=revoked_by, at_ms=at_ms))


def revoke_of_owner(tx: Tx, owner_id: int, *, revoked_by: int, at_ms: int) -> None:
    """Close the links for assistants of a reseller."""
    tx.run("revoke_invites_of_owner", owner_id=owner_id, revoked_by=revoked_by, at_ms=at_ms)


def revoke_of_level(tx: Tx, level_key: str, *, revoked_by: int, at_ms: int) -> None:
    """Close the links that give a level: a later level of this name is another."""
    tx.run("revoke_invites_of_level", level_key=level_key, revoked_by=revoked_by, at_ms=at_ms)
