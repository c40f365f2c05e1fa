"""Handles each message once, according to the role of its sender.

`handle_message` runs in a unit of work: its effect is stored before anything is sent to Telegram.
"""

from bot.actors import Actor, Address, Role
from bot.features import desk_link, guidance
from bot.features.deposits import tickets
from bot.features.people import assistants, invites, membership
from bot.features.price_list import import_review
from bot.features.shopping import destination_prompt
from bot.grammar.parse import Parsed, parse
from bot.grammar.parsed import Command, InputError, InvalidInput, OrderLines
from bot.handlers.registry import COMMANDS, REPLIES
from bot.notices.guidance import AdminsOnly
from bot.purchasing import placing, sn_forwarding, unread_messages
from bot.purchasing.settlement import OrderSource
from bot.routing import Audience, MessageCommandRoute
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, MessageKind
from storage import chats, inbox, outbox, people

_OWN = frozenset({MessageKind.WRITTEN, MessageKind.CAPTIONED})
"""The kinds whose words are the sender's own, and new."""


def handle_message(work: UnitOfWork, message: IncomingMessage) -> None:
    """Handle one message; a duplicate is ignored."""
    is_new = message.kind is not MessageKind.EDITED
    if is_new and not inbox.mark_seen(work.tx, message.chat_id, message.message_id, at_ms=work.now_ms):
        return
    buyer = work.buyer(message.user_id, chat_id=message.chat_id)
    if is_new and buyer.is_chat_unreachable:
        chats.unpark(work.tx, message.chat_id, at_ms=work.now_ms)
    if message.kind is MessageKind.AS_CHAT:
        membership.answer_chat(work, _actor(message, Role.STRANGER), message)
        return
    person = buyer.person
    actor = _actor(message, membership.role_for(work, message.user_id, person))
    if message.text.startswith(invites.START) and invites.accept_link(work, actor, message):
        return
    if actor.role is Role.STRANGER:
        if not desk_link.answer_staff(work, actor, message):
            membership.handle_stranger(work, actor, message)
        return
    parsed = parse(message.text)
    if person is None:
        people.note_admin_name(work.tx, message.user_id, message.name)  # others are strangers here
    elif (person.name, person.username) != (message.name, message.username):
        people.rename(work.tx, message.user_id, name=message.name, username=message.username)
    if message.kind in _OWN and _is_answer(work, actor, message, parsed):
        return
    if message.shared and assistants.accept_shared_person(work, actor, message, parsed):
        return
    if message.document and actor.sees_all and message.kind is not MessageKind.EDITED:
        import_review.request_import(work, actor, message.document, message.message_id)
        return
    _handle_parsed(work, actor, message, parsed)


def _actor(message: IncomingMessage, role: Role) -> Actor:
    return Actor(
        user_id=message.user_id,
        name=message.name,
        role=role,
        address=Address(
            chat_id=message.chat_id,
            thread_id=message.thread_id,
            reply_to=message.message_id,
            asker_id=message.user_id,
        ),
        is_private=message.is_private,
    )


def _handle_parsed(work: UnitOfWork, actor: Actor, message: IncomingMessage, parsed: Parsed) -> None:
    if message.kind is not MessageKind.WRITTEN and unread_messages.answer_with_orders(
        work, actor, message, parsed
    ):
        return
    match parsed:
        case Command():
            # In a group only /commands are meant for the bot: «saldo» may be part of a conversation.
            if message.kind in _OWN and (actor.is_private or parsed.slash):
                _run_command(work, actor, message, parsed)
        case OrderLines():
            _place_orders(work, actor, message, parsed)
        case InvalidInput():
            _explain(work, actor, message, parsed)


def _run_command(work: UnitOfWork, actor: Actor, message: IncomingMessage, command: Command) -> None:
    route = COMMANDS.get(command.word)
    if route is None:
        guidance.explain_format(work, actor, command)
    elif route.audience is Audience.RESELLERS or actor.sees_all:
        if isinstance(route, MessageCommandRoute):
            route.handle(work, actor, message)
        else:
            route.handle(work, actor, command)
    elif command.slash:
        work.notify(AdminsOnly(), actor.address)
    else:
        guidance.explain_format(work, actor, command)


def _source(work: UnitOfWork, message: IncomingMessage) -> OrderSource:
    return OrderSource.of_message(message, behind_ms=work.context.behind_ms())


def _place_orders(work: UnitOfWork, actor: Actor, message: IncomingMessage, parsed: OrderLines) -> None:
    lines = placing.order_lines(parsed, work.catalogue)
    if not lines and not actor.is_private:
        return
    if message.kind is MessageKind.WRITTEN:
        placing.place_orders(work, _source(work, message), parsed)
        return
    first = (lines or parsed.lines)[0]
    invalid = InvalidInput(
        input_error=InputError.NOT_AN_ORDER, suggestion=first.typed, looks_like_order=bool(lines)
    )
    _explain(work, actor, message, invalid)


def _explain(work: UnitOfWork, actor: Actor, message: IncomingMessage, invalid: InvalidInput) -> None:
    """Send the right form for an input error; in a group only if an order was meant."""
    if invalid.looks_like_order and message.kind in unread_messages.NOT_PLACED:
        invalid = unread_messages.as_not_placed(invalid, message.kind)
    elif message.kind not in _OWN:
        return
    if actor.is_private or invalid.looks_like_order:
        work.notify(placing.not_understood(invalid), actor.address)


def _is_awaited_sn(work: UnitOfWork, actor: Actor, message: IncomingMessage, parsed: Parsed) -> bool:
    """Handle an admin's text as the SN that was asked for last; return False if it is none."""
    awaited = sn_forwarding.awaited_sn(work, actor, message, parsed)
    return awaited is not None and REPLIES[awaited[0]].handle(work, actor, message, awaited[1])


def _is_answer(work: UnitOfWork, actor: Actor, message: IncomingMessage, parsed: Parsed) -> bool:
    """Handle a reply or a bare number as the answer to a question of the bot; return False if it is none."""
    if message.reply_to is None:
        if message.kind is MessageKind.WRITTEN and _is_awaited_sn(work, actor, message, parsed):
            return True
        if isinstance(parsed, OrderLines) or not actor.is_private:
            return False
        is_picture = message.picture_id is not None and not isinstance(parsed, Command)
        if is_picture and tickets.accept_bare_picture(work, actor, message):
            return True
        if message.kind is not MessageKind.WRITTEN:
            return False
        return destination_prompt.accept_bare_number(work, _source(work, message), parsed)
    sent = outbox.find_sent(work.tx, message.chat_id, message.reply_to)
    route = REPLIES.get(sent[0]) if sent else None
    if sent is None or route is None:
        return False
    if message.kind is not MessageKind.WRITTEN and not route.takes_pictures:
        return False
    if route.audience is Audience.ADMINS and actor.role is not Role.ADMIN:
        return False
    return route.handle(work, actor, message, sent[1])
