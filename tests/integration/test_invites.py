"""Links that let people in: how many, for how long, by whom, and nobody whom an admin shut out."""

import asyncio

import pytest

from bot.actors import Standing
from bot.features.people.invites import ASSISTANT_DAYS
from bot.notices.assistants import (
    AssistantChanged,
    InviteError,
    InviteFormat,
    InviteIssued,
    InviteList,
    InviteRefused,
    InviteRevoked,
    InviteUsed,
)
from bot.notices.guidance import Welcome
from bot.notices.people import JoinAnswer, JoinDecided, PersonCard
from bot.updates import MessageKind, Toast
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop
from tests.integration.test_assistants import ANI, EKO, hires, standing

DAY_S = 86_400


async def link(shop: Shop, command: str = "/undang", *, by: int = RINA) -> str:
    """Let an admin make a link; return what Telegram sends for who opens it."""
    await shop.says(command, by=by)
    issued = shop.last(by)
    assert isinstance(issued, InviteIssued)
    return issued.link


async def assistant_link(shop: Shop, *, by: int = SARI) -> str:
    await shop.says("/staf", by=by)
    assert await shop.presses(shop.buttons(by)["invite_assistant"], by=by) is Toast.DONE
    issued = shop.last(by)
    assert isinstance(issued, InviteIssued)
    assert issued.for_assistant
    return issued.link


def refusal(shop: Shop, chat: int) -> InviteError:
    refused = shop.last(chat)
    assert isinstance(refused, InviteRefused)
    return refused.error


