"""Broadcasts, how far each was sent, and the people who want no news."""

from enum import StrEnum

from msgspec import Struct

from storage.codec import from_row
from storage.transaction import Tx


class BroadcastState(StrEnum):
    DRAFT = "draft"
    CANCELLED = "cancelled"
    SENDING = "sending"
    STOPPING = "stopping"
    STOPPED = "stopped"
    DONE = "done"


class Broadcast(Struct, frozen=True, kw_only=True):
    """A message of an admin to all resellers; messages were made for those up to `after_user_id`.

    `people_count` is how many were to get it. Of `made_count` looked at, `refused_count` had blocked the bot.
    """

    broadcast_id: int
    body: str
    picture_id: str | None
    state: BroadcastState
    admin_name: str
    created_by: int
    created_at_ms: int
    changed_at_ms: int
    people_count: int
    made_count: int
    refused_count: int
    after_user_id: int


class NewsDelivery(Struct, frozen=True, kw_only=True):
    """How many messages of one piece of news are in which state."""

    waiting_count: int
    sent_count: int
    failed_count: int


def stop(tx: Tx, user_id: int, *, at_ms: int) -> bool:
    """Send a person no more news, nor what waits; return False if that was so before."""
    if not tx.run("stop_news", user_id=user_id, at_ms=at_ms):
        return False
    tx.run("drop_news_of_person", chat_id=user_id)
    return True


def resume(tx: Tx, user_id: int) -> bool:
    """Send a person news again; return False if that was so before."""
    return tx.run("resume_news", user_id=user_id) > 0


def readers_after(tx: Tx, user_id: int, *, limit: int) -> tuple[int, ...]:
    """Return the next resellers who want news, in the order of their ids."""
    return tuple(row["user_id"] for row in tx.all("news_readers_after", user_id=user_id, limit=limit))


def count_readers(tx: Tx) -> int:
    """Return how many resellers want news."""
    row = tx.one("count_news_readers")
    return row["count"] if row else 0


def draft(
    tx: Tx, *, body: str, picture_id: str | None, admin_name: str, created_by: int, people: int, at_ms: int
) -> int:
    """Store a broadcast that is to be confirmed; return its id."""
    row = tx.one(
        "draft_broadcast",
        body=body,
        picture_id=picture_id,
        admin_name=admin_name,
        created_by=created_by,
        people_count=people,
        at_ms=at_ms,
    )
    if row is None:
        raise LookupError("the draft of a broadcast was not stored")
    broadcast_id: int = row["broadcast_id"]
    return broadcast_id


def get(tx: Tx, broadcast_id: int) -> Broadcast | None:
    row = tx.one("broadcast_by_id", broadcast_id=broadcast_id)
    return from_row(Broadcast, row) if row else None


def under_way(tx: Tx) -> Broadcast | None:
    """Return the broadcast that is being sent or stopped, of several the first."""
    row = tx.one("next_broadcast")
    return from_row(Broadcast, row) if row else None


def move(tx: Tx, broadcast_id: int, before: BroadcastState, after: BroadcastState, *, at_ms: int) -> bool:
    """Change the state of a broadcast; return False if it was another than `before`."""
    changed = tx.run("move_broadcast", broadcast_id=broadcast_id, before=before, after=after, at_ms=at_ms)
    return changed > 0


def set_people(tx: Tx, broadcast_id: int, count: int) -> None:
    """Store how many are to get a broadcast."""
    tx.run("count_people_of_broadcast", broadcast_id=broadcast_id, count=count)


def advance(tx: Tx, broadcast: Broadcast, *, user_id: int, made: int, refused: int) -> bool:
    """Store how far messages were made; return False if another slice was made since."""
    changed = tx.run(
        "advance_broadcast",
        broadcast_id=broadcast.broadcast_id,
        after_user_id=broadcast.after_user_id,
        user_id=user_id,
        made=made,
        refused=refused,
    )
    return changed > 0


def delivery(tx: Tx, subject: str) -> NewsDelivery:
    """Count the messages of one piece of news by their state."""
    counts = {row["state"]: row["count"] for row in tx.all("news_by_state", subject=subject)}
    return NewsDelivery(
        waiting_count=counts.get("waiting", 0),
        sent_count=counts.get("sent", 0),
        failed_count=counts.get("failed", 0),
    )


def count_waiting(tx: Tx, subject: str) -> int:
    """Return how many messages of one piece of news are not sent yet."""
    row = tx.one("waiting_news", subject=subject)
    return row["count"] if row else 0


def drop_waiting(tx: Tx, subject: str) -> None:
    """Do not send what waits of one piece of news."""
    tx.run("drop_waiting_news", subject=subject)


def stop_all(tx: Tx, *, at_ms: int) -> None:
    """Stop all broadcasts, and send nothing of what waits of any news."""
    tx.run("stop_broadcasts", at_ms=at_ms)
    tx.run("drop_all_waiting_news")
