"""Complaints about orders: at most one open for each order, none ever deleted."""

from msgspec import Struct

from bot.notices.complaints import ComplaintStage
from storage.codec import from_row
from storage.transaction import Tx


class ComplaintOrigin(Struct, frozen=True, kw_only=True):
    """Where a complaint is made: by or under a message of a chat. Its answers go there."""

    chat_id: int
    thread_id: int | None
    message_id: int | None


class Complaint(Struct, frozen=True, kw_only=True):
    """One complaint, with where it was made.

    `answer` None on an answered one means that the order was found delivered.
    """

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
    tx: Tx, trxid: str, spot: ComplaintOrigin, *, user_id: int, note: str, at_ms: int
) -> Complaint | None:
    """Open a complaint; None if one is open for this order."""
    row = tx.one(
        "insert_complaint",
        trxid=trxid,
        user_id=user_id,
        chat_id=spot.chat_id,
        thread_id=spot.thread_id,
        message_id=spot.message_id,
        note=note,
        at_ms=at_ms,
    )
    return from_row(Complaint, row) if row else None


def get(tx: Tx, complaint_id: int) -> Complaint | None:
    """Look a complaint up."""
    row = tx.one("complaint_by_id", complaint_id=complaint_id)
    return from_row(Complaint, row) if row else None


def latest_for(tx: Tx, trxid: str) -> Complaint | None:
    """Give the latest complaint about an order."""
    row = tx.one("latest_complaint", trxid=trxid)
    return from_row(Complaint, row) if row else None


def unanswered(tx: Tx, *, limit: int) -> list[Complaint]:
    """Give the complaints that wait for an answer, oldest first."""
    return [from_row(Complaint, row) for row in tx.all("complaints_unanswered", limit=limit)]


def count_unanswered(tx: Tx, user_id: int) -> int:
    """Give how many complaints of one person wait for an answer."""
    row = tx.one("count_unanswered_complaints", user_id=user_id)
    return row["count"] if row else 0


def change_stage(
    tx: Tx, before: Complaint, stage: ComplaintStage, *, answer: str | None, by: int, at_ms: int
) -> bool:
    """Bring a complaint to another stage; False if somebody else moved it first."""
    moved = tx.run(
        "change_complaint_stage",
        complaint_id=before.complaint_id,
        stage_before=before.stage,
        stage=stage,
        answer=answer,
        changed_by=by,
        at_ms=at_ms,
    )
    return moved > 0
