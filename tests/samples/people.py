"""A notice of each kind about who may come in."""

from msgspec.structs import replace

from bot.actors import Standing
from bot.notices import people as say
from tests.samples.facts import AT_MS

ROW = say.ResellerRow(user_id=7002, name="Budi Santoso", username="budi_s", standing=Standing.APPROVED)
RELATION = say.Relation(user_id=7001, name="Sari Cell", username="saricell")
CARD = say.PersonCard(
    user_id=7002,
    name="Budi Santoso",
    username="budi_s",
    standing=Standing.APPROVED,
    balance_idr=1_250_000,
    level="Emas",
    note="bayar tiap Jumat",
    came_at_ms=AT_MS,
    invite_id=12,
    invited_by="Bu Ani",
    owner=None,
    assistants=(RELATION, replace(RELATION, user_id=7003, username=None)),
)
TO_RESELLERS: tuple[say.PeopleNotice, ...] = (
    say.JoinAnswer(standing=None),
    *(
        say.JoinAnswer(standing=standing, fresh=fresh, owner_name=owner_name)
        for standing in Standing
        for fresh in (True, False)
        for owner_name in ("", "Sari Cell")
    ),
)
TO_ADMINS: tuple[say.PeopleNotice, ...] = (
    say.JoinCard(user_id=7002, name="Budi", username="budi_s", at_ms=AT_MS),
    say.JoinCard(user_id=7002, name="Budi", username=None, at_ms=AT_MS),
    *(say.JoinDecided(user_id=7002, name="Budi", standing=one, admin_name="Ani") for one in Standing),
    *(say.StandingChanged(user_id=7002, name="Budi", standing=standing) for standing in Standing),
    *(
        say.RemovalQuestion(user_id=7002, name="Budi", username=username, standing=standing)
        for standing in Standing
        for username in ("budi_s", None)
    ),
    *(say.RemovalCancelled(user_id=7002, name="Budi", standing=standing) for standing in Standing),
    say.PersonNotFound(typed="@siapa"),
    say.PersonNotFound(typed=""),
    *(say.PeopleMatching(typed="bud", command="lap", rest=rest, rows=(ROW, ROW)) for rest in ("", "kemarin")),
    say.ResellerList(rows=()),
    say.ResellerList(rows=tuple(replace(ROW, standing=standing) for standing in Standing), total=7),
    say.ResellerList(rows=(ROW, ROW), total=1_000, newer_key="1700000000000.7001", older_key="1.7002"),
    *(say.ResellerList(rows=(ROW, ROW), typed="bud", has_more=has_more) for has_more in (True, False)),
    *(replace(CARD, standing=standing) for standing in Standing),
    replace(CARD, owner=RELATION, assistants=(), invite_id=None, note="", level="", balance_idr=None),
    replace(CARD, came_at_ms=None, assistants=()),
    *(say.NoteSaved(user_id=7002, name="Budi", note=note) for note in ("", "bayar tiap Jumat")),
    *(say.NoteHelp(max_chars=300, is_too_long=is_too_long) for is_too_long in (True, False)),
)