class TestForResellers:
    async def test_who_comes_by_a_link_is_in_without_asking(self, shop: Shop) -> None:
        await shop.says(await link(shop), by=ANI, username="ani_cell")
        assert shop.last(ANI) == JoinAnswer(standing=Standing.APPROVED, fresh=True)
        assert (await shop.asks(by=ANI)).user_id == ANI

    async def test_it_is_journalled_and_every_admin_is_told(self, shop: Shop) -> None:
        await shop.says(await link(shop, "/undang 2 orang"), by=ANI, username="ani_cell")
        for admin in (RINA, DEWI):
            assert shop.last(admin) == InviteUsed(
                invite_id=1,
                user_id=ANI,
                name=f"Name {ANI}",
                username="ani_cell",
                by_name=f"Name {RINA}",
                left=1,
            )
        (event,) = shop.rows("SELECT * FROM people_events WHERE user_id = ?", ANI)
        assert (event["standing"], event["changed_by"], event["invite_id"]) == ("approved", RINA, 1)
        await shop.says(f"/reseller_{ANI}", by=DEWI)
        card = shop.last(DEWI)
        assert isinstance(card, PersonCard)
        assert (card.invite_id, card.invited_by) == (1, f"Name {RINA}")

    async def test_the_link_opens_the_bot_by_its_name(self, shop: Shop) -> None:
        shop.starts(bot_username=lambda: "loket_bot")
        made = await link(shop)
        assert made.startswith("https://t.me/loket_bot?start=m")
        await shop.says(f"/start {made.partition('=')[2]}", by=ANI)
        assert standing(shop, ANI) == ("approved", None)

    async def test_a_single_link_lets_in_one(self, shop: Shop) -> None:
        opened = await link(shop)
        await asyncio.gather(*(shop.says(opened, by=person) for person in (ANI, EKO)))
        standings = shop.rows("SELECT user_id FROM people WHERE standing = 'approved' AND user_id > 6000")
        assert len(standings) == 1
        (late,) = {ANI, EKO} - {standings[0]["user_id"]}
        assert refusal(shop, late) is InviteError.USED_UP
        await shop.says("/daftar", by=late)
        assert shop.last(late) == JoinAnswer(standing=Standing.ASKED, fresh=True)

    async def test_one_for_several_lets_in_so_many(self, shop: Shop) -> None:
        opened = await link(shop, "/undang 3 orang 2 hari")
        for person in range(6100, 6105):
            await shop.says(opened, by=person)
        assert len(shop.rows("SELECT 1 FROM people WHERE user_id >= 6100 AND standing = 'approved'")) == 3

    async def test_it_ends_after_its_days(self, shop: Shop) -> None:
        opened = await link(shop, "/undang 2 hari 5 orang")
        shop.clock.passes(2 * DAY_S - 1)
        await shop.says(opened, by=ANI)
        assert standing(shop, ANI) == ("approved", None)
        shop.clock.passes(1)
        await shop.says(opened, by=EKO)
        assert refusal(shop, EKO) is InviteError.EXPIRED

    async def test_it_gives_its_level(self, shop: Shop) -> None:
        await shop.says("/level emas 500", by=RINA)
        await shop.says(await link(shop, "/undang 1 orang level Emas"), by=ANI)
        (row,) = shop.rows("SELECT level_key FROM shops WHERE owner_id = ?", ANI)
        assert row["level_key"] == "emas"

    async def test_the_end_of_its_level_is_its_end(self, shop: Shop) -> None:
        await shop.says("/level emas 500", by=RINA)
        opened = await link(shop, "/undang level emas")
        await shop.says("/level emas hapus", by=RINA)
        await shop.says("/level emas 100", by=RINA)
        await shop.says(opened, by=ANI)
        assert refusal(shop, ANI) is InviteError.REVOKED

    async def test_a_revoked_link_lets_nobody_in(self, shop: Shop) -> None:
        opened = await link(shop)
        await shop.says("/undang_batal_1", by=DEWI)
        assert shop.last(DEWI) == InviteRevoked(invite_id=1, was_open=True)
        await shop.says(opened, by=ANI)
        assert refusal(shop, ANI) is InviteError.REVOKED
        await shop.says("/undang batal 1", by=DEWI)
        assert shop.last(DEWI) == InviteRevoked(invite_id=1, was_open=False)

    async def test_what_is_open_is_listed(self, shop: Shop) -> None:
        await link(shop)
        await link(shop, "/undang 10 orang")
        await assistant_link(shop)
        await shop.says("/undang_batal_1", by=RINA)
        await shop.says("/undang daftar", by=RINA)
        listed = shop.last(RINA)
        assert isinstance(listed, InviteList)
        assert [(row.invite_id, row.owner_name) for row in listed.rows] == [(3, f"Name {SARI}"), (2, "")]

    async def test_the_request_of_who_asked_before_is_closed(self, shop: Shop) -> None:
        await shop.says("/daftar", by=STRANGER)
        await shop.speaks()
        await shop.says(await link(shop), by=STRANGER)
        await shop.speaks()
        assert any(isinstance(shop.notice(row), JoinDecided) for row in shop.messages(DEWI))
        assert standing(shop, STRANGER) == ("approved", None)

    @pytest.mark.parametrize("word", ["bekukan", "hapus"])
    async def test_whom_an_admin_shut_out_it_lets_stay_out(self, shop: Shop, word: str) -> None:
        await shop.says(f"/{word} {BUDI}", by=RINA)
        if word == "hapus":
            await shop.presses(shop.buttons(RINA)["confirm_remove"], by=RINA)
        await shop.says(await link(shop), by=BUDI)
        assert refusal(shop, BUDI) is InviteError.BARRED
        assert shop.rows("SELECT used_count FROM invites") == [{"used_count": 0}]

    async def test_a_rejection_outweighs_an_older_link_and_no_newer_one(self, shop: Shop) -> None:
        older = await link(shop)
        await shop.says("/daftar", by=ANI)
        await shop.speaks()
        shop.clock.passes(1)
        await shop.presses(shop.buttons(RINA)["reject"])
        await shop.says(older, by=ANI)
        assert refusal(shop, ANI) is InviteError.BARRED
        shop.clock.passes(60)
        await shop.says(await link(shop), by=ANI)
        assert standing(shop, ANI) == ("approved", None)

    async def test_who_is_no_admin_any_more_lets_nobody_in(self, shop: Shop) -> None:
        opened = await link(shop, by=DEWI)
        shop.starts(admins=(RINA,))
        await shop.says(opened, by=ANI)
        assert refusal(shop, ANI) is InviteError.REVOKED

    async def test_who_is_in_keeps_what_they_are_and_uses_nothing_up(self, shop: Shop) -> None:
        await hires(shop, ANI)
        opened = await link(shop)
        for person, error in (
            (SARI, InviteError.IS_RESELLER),
            (ANI, InviteError.IS_ASSISTANT),
            (DEWI, InviteError.IS_ADMIN),
        ):
            await shop.says(opened, by=person)
            assert refusal(shop, person) is error
        assert shop.rows("SELECT used_count FROM invites") == [{"used_count": 0}]
        assert standing(shop, ANI) == ("assistant", SARI)

    async def test_a_guessed_link_is_unknown_and_a_flood_of_them_is_not_echoed(self, shop: Shop) -> None:
        for number in range(20):
            await shop.says(f"/start mguess{number}", by=ANI)
            await shop.speaks()
        assert refusal(shop, ANI) is InviteError.UNKNOWN
        assert len(shop.messages(ANI)) == 1
        assert shop.rows("SELECT 1 FROM people WHERE user_id = ?", ANI) == []

    async def test_in_a_group_forwarded_or_edited_it_lets_nobody_in(self, shop: Shop) -> None:
        opened = await link(shop)
        await shop.says(opened, by=ANI, chat=GROUP)
        for kind in (MessageKind.FORWARDED, MessageKind.EDITED, MessageKind.CAPTIONED):
            await shop.says(opened, by=ANI, kind=kind)
        assert shop.rows("SELECT used_count FROM invites") == [{"used_count": 0}]

    @pytest.mark.parametrize("text", ["/start", "/start harga"])
    async def test_any_other_start_is_answered_as_ever(self, shop: Shop, text: str) -> None:
        await shop.says(text, by=SARI)
        assert isinstance(shop.last(SARI), Welcome)

    @pytest.mark.parametrize("typed", ["besok", "0 orang", "5000 orang", "100 hari", "3 orang merah"])
    async def test_what_cannot_be_read_is_answered_with_the_form(self, shop: Shop, typed: str) -> None:
        await shop.says(f"/undang {typed}", by=RINA)
        assert shop.last(RINA) == InviteFormat(typed=typed)
        assert shop.rows("SELECT 1 FROM invites") == []

    async def test_a_level_that_does_not_exist_is_named(self, shop: Shop) -> None:
        await shop.says("/undang level perak", by=RINA)
        assert shop.last(RINA) == InviteFormat(typed="perak", level="perak")

    async def test_a_reseller_invites_no_reseller(self, shop: Shop) -> None:
        await shop.says("/undang", by=SARI)
        assert shop.kinds(SARI) == ["AdminsOnly"]


