"""The moments at which a life is killed: named boundaries seen from outside, and any moment at all."""

from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from sandbox.moments import Moment
from tests.acceptance.shop import Mode


class Wants(Enum):
    """What has to be typed so that a boundary is come to."""

    NOTHING = auto()
    ORDER = auto()
    RESULT = auto()  # an order that the biller reports on
    DOUBT = auto()  # an order whose card is rewritten when its result comes


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A moment of a call, with its name for people."""

    name: str
    call: str
    moment: Moment
    wants: Wants = Wants.ORDER
    mode: Mode | None = None  # both
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyMoment:
    """A moment drawn evenly from the 0.4 s after the start, or after an order was typed."""

    name: str
    after_order: bool = False
    terminated_first: bool = False
    weight: int = 1


Target = Boundary | AnyMoment


def _of(call: str, name: str, *moments: Moment, **how: object) -> list[Boundary]:
    return [
        Boundary(name=f"{name} {moment}", call=call, moment=moment, **how)  # type: ignore[arg-type]
        for moment in moments
    ]


_ARRIVED, _DONE, _ANSWERED = Moment.ARRIVED, Moment.DONE, Moment.ANSWERED

TARGETS: tuple[Target, ...] = (
    Boundary(
        name="updates handed out, not confirmed",
        call="getUpdates",
        moment=_ANSWERED,
        mode=Mode.POLLING,
        weight=3,
    ),
    Boundary(
        name="updates confirmed by the next poll",
        call="getUpdates",
        moment=_ARRIVED,
        mode=Mode.POLLING,
        weight=2,
    ),
    *_of("webhook", "webhook request", _ARRIVED, mode=Mode.WEBHOOK, weight=3),
    *_of("webhook", "webhook request", _ANSWERED, mode=Mode.WEBHOOK, weight=2),
    *_of("trx", "trx", _ARRIVED, _DONE, _ANSWERED, weight=2),
    *_of("reversal", "reversal", _ARRIVED, _ANSWERED, wants=Wants.RESULT, weight=2),
    *_of("sendMessage", "sendMessage", _ARRIVED, _DONE, _ANSWERED, weight=2),
    *_of("editMessageText", "editMessageText", _ARRIVED, _DONE, _ANSWERED, wants=Wants.DOUBT),
    *_of("getMe", "getMe at start", _ARRIVED, _ANSWERED, wants=Wants.NOTHING),
    *_of("setWebhook", "setWebhook", _DONE, wants=Wants.NOTHING, mode=Mode.WEBHOOK),
    *_of("deleteWebhook", "deleteWebhook", _DONE, wants=Wants.NOTHING, mode=Mode.POLLING),
    *_of("setMyCommands", "setMyCommands", _ARRIVED, wants=Wants.NOTHING),
    AnyMoment(name="any moment after the start", weight=3),
    AnyMoment(name="any moment after an order", after_order=True, weight=4),
    AnyMoment(name="SIGTERM, then SIGKILL", after_order=True, terminated_first=True, weight=2),
)


def deck(mode: Mode, kills: int, chance: Random) -> list[Target]:
    """Give `kills` targets that can be met in a mode, in an order of chance; each as often as it weighs."""
    found = [target for target in TARGETS if not isinstance(target, Boundary) or target.mode in (None, mode)]
    weighed = [target for target in found for _ in range(target.weight)]
    cards: list[Target] = []
    while len(cards) < kills:
        cards += chance.sample(weighed, len(weighed))
    return cards[:kills]


@dataclass(slots=True)
class Trap:
    """Springs when its boundary is met, `skips` meetings later if asked to."""

    target: Boundary
    skips: int

    def springs(self, call: str, moment: Moment, *, handed_out: bool) -> bool:
        """Tell whether this moment is the one; `handed_out`: updates lie with the bot unconfirmed."""
        if (call, moment) != (self.target.call, self.target.moment):
            return False
        if call == "getUpdates" and not handed_out:
            return False
        self.skips -= 1
        return self.skips < 0
