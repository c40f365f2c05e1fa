"""Links that let people in without asking: an admin's for resellers, an owner's for an assistant."""

import re

from msgspec.structs import replace

from bot.actors import Actor, Role, Standing
from bot.features.people.assistants import add_assistant, assistant_error
from bot.features.people.directory import MAX_TYPED_CHARS
from bot.features.people.membership import STRANGER_PAUSE_MS, Change, store_standing, unknown_person
from bot.grammar.invite_command import IssueInvite, ListInvites, RevokeInvite, read_invite_command
from bot.grammar.parse import parse_command
from bot.grammar.parsed import Command
from bot.notices.assistants import (
    AssistantError,
    InviteError,
    InviteFormat,
    InviteIssued,
    InviteList,
    InviteRefused,
    InviteRevoked,
    InviteRow,
    InviteUsed,
)
from bot.notices.buttons import Action
from bot.purchasing.payment import paying_account
from bot.purchasing.settlement import is_shop_open
from bot.routing import Audience, ButtonRoute, CommandRoute, Routes, Tap
from bot.unit_of_work import UnitOfWork
from bot.updates import IncomingMessage, MessageKind, Toast
from storage import invites, levels, people
from storage.invites import Invite, NewInvite
from storage.people import Person

DAY_MS = 24 * 3_600_000

ASSISTANT_DAYS = 3
"""A link for an assistant is for one person who is expected: it need not be open for long."""

MAX_SHOWN = 15

START = "/start "
"""What Telegram sends, with the token behind it, for a person who opens a link and presses Start."""

MAX_CHARS_READ = 100

_TOKEN = re.compile(r"m[A-Za-z0-9_-]{1,63}", re.ASCII)

_ERRORS = {
    AssistantError.SELF: InviteError.IS_RESELLER,
    AssistantError.RESELLER: InviteError.IS_RESELLER,
    AssistantError.ADMIN: InviteError.IS_ADMIN,
    AssistantError.ALREADY: InviteError.IS_ASSISTANT,
    AssistantError.OTHER_SHOP: InviteError.IS_ASSISTANT,
    AssistantError.BARRED: InviteError.BARRED,
    AssistantError.FULL: InviteError.FULL,
}


def _answer_invite(work: UnitOfWork, admin: Actor, command: Command) -> None:
    """Answer `/undang …` of an admin."""
    match read_invite_command(command.rest):
        case IssueInvite() as request:
            _issue(work, admin, request)
        case ListInvites():
            work.notify(list_invites(work, limit=MAX_SHOWN), admin.address)
        case RevokeInvite(invite_id=invite_id):
            was_open = invites.revoke(work.tx, invite_id, revoked_by=admin.user_id, at_ms=work.now_ms)
            work.notify(InviteRevoked(invite_id=invite_id, was_open=was_open), admin.address)
        case None:
            work.notify(InviteFormat(typed=command.rest[:MAX_TYPED_CHARS]), admin.address)


def _issue(work: UnitOfWork, admin: Actor, request: IssueInvite) -> None:
    level = levels.find(work.tx, request.level_key) if request.level_key else None
    if request.level_key and level is None:
        rejected = InviteFormat(typed=request.level, level=request.level)
        work.notify(rejected, admin.address)
        return
    invite = invites.insert(
        work.tx,
        NewInvite(
            token=f"m{work.nonce()}",
            owner_id=None,
            level_key=level.key if level else None,
            max_uses=request.max_uses,
            created_by=admin.user_id,
            created_by_name=admin.name,
            created_at_ms=work.now_ms,
            expires_at_ms=work.now_ms + request.days * DAY_MS,
        ),
    )
    work.notify(_issued(work, invite, level=level.name if level else ""), admin.address)


def _issued(work: UnitOfWork, invite: Invite, *, level: str = "") -> InviteIssued:
    return InviteIssued(
        invite_id=invite.invite_id,
        link=_link(work, invite.token),
        max_uses=invite.max_uses,
        expires_at_ms=invite.expires_at_ms,
        level=level,
        for_assistant=invite.owner_id is not None,
    )


def _link(work: UnitOfWork, token: str) -> str:
    """Return the address that opens the bot; before Telegram has said its name, what to send to it."""
    username = work.context.bot_username()
    return f"https://t.me/{username}?start={token}" if username else f"{START}{token}"


def list_invites(work: UnitOfWork, *, limit: int) -> InviteList:
    """Return the links that let people in now, those that end first."""
    found = invites.listed(work.tx, at_ms=work.now_ms, limit=limit)
    return InviteList(
        rows=tuple(_row(work, invite) for invite in found),
        more=invites.count_listed(work.tx, at_ms=work.now_ms) - len(found),
    )


def _row(work: UnitOfWork, invite: Invite) -> InviteRow:
    owner = people.get(work.tx, invite.owner_id) if invite.owner_id is not None else None
    level = levels.find(work.tx, invite.level_key) if invite.level_key else None
    return InviteRow(
        invite_id=invite.invite_id,
        link=_link(work, invite.token),
        used_count=invite.used_count,
        max_uses=invite.max_uses,
        expires_at_ms=invite.expires_at_ms,
        by_name=invite.created_by_name,
        level=level.name if level else "",
        owner_name=owner.name if owner else "",
    )