class TestForAssistants:
    async def test_it_makes_an_assistant_and_the_owner_and_the_admins_are_told(self, shop: Shop) -> None:
        await shop.says(await assistant_link(shop), by=ANI, username="ani")
        assert standing(shop, ANI) == ("assistant", SARI)
        assert shop.last(ANI) == JoinAnswer(
            standing=Standing.ASSISTANT, fresh=True, owner_name=f"Name {SARI}"
        )
        for told in (SARI, RINA, DEWI):
            changed = shop.last(told)
            assert isinstance(changed, AssistantChanged)
            assert (changed.user_id, changed.by_link) == (ANI, True)
        (event,) = shop.rows("SELECT * FROM people_events WHERE user_id = ?", ANI)
        assert (event["owner_id"], event["invite_id"]) == (SARI, 1)

    async def test_a_new_one_ends_the_one_before(self, shop: Shop) -> None:
        first = await assistant_link(shop)
        await assistant_link(shop)
        await shop.says(first, by=ANI)
        assert refusal(shop, ANI) is InviteError.REVOKED

    async def test_it_ends_after_some_days(self, shop: Shop) -> None:
        opened = await assistant_link(shop)
        shop.clock.passes(ASSISTANT_DAYS * DAY_S)
        await shop.says(opened, by=ANI)
        assert refusal(shop, ANI) is InviteError.EXPIRED

    async def test_the_link_of_a_frozen_owner_lets_nobody_in(self, shop: Shop) -> None:
        opened = await assistant_link(shop)
        await shop.says(f"/bekukan {SARI}", by=RINA)
        await shop.says(opened, by=ANI)
        assert refusal(shop, ANI) is InviteError.OWNER_CLOSED

    async def test_the_owner_another_reseller_and_an_admin_do_not_use_it_up(self, shop: Shop) -> None:
        opened = await assistant_link(shop)
        for person in (SARI, BUDI, RINA):
            await shop.says(opened, by=person)
            assert refusal(shop, person) in (InviteError.IS_RESELLER, InviteError.IS_ADMIN)
        await shop.says(opened, by=ANI)
        assert standing(shop, ANI) == ("assistant", SARI)

    async def test_who_was_let_go_does_not_come_back_by_the_used_link(self, shop: Shop) -> None:
        opened = await assistant_link(shop)
        await shop.says(opened, by=ANI)
        await shop.says("/staf keluar", by=ANI)
        await shop.says(opened, by=ANI)
        assert refusal(shop, ANI) is InviteError.USED_UP
