"""The buttons under a message, as they stand in the outbox."""

from dataclasses import dataclass

from pydantic_core import from_json, to_json

from bot.notices.keys import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A button under a message: what it asks for, what its tap brings back, and what stands on it.

    `data` is a one-time nonce, or what a view is asked to show; `label` is put into the action's words.
    """

    action: Action
    data: str
    label: str = ""


Keyboard = tuple[tuple[Button, ...], ...]

_ACTIONS = {str(action): action for action in Action}


def dump(keyboard: Keyboard) -> str:
    """Give a keyboard as JSON."""
    rows = [[(button.action, button.data, button.label) for button in row] for row in keyboard]
    return to_json(rows).decode()


def load(keyboard: str) -> Keyboard:
    """Give back a keyboard; KeyError if it has an action that there is no more."""
    return tuple(
        tuple(Button(action=_ACTIONS[action], data=data, label=label) for action, data, label in buttons)
        for buttons in from_json(keyboard)
    )
