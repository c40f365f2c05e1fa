"""Answers `/desk` in an admin's private chat with a link that lets in once."""

import re

from bot.actors import Actor
from bot.grammar.parsed import Command
from bot.notices.desk import DeskLink, DeskOff
from bot.routing import Audience, CommandRoute, Routes
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage
from storage import desk, people

_ASKED = re.compile(r"/?desk(?:@\w+)?", re.IGNORECASE)


def _answer(work: UnitOfWork, admin: Actor, _: Command) -> None:
    send_link(work, admin)


def send_link(work: UnitOfWork, actor: Actor) -> None:
    """Send a link for the desk; only to a person who may enter it."""
    url = work.context.desk_url
    if url is None:
        work.notify(DeskOff(), actor.address)
        return
    token = work.nonce()
    desk.make_link(work.tx, token, user_id=actor.user_id, at_ms=work.now_ms)
    link = DeskLink(url=f"{url}/desk/enter?token={token}", until_ms=work.now_ms + desk.LINK_MS)
    work.notify(link, actor.address)
    people.note_admin_name(work.tx, actor.user_id, actor.name)


def answer_staff(work: UnitOfWork, actor: Actor, message: IncomingMessage) -> bool:
    """Answer `/desk` by staff, who may enter the desk and do nothing in the chat."""
    is_asked = _ASKED.fullmatch(message.text.strip()) is not None
    if not (is_asked and actor.is_private and actor.user_id in work.context.desk_staff_ids):
        return False
    send_link(work, actor)
    return True


ROUTES = Routes(commands=(CommandRoute(("desk",), _answer, Audience.ADMINS),))
