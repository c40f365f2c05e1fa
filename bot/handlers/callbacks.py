"""Handles taps on buttons: a view at every tap, any other button once and only for its owner.

`handle_callback` runs in a unit of work: its effect is stored before anything is sent to Telegram.
"""

from bot.actors import Actor, Address, Role
from bot.features.people.membership import role_of
from bot.handlers.registry import button_route
from bot.notices.buttons import VIEW_ACTIONS, Action
from bot.routing import ButtonRoute, NoticeKinds, Tap, TapResult
from bot.unit_of_work import UnitOfWork
from bot.updates import ButtonPress, Toast
from storage import inbox, outbox
from storage.inbox import UsedButton


def handle_callback(work: UnitOfWork, press: ButtonPress) -> TapResult:
    """Handle one tap; its data is trusted only as far as the database confirms it."""
    role = role_of(work, press.user_id)
    if role is Role.STRANGER:
        return TapResult(toast=Toast.RESELLERS_ONLY)
    actor = _actor(press, role)
    if view := _read_view(press.data):
        return TapResult(toast=_show_view(work, actor, view), action=view.action)
    return _use_button(work, actor, press.data)


def _actor(press: ButtonPress, role: Role) -> Actor:
    return Actor(
        user_id=press.user_id,
        name=press.name,
        role=role,
        address=Address(
            chat_id=press.chat_id,
            thread_id=press.thread_id,
            reply_to=press.message_id,
            asker_id=press.user_id,
        ),
        # A private chat has the id of its user.
        is_private=press.chat_id == press.user_id,
        card_id=press.message_id,
    )


def _read_view(data: str) -> Tap | None:
    """Parse the callback data of a view; None if it belongs to another button."""
    name, colon, payload = data.partition(":")
    if not colon or name not in VIEW_ACTIONS:
        return None
    return Tap(action=Action(name), payload=payload)


def _show_view(work: UnitOfWork, actor: Actor, view: Tap) -> Toast:
    route = button_route(view.action, "")
    if route is None:
        return Toast.USED
    if any(outbox.is_kind_waiting(work.tx, actor.address.chat_id, kind) for kind in _names(route.answers)):
        return Toast.SOON
    return _replace_message(work, actor, view, route) if route.under else route.handle(work, actor, view)


def _replace_message(work: UnitOfWork, actor: Actor, view: Tap, route: ButtonRoute) -> Toast:
    """Show a view in place of a message of its own kinds only: a forged tap must not overwrite a result."""
    chat_id, message_id = actor.address.chat_id, actor.card_id or 0
    sent = outbox.find_sent(work.tx, chat_id, message_id)
    if sent is None or sent[0] not in _names(route.under):
        return Toast.USED
    toast = route.handle(work, actor, view)
    outbox.drop_superseded_edits(work.tx, chat_id, message_id)
    return toast


def _names(kinds: NoticeKinds) -> set[str]:
    return {kind.__name__ for kind in kinds}


def _use_button(work: UnitOfWork, actor: Actor, nonce: str) -> TapResult:
    owner = inbox.button_owner(work.tx, nonce)
    if owner is None:
        return TapResult(toast=Toast.USED)
    if owner.owner_id is None and actor.role is not Role.ADMIN:
        return TapResult(toast=Toast.NOT_ALLOWED)
    if owner.owner_id not in (None, actor.user_id):
        return TapResult(toast=Toast.NOT_YOURS)
    button = inbox.use_button(work.tx, nonce, user_id=actor.user_id, at_ms=work.now_ms)
    if button is None:
        return TapResult(toast=Toast.USED)
    return TapResult(toast=carry_out(work, actor, button), action=button.action)


def carry_out(work: UnitOfWork, actor: Actor, button: UsedButton) -> Toast:
    """Do what a button says that was used just now, in the chat or at the desk."""
    route = button_route(button.action, button.subject)
    if route is None:
        raise LookupError(f"no capability handles {button.action} about {button.subject}")
    tap = Tap(
        action=button.action,
        payload=button.payload,
        subject=button.subject,
        offered_at_ms=button.offered_at_ms,
    )
    return route.handle(work, actor, tap)
