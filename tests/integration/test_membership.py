"""Nobody gets in but by an admin or the settings, and who was put out stays out."""

import asyncio

import pytest

from bot.actors import Role, Standing
from bot.notices.guidance import NotUnderstood, Welcome
from bot.notices.people import (
    JoinAnswer,
    JoinDecided,
    PersonNotFound,
    RemovalCancelled,
    RemovalQuestion,
    ResellerList,
    StandingChanged,
)
from bot.updates import MessageKind, Toast
from tests.integration.conftest import BUDI, DEWI, GROUP, RINA, SARI, STRANGER, Shop

DAY_S = 86_400


def standing(shop: Shop, user_id: int) -> str | None:
    rows = shop.rows("SELECT standing FROM people WHERE user_id = ?", user_id)
    return rows[0]["standing"] if rows else None


async def confirms_removal(shop: Shop, action: str = "confirm_remove") -> Toast:
    """Tap a button under an admin's question whether somebody is removed."""
    await shop.speaks()
    return await shop.presses(shop.buttons(RINA)[action], by=RINA)


@pytest.fixture
async def asked(shop: Shop) -> Shop:
    """A stranger asked, and both admins have the card."""
    await shop.says("/daftar", by=STRANGER, username="OrangAsing")
    await shop.speaks()
    return shop


async def test_who_asks_is_told_so_and_every_admin_gets_a_card(asked: Shop) -> None:
    assert asked.last(STRANGER) == JoinAnswer(standing=Standing.ASKED, fresh=True)
    for admin in (RINA, DEWI):
        assert asked.kinds(admin) == ["JoinCard"]
        assert set(asked.buttons(admin)) == {"approve", "reject"}


async def test_asking_again_brings_the_admins_no_second_card(asked: Shop) -> None:
    await asked.says("/daftar", by=STRANGER)
    assert asked.last(STRANGER) == JoinAnswer(standing=Standing.ASKED)
    assert asked.kinds(RINA) == ["JoinCard"]


async def test_an_admins_yes_lets_them_order(asked: Shop) -> None:
    assert await asked.presses(asked.buttons(RINA)["approve"]) is Toast.DONE
    assert asked.last(STRANGER) == JoinAnswer(standing=Standing.APPROVED, fresh=True)
    order = await asked.asks(by=STRANGER)
    assert order.user_id == STRANGER


async def test_of_two_admins_at_once_one_decides_and_the_other_is_told_it_is_used(asked: Shop) -> None:
    toasts = tuple(
        await asyncio.gather(
            asked.presses(asked.buttons(RINA)["approve"], by=RINA),
            asked.presses(asked.buttons(DEWI)["reject"], by=DEWI),
        )
    )
    assert toasts == (Toast.DONE, Toast.USED)
    assert standing(asked, STRANGER) == "approved"
    events = asked.rows("SELECT standing, changed_by FROM people_events WHERE user_id = ?", STRANGER)
    assert events == [
        {"standing": "asked", "changed_by": STRANGER},
        {"standing": "approved", "changed_by": RINA},
    ]


async def test_a_decision_takes_the_place_of_every_admins_card(asked: Shop) -> None:
    cards = {admin: asked.sender.to(admin)[0].message_id for admin in (RINA, DEWI)}
    await asked.presses(asked.buttons(RINA)["reject"])
    await asked.speaks()
    for admin, card in cards.items():
        assert isinstance(asked.last(admin), JoinDecided)
        assert asked.sender.to(admin)[-1].outgoing.edits == card
        assert asked.sender.to(admin)[-1].outgoing.keyboard == ()


async def test_a_button_works_once(asked: Shop) -> None:
    yes = asked.buttons(RINA)["approve"]
    assert await asked.presses(yes) is Toast.DONE
    assert await asked.presses(yes) is Toast.USED
    assert asked.kinds(STRANGER).count("JoinAnswer") == 2