def _invite_assistant(work: UnitOfWork, actor: Actor, _: Tap) -> Toast:
    """Make an owner's link for one assistant, in the place of the one before."""
    owner = people.get(work.tx, actor.user_id)
    if owner is None or owner.standing is not Standing.APPROVED or actor.role is not Role.RESELLER:
        return Toast.NOT_ALLOWED
    invites.revoke_of_owner(work.tx, owner.user_id, revoked_by=owner.user_id, at_ms=work.now_ms)
    invite = invites.insert(
        work.tx,
        NewInvite(
            token=f"m{work.nonce()}",
            owner_id=owner.user_id,
            level_key=None,
            max_uses=1,
            created_by=owner.user_id,
            created_by_name=owner.name,
            created_at_ms=work.now_ms,
            expires_at_ms=work.now_ms + ASSISTANT_DAYS * DAY_MS,
        ),
    )
    work.notify(_issued(work, invite), actor.address)
    return Toast.DONE


def accept_link(work: UnitOfWork, actor: Actor, message: IncomingMessage) -> bool:
    """Let in a person who came by a link, or say why it does not; return False for any other message."""
    if not (actor.is_private and message.kind is MessageKind.WRITTEN and message.text.startswith(START)):
        return False
    command = parse_command(message.text[:MAX_CHARS_READ])
    if command is None or not _TOKEN.fullmatch(command.rest):
        return False
    invite = invites.find(work.tx, command.rest)
    error = _error(work, invite, actor)
    if error is None and invite and (claimed := invites.claim(work.tx, invite.token, at_ms=work.now_ms)):
        _let_in(work, claimed, _joining(work, message))
    else:
        _refuse(work, actor, error or InviteError.USED_UP)
    return True


def _error(work: UnitOfWork, invite: Invite | None, actor: Actor) -> InviteError | None:
    """Return why a link does not let a person in; None if it does."""
    if invite is None:
        return InviteError.UNKNOWN
    # The person comes first: somebody who is in already need not hear of the link.
    if error := _error_of_person(work, invite, actor.user_id):
        return error
    if invite.revoked_at_ms is not None:
        return InviteError.REVOKED
    if not invite.left_count:
        return InviteError.USED_UP
    if invite.expires_at_ms <= work.now_ms:
        return InviteError.EXPIRED
    if invite.owner_id is None:
        # Who is no admin any more lets nobody in.
        return None if invite.created_by in work.admin_ids else InviteError.REVOKED
    return None if is_shop_open(work, invite.owner_id) else InviteError.OWNER_CLOSED


def _error_of_person(work: UnitOfWork, invite: Invite, user_id: int) -> InviteError | None:
    if invite.owner_id is not None:
        error = assistant_error(work, user_id, owner_id=invite.owner_id)
        return _ERRORS[error] if error else None
    person = people.get(work.tx, user_id)
    if user_id in work.admin_ids:
        return InviteError.IS_ADMIN
    match person.standing if person else None:
        case Standing.APPROVED:
            return InviteError.IS_RESELLER
        case Standing.ASSISTANT:
            return InviteError.IS_ASSISTANT
        case Standing.FROZEN | Standing.REMOVED:
            return InviteError.BARRED
        case Standing.REJECTED if person and person.changed_at_ms >= invite.created_at_ms:
            return InviteError.BARRED  # an admin's no came after the link
        case _:
            return None


def _joining(work: UnitOfWork, message: IncomingMessage) -> Person:
    known = people.get(work.tx, message.user_id) or unknown_person(message.user_id, work.now_ms)
    return replace(
        known,
        name=message.name,
        username=message.username,
        owner_id=None,
        chat_id=message.chat_id,
        thread_id=None,
        message_id=message.message_id,
    )


def _let_in(work: UnitOfWork, invite: Invite, joining: Person) -> None:
    change = Change(by=invite.created_by, by_name=invite.created_by_name, invite_id=invite.invite_id)
    owner = people.get(work.tx, invite.owner_id) if invite.owner_id is not None else None
    if owner:
        add_assistant(work, owner, joining, change)
        return
    before = people.get(work.tx, joining.user_id) or unknown_person(joining.user_id, work.now_ms)
    store_standing(work, before, replace(joining, standing=Standing.APPROVED), change)
    level = levels.find(work.tx, invite.level_key) if invite.level_key else None
    if level:
        levels.give(work.tx, paying_account(work, joining.user_id).shop_id, level.key, at_ms=work.now_ms)
    used = InviteUsed(
        invite_id=invite.invite_id,
        user_id=joining.user_id,
        name=joining.name,
        username=joining.username,
        by_name=invite.created_by_name,
        left=invite.left_count,
        level=level.name if level else "",
    )
    work.notify_admins(used, subject=f"invite:{invite.invite_id}")


def _refuse(work: UnitOfWork, actor: Actor, error: InviteError) -> None:
    """Say why a link does not let a person in, at most once a minute: strangers may try any number."""
    subject = f"link:{actor.user_id}"
    if actor.role is not Role.STRANGER or not work.was_enqueued_within(subject, STRANGER_PAUSE_MS - 1):
        work.notify(InviteRefused(error=error), actor.address, subject=subject)


ROUTES = Routes(
    commands=(CommandRoute(("undang",), _answer_invite, Audience.ADMINS),),
    buttons=(
        ButtonRoute(
            actions=(Action.INVITE_ASSISTANT,), handle=_invite_assistant, subject_kind="assistant-list"
        ),
    ),
)
