"""News to resellers: broadcasts of admins and changed prices, what admins see of them, and who wants none."""

from enum import StrEnum

from msgspec import Struct

from bot.notices.buttons import Action, ButtonRows, ButtonSpec


class BroadcastError(StrEnum):
    """Why a text cannot be broadcast."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NOBODY = "nobody"


class BroadcastRejected(Struct, frozen=True, kw_only=True):
    """A text cannot be broadcast; it has `units` UTF-16 units and may have `max_units`."""

    error: BroadcastError
    units: int = 0
    max_units: int = 0


class BroadcastNews(Struct, frozen=True, kw_only=True):
    """A broadcast as a reseller gets it."""

    broadcast_id: int


class BroadcastPreview(Struct, frozen=True, kw_only=True):
    """A broadcast as resellers will get it, for the admin who wrote it."""

    broadcast_id: int


class BroadcastCard(Struct, frozen=True, kw_only=True):
    """Asks the admin whether the broadcast above is to be sent; `is_chosen` after the first of two taps."""

    broadcast_id: int
    people_count: int
    is_chosen: bool = False


class BroadcastCancelled(Struct, frozen=True, kw_only=True):
    """The broadcast above was not sent."""


class BroadcastProgress(Struct, frozen=True, kw_only=True):
    """How far a broadcast was sent; `is_stopping` once it sends nothing more."""

    broadcast_id: int
    admin_name: str
    people_count: int
    sent_count: int
    refused_count: int
    failed_count: int
    is_stopping: bool = False


class BroadcastEnded(Struct, frozen=True, kw_only=True):
    """A broadcast was sent to all, or stopped; `unsent_count` did not get it because of that.

    `refused_count` had blocked the bot; `failed_count` are messages that Telegram did not accept.
    """

    admin_name: str
    is_stopped: bool
    sent_count: int
    refused_count: int
    failed_count: int
    unsent_count: int
    at_ms: int


class NewsChoice(Struct, frozen=True, kw_only=True):
    """To a reseller who wants no more news, or news again."""

    wants_news: bool


class PriceMove(Struct, frozen=True, kw_only=True):
    """A product with the old and the new price of the reader's own level."""

    code: str
    name: str
    old_price_idr: int
    price_idr: int


class PriceDigest(Struct, frozen=True, kw_only=True):
    """The changed prices of products that the reader bought lately; `more_count` others are not listed."""

    moves: tuple[PriceMove, ...]
    more_count: int
    at_ms: int


class PriceDigestSent(Struct, frozen=True, kw_only=True):
    """To admins: so many resellers were told of changed prices."""

    people_count: int
    at_ms: int


NewsNotice = (
    BroadcastRejected
    | BroadcastNews
    | BroadcastPreview
    | BroadcastCard
    | BroadcastCancelled
    | BroadcastProgress
    | BroadcastEnded
    | NewsChoice
    | PriceDigest
    | PriceDigestSent
)


def news_buttons(notice: NewsNotice) -> ButtonRows:
    match notice:
        case BroadcastNews() | BroadcastPreview() | PriceDigest() | NewsChoice(wants_news=True):
            return ((ButtonSpec(action=Action.STOP_NEWS),),)
        case NewsChoice():
            return ((ButtonSpec(action=Action.RESUME_NEWS),),)
        case BroadcastCard(is_chosen=False, people_count=count):
            send = ButtonSpec(action=Action.SEND_BROADCAST, label=_grouped(count))
            return ((send, ButtonSpec(action=Action.CANCEL)),)
        case BroadcastCard():
            return ((ButtonSpec(action=Action.CONFIRM_BROADCAST), ButtonSpec(action=Action.CANCEL)),)
        case BroadcastProgress(is_stopping=False):
            return ((ButtonSpec(action=Action.STOP_BROADCAST),),)
        case _:
            return ()


def _grouped(count: int) -> str:
    """Return `5.000`."""
    return f"{count:,}".replace(",", ".")