@pytest.mark.parametrize(("by", "toast"), [(STRANGER, Toast.RESELLERS_ONLY), (SARI, Toast.NOT_ALLOWED)])
async def test_nobody_but_an_admin_can_use_a_button(asked: Shop, by: int, toast: Toast) -> None:
    yes = asked.buttons(RINA)["approve"]
    assert await asked.presses(yes, by=by) is toast
    assert standing(asked, STRANGER) == "asked"
    assert await asked.presses(yes) is Toast.DONE


async def test_a_guessed_button_is_none(asked: Shop) -> None:
    assert await asked.presses("approve") is Toast.USED
    assert standing(asked, STRANGER) == "asked"


async def test_who_was_rejected_may_ask_again_after_a_day_and_no_sooner(asked: Shop) -> None:
    await asked.presses(asked.buttons(RINA)["reject"])
    await asked.speaks()
    asked.clock.passes(DAY_S - 1)
    await asked.says("/daftar", by=STRANGER)
    assert asked.last(STRANGER) == JoinAnswer(standing=Standing.REJECTED)
    asked.clock.passes(1)
    await asked.says("/daftar", by=STRANGER)
    assert asked.last(STRANGER) == JoinAnswer(standing=Standing.ASKED, fresh=True)
    assert standing(asked, STRANGER) == "asked"


class TestStrangers:
    @pytest.mark.parametrize(
        "text",
        ["s5.081234567890", "saldo", "/reseller", "/sukses 1 2", "bantuan", "halo", "", "/bekukan 1001"],
    )
    async def test_they_can_do_nothing_and_are_told_how_to_ask(self, shop: Shop, text: str) -> None:
        await shop.says(text, by=STRANGER)
        assert [shop.last(STRANGER)] == [JoinAnswer(standing=None)]
        assert shop.rows("SELECT * FROM orders") == []
        assert standing(shop, STRANGER) is None

    async def test_a_flood_of_theirs_is_not_echoed(self, shop: Shop) -> None:
        for _ in range(20):
            await shop.says("s5.081234567890", by=STRANGER)
            await shop.speaks()
        assert len(shop.messages(STRANGER)) == 1
        shop.clock.passes(60)
        await shop.says("s5.081234567890", by=STRANGER)
        assert len(shop.messages(STRANGER)) == 2

    @pytest.mark.parametrize("kind", [MessageKind.EDITED, MessageKind.FORWARDED])
    async def test_their_edited_or_forwarded_messages_get_no_answer(
        self, shop: Shop, kind: MessageKind
    ) -> None:
        await shop.says("/daftar", by=STRANGER, kind=kind)
        await shop.says("s5.081234567890", by=STRANGER, kind=kind)
        assert shop.messages(STRANGER) == []

    @pytest.mark.parametrize("first", ["halo", "s5.081234567890", "/start", "/saldo"])
    @pytest.mark.parametrize("word", ["/daftar", "daftar", "/start"])
    async def test_who_asks_right_after_another_answer_is_answered_too(
        self, shop: Shop, first: str, word: str
    ) -> None:
        await shop.says("halo", by=STRANGER)
        await shop.says(first, by=STRANGER)
        await shop.speaks()
        shop.clock.passes(5)
        before = len(shop.messages(STRANGER))
        await shop.says(word, by=STRANGER)
        assert len(shop.messages(STRANGER)) == before + 1
        answer = shop.last(STRANGER)
        assert isinstance(answer, JoinAnswer)
        assert answer.standing is Standing.ASKED

    async def test_in_a_group_only_a_slash_asks(self, shop: Shop) -> None:
        await shop.says("daftar", by=STRANGER, chat=GROUP)
        assert shop.messages(GROUP) == []
        await shop.says("/daftar", by=STRANGER, chat=GROUP, thread=3)
        assert shop.last(GROUP) == JoinAnswer(standing=Standing.ASKED, fresh=True)
        await shop.presses(shop.buttons(RINA)["approve"])
        assert shop.messages(GROUP)[-1]["thread_id"] == 3
        assert shop.last(GROUP) == JoinAnswer(standing=Standing.APPROVED, fresh=True)

    async def test_who_is_in_and_asks_is_welcomed(self, shop: Shop) -> None:
        await shop.says("/daftar", by=SARI)
        assert shop.last(SARI) == Welcome(role=Role.RESELLER)


