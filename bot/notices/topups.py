"""Notices to admins about what they paid in at the biller, and a balance there that it does not explain."""

from msgspec import Struct


class TopUpUnclear(Struct, frozen=True, kw_only=True):
    """The amount of a top-up is missing, or could not be read."""

    typed: str


class TopUpQuestion(Struct, frozen=True, kw_only=True):
    """Asks an admin to confirm a top-up; `last_idr` is the one that was noted before, at `last_at_ms`."""

    amount_idr: int
    last_idr: int | None
    last_at_ms: int | None


class TopUpNoted(Struct, frozen=True, kw_only=True):
    """A top-up was noted; `expected_idr` is the balance at the biller with it, None if that is not known."""

    amount_idr: int
    expected_idr: int | None
    admin_name: str
    at_ms: int


class TopUpCancelled(Struct, frozen=True, kw_only=True):
    """An admin did not confirm a top-up; this replaces the question."""

    amount_idr: int


class BillerDrift(Struct, frozen=True, kw_only=True):
    """The balance that the biller reported is not what top-ups and orders since the checkpoint make of that.

    From now on later reports are compared with `reported_idr`.
    """

    reported_idr: int
    checkpoint_idr: int
    checkpoint_at_ms: int
    topup_idr: int
    spent_idr: int
    at_ms: int

    @property
    def expected_idr(self) -> int:
        """The balance that was expected."""
        return self.checkpoint_idr + self.topup_idr - self.spent_idr


TopUpNotice = TopUpUnclear | TopUpQuestion | TopUpNoted | TopUpCancelled | BillerDrift
