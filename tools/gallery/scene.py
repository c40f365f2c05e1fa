"""What the gallery is made of: chapters of scenes, each with what somebody did and what was said then."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.gallery.stage import Bubble


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One thing that happened: `when` in words, `did` as it was typed or tapped, perhaps nothing."""

    when: str
    said: tuple[Bubble, ...]
    did: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Scenes of one matter, played on a stage of their own."""

    title: str
    words: str
    play: Callable[[], Iterator[Scene]]
