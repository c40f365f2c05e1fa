"""The buttons under a message, as they stand in the outbox."""

from msgspec import Struct

from bot.notices.buttons import Action


class Button(Struct, frozen=True, kw_only=True, array_like=True):
    """A button under a message: what it asks for, what its tap brings back, and what stands on it.

    `data` is a one-time nonce, or what a view is asked to show; `label` is put into the action's words.
    """

    action: Action
    data: str
    label: str = ""


Keyboard = tuple[tuple[Button, ...], ...]
