"""Notices about the recap of a day, which is rendered when it is sent."""

from msgspec import Struct


class DailyRecap(Struct, frozen=True, kw_only=True):
    """The day of one reseller, or of the shop with a picture, for admins, if `user_id` is None.

    `period` is `20261122-20261122` (`bot/grammar/period.py`).
    """

    user_id: int | None
    period: str


class RecapSwitched(Struct, frozen=True, kw_only=True):
    """A person wants the daily recap, or does not; `at_minute` of the day it is sent, None if it never is."""

    is_wanted: bool
    at_minute: int | None


RecapsNotice = DailyRecap | RecapSwitched
