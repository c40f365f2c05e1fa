"""Complaints about orders: at most one unanswered for each order; none is ever deleted."""

from msgspec import Struct

from bot.notices.complaints import ComplaintStage
from storage.codec import from_row
from storage.transaction import Tx


class ComplaintOrigin(Struct, frozen=True, kw_only=True):
    """The message of a chat by which a complaint was made, and under which it is answered."""

    chat_id: int
    thread_id: int | None
    message_id: int | None


class Complaint(Struct, frozen=True, kw_only=True):
    """One complaint; if it is answered and `answer` is None, the order was found delivered."""

    complaint_id: int
    trxid: str
    user_id: int
    chat_id: int
    thread_id: int | None
    message_id: int | None
    note: str
    stage: ComplaintStage
    opened_at_ms: int
    changed_at_ms: int
    changed_by: int
    answer: str | None


def insert(
    tx: Tx, trxid: str, origin: ComplaintOrigin, *, user_id: int, note: str, at_ms: int
) -> Complaint | None:
    """Open a complaint; return None if the order already has an unanswered one."""
    row = tx.one(
        "insert_complaint",
        trxid=trxid,
        user_id=user_id,
        chat_id=origin.chat_id,
        thread_id=origin.thread_id,
        message_id=origin.message_id,
        note=note,
        at_ms=at_ms,
    )
    return from_row(Complaint, row) if row else None


def get(tx: Tx, complaint_id: int) -> Complaint | None:
    row = tx.one("complaint_by_id", complaint_id=complaint_id)
    return from_row(Complaint, row) if row else None


def latest_for(tx: Tx, trxid: str) -> Complaint | None:
    row = tx.one("latest_complaint", trxid=trxid)
    return from_row(Complaint, row) if row else None


def unanswered(tx: Tx, *, limit: int) -> list[Complaint]:
    """Return the complaints without an answer, oldest first."""
    return [from_row(Complaint, row) for row in tx.all("complaints_unanswered", limit=limit)]


def count_unanswered(tx: Tx, user_id: int) -> int:
    row = tx.one("count_unanswered_complaints", user_id=user_id)
    return row["count"] if row else 0


def change_stage(
    tx: Tx, before: Complaint, stage: ComplaintStage, *, answer: str | None, by: int, at_ms: int
) -> bool:
    """Change the stage of a complaint; return False if another admin changed it first."""
    changed_rows = tx.run(
        "change_complaint_stage",
        complaint_id=before.complaint_id,
        stage_before=before.stage,
        stage=stage,
        answer=answer,
        changed_by=by,
        at_ms=at_ms,
    )
    return changed_rows > 0
