"""A notice of each kind about assistants and invite links."""

from bot.notices import assistants as say
from tests.samples.facts import AT_MS
from tests.samples.people import ROW

_LINK = "https://t.me/loket_bot?start=mAbC-123_x"
_INVITE = say.InviteRow(
    invite_id=12,
    link=_LINK,
    used_count=1,
    max_uses=10,
    expires_at_ms=AT_MS,
    by_name="Bu Ani",
    level="Emas",
)

TO_RESELLERS: tuple[say.AssistantsNotice, ...] = (
    *(say.AssistantList(user_id=7001, rows=rows, max_count=20) for rows in ((), (ROW, ROW))),
    say.AssistantQuestion(owner_id=7001, user_id=7002, name="Budi Santoso", username="budi_s"),
    say.DismissalQuestion(owner_id=7001, user_id=7002, name="Budi Santoso", username=None),
    *(say.AssistantAdded(name="Budi", username=username) for username in ("budi_s", None)),
    *(say.AssistantLeft(name="Budi", username=username) for username in ("budi_s", None)),
    say.AssistantUnchanged(name="Budi"),
    *(
        say.AssistantRejected(error=error, typed=typed)
        for error in say.AssistantError
        for typed in ("@budi_s", "")
    ),
    say.AssistantStatus(owner_name="Sari Cell"),
    say.OwnerOnly(),
    say.InviteIssued(invite_id=13, link=_LINK, max_uses=1, expires_at_ms=AT_MS, for_assistant=True),
    *(say.InviteRefused(error=error) for error in say.InviteError),
)
TO_ADMINS: tuple[say.AssistantsNotice, ...] = (
    say.AssistantsOfResellersOnly(),
    *(
        say.AssistantChanged(
            user_id=7002,
            name="Budi Santoso",
            username=username,
            owner_id=7001,
            owner_name="Sari Cell",
            is_added=is_added,
            by_link=by_link,
        )
        for username in ("budi_s", None)
        for is_added in (True, False)
        for by_link in (True, False)
    ),
    *(
        say.InviteIssued(invite_id=12, link=link, max_uses=uses, expires_at_ms=AT_MS, level=level)
        for link in (_LINK, "/start mAbC-123_x")
        for uses, level in ((1, ""), (10, "Emas"))
    ),
    say.InviteList(rows=()),
    say.InviteList(
        rows=(
            _INVITE,
            say.InviteRow(
                invite_id=13,
                link=_LINK,
                used_count=0,
                max_uses=1,
                expires_at_ms=AT_MS,
                by_name="Sari",
                owner_name="Sari Cell",
            ),
        ),
        more=3,
    ),
    *(say.InviteRevoked(invite_id=12, was_open=was_open) for was_open in (True, False)),
    *(say.InviteFormat(typed="besok", level=level) for level in ("", "perak")),
    say.InviteFormat(typed=""),
    *(
        say.InviteUsed(
            invite_id=12,
            user_id=7002,
            name="Budi Santoso",
            username=username,
            by_name="Bu Ani",
            left=left,
            level=level,
        )
        for username, left, level in (("budi_s", 9, "Emas"), (None, 0, ""))
    ),
)