class TestAdmins:
    @pytest.mark.parametrize(
        ("command", "becomes"), [("/bekukan 1002", Standing.FROZEN), ("/hapus_1002", Standing.REMOVED)]
    )
    async def test_they_put_out_whom_they_name(self, shop: Shop, command: str, becomes: Standing) -> None:
        await shop.says(command, by=RINA)
        if becomes is Standing.REMOVED:
            await confirms_removal(shop)
        changed = shop.last(RINA)
        assert isinstance(changed, StandingChanged)
        assert (changed.user_id, changed.standing) == (BUDI, becomes)
        assert shop.last(BUDI) == JoinAnswer(standing=becomes, fresh=True)
        await shop.says("s5.081234567890", by=BUDI)
        assert shop.rows("SELECT * FROM orders") == []

    async def test_nobody_is_removed_before_the_second_tap(self, shop: Shop) -> None:
        await shop.says(f"/hapus_{BUDI}", by=RINA)
        question = shop.last(RINA)
        assert isinstance(question, RemovalQuestion)
        assert standing(shop, BUDI) == "approved"
        yes = shop.buttons(RINA)["confirm_remove"]
        assert await confirms_removal(shop, "cancel") is Toast.DONE
        assert await shop.presses(yes, by=RINA) is Toast.USED
        assert isinstance(shop.last(RINA), RemovalCancelled)
        assert standing(shop, BUDI) == "approved"
        await shop.says(f"/hapus_{BUDI}", by=RINA)
        nonce = shop.buttons(RINA)["confirm_remove"]
        assert await shop.presses(nonce, by=BUDI) is Toast.NOT_ALLOWED
        assert await shop.presses(nonce, by=RINA) is Toast.DONE
        assert standing(shop, BUDI) == "removed"
        assert await shop.presses(nonce, by=RINA) is Toast.USED

    async def test_they_name_people_by_their_at_name_in_any_case(self, shop: Shop) -> None:
        await shop.says("halo", by=BUDI, username="BudiCell")
        await shop.says("bekukan @budicell", by=RINA)
        assert standing(shop, BUDI) == "frozen"
        await shop.says("aktifkan BUDICELL", by=RINA)
        assert standing(shop, BUDI) == "approved"

    async def test_an_at_name_is_whoever_holds_it_now_and_not_who_held_it_before(self, shop: Shop) -> None:
        """Telegram gives a name that was let go to the next who wants it."""
        await shop.says("halo", by=BUDI, username="budicell")
        shop.clock.passes(1)
        await shop.says("halo", by=SARI, username="BudiCell")
        shop.clock.passes(1)
        # So that of the two the standing of him who held it before is the latest to change.
        await shop.says(f"/bekukan {BUDI}", by=RINA)
        await shop.says(f"/aktifkan {BUDI}", by=RINA)
        await shop.says("/bekukan @budicell", by=RINA)
        assert (standing(shop, SARI), standing(shop, BUDI)) == ("frozen", "approved")

    async def test_an_at_name_is_whoever_asked_under_it_last(self, asked: Shop) -> None:
        asked.clock.passes(1)
        await asked.says("/daftar", by=STRANGER + 1, username="orangasing")
        asked.clock.passes(1)
        await asked.presses(asked.buttons(RINA)["approve"])
        await asked.says(f"/aktifkan {STRANGER}", by=RINA)
        await asked.says("/bekukan @OrangAsing", by=RINA)
        assert (standing(asked, STRANGER), standing(asked, STRANGER + 1)) == ("approved", "frozen")

    @pytest.mark.parametrize("command", ["/bekukan 1002", "/hapus 1002"])
    async def test_whom_they_put_out_stays_out_after_a_start_whose_settings_name_them(
        self, shop: Shop, command: str
    ) -> None:
        await shop.says(command, by=RINA)
        if command.startswith("/hapus"):
            await confirms_removal(shop)
        put_out = standing(shop, BUDI)
        await shop.hires(SARI, BUDI)
        assert standing(shop, BUDI) == put_out

    async def test_they_let_in_somebody_who_never_asked(self, shop: Shop) -> None:
        await shop.says(f"/aktifkan {STRANGER}", by=RINA)
        assert standing(shop, STRANGER) == "approved"

    async def test_a_typed_yes_closes_the_cards_too(self, asked: Shop) -> None:
        await asked.says("/aktifkan @orangasing", by=RINA)
        await asked.speaks()
        assert isinstance(asked.last(DEWI), JoinDecided)
        assert await asked.presses(asked.buttons(DEWI)["reject"], by=DEWI) is Toast.USED
        assert standing(asked, STRANGER) == "approved"

    @pytest.mark.parametrize(
        "typed", ["", "999", "@siapa", "1" * 40, "\u0665", "-1", "1002 1001", "'; DROP TABLE people --"]
    )
    async def test_a_name_that_fits_nobody_changes_nobody(self, shop: Shop, typed: str) -> None:
        await shop.says(f"/bekukan {typed}", by=RINA)
        assert isinstance(shop.last(RINA), PersonNotFound)
        assert {standing(shop, SARI), standing(shop, BUDI)} == {"approved"}

    async def test_a_change_that_is_already_so_is_told_as_such(self, shop: Shop) -> None:
        await shop.says("/bekukan 1002", by=RINA)
        await shop.says("/bekukan 1002", by=DEWI)
        assert isinstance(shop.last(DEWI), PersonNotFound)
        assert shop.kinds(BUDI) == ["JoinAnswer"]

    async def test_they_see_everybody_with_the_latest_change_first(self, asked: Shop) -> None:
        asked.clock.passes(1)
        await asked.says("/bekukan 1002", by=RINA)
        asked.clock.passes(1)
        await asked.says("/reseller", by=RINA)
        listed = asked.last(RINA)
        assert isinstance(listed, ResellerList)
        assert [(row.user_id, row.standing) for row in listed.rows] == [
            (BUDI, Standing.FROZEN),
            (STRANGER, Standing.ASKED),
            (SARI, Standing.APPROVED),
        ]
        assert (listed.total, listed.newer_key, listed.older_key) == (3, "", "")

    async def test_an_admin_needs_no_leave_to_order(self, shop: Shop) -> None:
        assert (await shop.asks(by=RINA)).user_id == RINA

    async def test_an_unknown_command_is_answered_as_a_slip(self, shop: Shop) -> None:
        await shop.says("/rahasia", by=RINA)
        assert isinstance(shop.last(RINA), NotUnderstood)


