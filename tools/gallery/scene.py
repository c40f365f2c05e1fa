"""The structure of the gallery: chapters of scenes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.gallery.stage import Bubble


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One event: its caption, the typed text if there is one, and the resulting messages."""

    caption: str
    messages: tuple[Bubble, ...]
    typed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chapter:
    """Scenes of one subject."""

    title: str
    intro: str
    play: Callable[[], Iterator[Scene]]
