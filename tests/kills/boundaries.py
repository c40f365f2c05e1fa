"""The moments at which a process is killed: boundaries of calls, seen from outside, and random moments."""

from dataclasses import dataclass
from enum import Enum, auto
from random import Random

from sandbox.moments import Moment
from tests.acceptance.shop import Mode


class Wants(Enum):
    """The order that a test has to type so that a boundary is reached."""

    NOTHING = auto()
    ORDER = auto()
    RESULT = auto()  # an order with a reversal
    DOUBT = auto()  # an unknown order, whose admin card is edited when its result arrives


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundary:
    """A moment of a call; `weight` is its share among the targets."""

    name: str
    call: str
    moment: Moment
    wants: Wants = Wants.ORDER
    mode: Mode | None = None  # both
    weight: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyMoment:
    """A random moment in the 0.4 s after the start, or after an order was typed."""

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


def draw_targets(mode: Mode, kills: int, chance: Random) -> list[Target]:
    """Return `kills` targets of a mode in random order, each repeated by its weight."""
    possible = [
        target for target in TARGETS if not isinstance(target, Boundary) or target.mode in (None, mode)
    ]
    weighted = [target for target in possible for _ in range(target.weight)]
    targets: list[Target] = []
    while len(targets) < kills:
        targets += chance.sample(weighted, len(weighted))
    return targets[:kills]


@dataclass(slots=True)
class Trap:
    """Waits for its boundary, and ignores the first `skips` times that it is reached."""

    target: Boundary
    skips: int

    def is_due(self, call: str, moment: Moment, *, handed_out: bool) -> bool:
        """Return whether to kill at this moment; `handed_out`: the bot has unconfirmed updates."""
        if (call, moment) != (self.target.call, self.target.moment):
            return False
        if call == "getUpdates" and not handed_out:
            return False
        self.skips -= 1
        return self.skips < 0
