"""A notice of each kind about who may come in."""

from msgspec.structs import replace

from bot.actors import Standing
from bot.notices import people as say
from tests.samples.facts import AT_MS

ROW = say.ResellerRow(user_id=7002, name="Budi Santoso", username="budi_s", standing=Standing.APPROVED)
TO_RESELLERS: tuple[say.PeopleNotice, ...] = (
    say.JoinAnswer(standing=None),
    *(say.JoinAnswer(standing=standing, fresh=fresh) for standing in Standing for fresh in (True, False)),
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
    say.ResellerList(rows=tuple(replace(ROW, standing=standing) for standing in Standing), more=7),
)