async def test_who_asks_again_is_known_as_they_are_now_and_answered_where_they_ask_now(asked: Shop) -> None:
    await asked.presses(asked.buttons(RINA)["reject"])
    asked.clock.passes(DAY_S)
    message_id = await asked.says("/daftar", by=STRANGER, chat=GROUP, thread=3, username="baru")
    (row,) = asked.rows("SELECT * FROM people WHERE user_id = ?", STRANGER)
    assert row == {
        "user_id": STRANGER,
        "name": f"Name {STRANGER}",
        "username": "baru",
        "standing": "asked",
        "chat_id": GROUP,
        "thread_id": 3,
        "message_id": message_id,
        "changed_at_ms": asked.clock(),
        "changed_by": STRANGER,
        "owner_id": None,
        "note": "",
        "noted_by": None,
        "noted_at_ms": None,
    }
    await asked.presses(asked.buttons(DEWI)["approve"], by=DEWI)
    answer = asked.messages(GROUP)[-1]
    assert (answer["kind"], answer["thread_id"], answer["reply_to"]) == ("JoinAnswer", 3, message_id)
    (row,) = asked.rows("SELECT * FROM people WHERE user_id = ?", STRANGER)
    assert (row["standing"], row["changed_by"]) == ("approved", DEWI)


async def test_a_person_is_listed_under_the_name_they_go_by_now(shop: Shop) -> None:
    await shop.says("halo", by=SARI, username="TokoSari")
    (row,) = shop.rows("SELECT name, username FROM people WHERE user_id = ?", SARI)
    assert row == {"name": f"Name {SARI}", "username": "TokoSari"}
