"""The people whom admins look up: pages, cards, notes."""

import json

import pytest

from bot.actors import Standing
from bot.features.people.directory import MAX_NOTE_CHARS, ROWS_A_PAGE
from bot.notices.people import NoteHelp, NoteSaved, PersonCard, PersonNotFound, ResellerList
from bot.updates import Toast
from storage import people
from storage.people import Person
from storage.transaction import Tx
from tests.integration.conftest import BUDI, RINA, SARI, Shop

COUNT = 1_000


@pytest.fixture
async def crowd(shop: Shop) -> Shop:
    """Besides Sari and Budi a thousand resellers, who came one after another."""

    def unit(tx: Tx) -> None:
        for number in range(COUNT):
            one = Person(
                user_id=10_000 + number,
                name=f"Toko {number:04d}",
                username=f"toko_{number:04d}",
                standing=Standing.APPROVED,
                chat_id=10_000 + number,
                thread_id=None,
                message_id=None,
                # Three at a time: the key is the time and the id.
                changed_at_ms=number // 3,
            )
            people.save(tx, one, changed_by=RINA)

    await shop.disk.write(unit)
    return shop


def page(shop: Shop) -> ResellerList:
    shown = shop.last(RINA)
    assert isinstance(shown, ResellerList)
    return shown


async def turns(shop: Shop, action: str) -> Toast:
    await shop.speaks()
    sent = shop.sender.to(RINA)[-1]
    row = next(row for row in reversed(shop.messages(RINA)) if row["keyboard"] != "[]")
    data = {one: data for line in json.loads(row["keyboard"]) for one, data, _ in line}
    return await shop.presses(data[action], message_id=sent.outgoing.edits or sent.message_id)


async def test_every_one_of_a_thousand_is_on_one_page_and_back_again(crowd: Shop) -> None:
    await crowd.says("/reseller", by=RINA)
    seen = [row.user_id for row in page(crowd).rows]
    assert page(crowd).total == COUNT + 2
    pages = 1
    while page(crowd).older_key and pages < 5:
        assert await turns(crowd, "older_people") is Toast.DONE
        seen += [row.user_id for row in page(crowd).rows]
        pages += 1
    assert len(seen) == len(set(seen)) == 5 * ROWS_A_PAGE
    while page(crowd).newer_key:
        assert await turns(crowd, "newer_people") is Toast.DONE
        pages -= 1
    assert pages == 1
    assert [row.user_id for row in page(crowd).rows] == seen[:ROWS_A_PAGE]


async def test_the_pages_by_key_hold_everybody_once(crowd: Shop) -> None:
    def walk(tx: Tx) -> list[int]:
        found: list[int] = []
        key = None
        while rows := people.listed_before(tx, key, limit=ROWS_A_PAGE):
            found += [row.user_id for row in rows]
            key = (rows[-1].changed_at_ms, rows[-1].user_id)
        return found

    found = await crowd.disk.read(walk)
    assert len(found) == len(set(found)) == COUNT + 2


async def test_nobody_but_an_admin_turns_pages(crowd: Shop) -> None:
    await crowd.says("/reseller", by=RINA)
    await crowd.speaks()
    sent = crowd.sender.to(RINA)[-1].message_id
    for payload in ("older_people:1.1", "older_people:", "older_people:x.y", "newer_people:1.1; DROP"):
        assert await crowd.presses(payload, by=SARI, message_id=sent) is Toast.USED
    for payload in ("older_people:", "older_people:x.y", "newer_people:1.1; DROP"):
        assert await crowd.presses(payload, message_id=sent) is Toast.USED


async def test_a_part_of_a_name_finds_people_and_says_when_there_are_more(crowd: Shop) -> None:
    await crowd.says("/reseller toko 00", by=RINA)
    assert len(page(crowd).rows) == ROWS_A_PAGE
    assert page(crowd).has_more
    await crowd.says("/reseller toko 0012", by=RINA)
    card = crowd.last(RINA)
    assert isinstance(card, PersonCard)
    assert card.user_id == 10_012
    await crowd.says("/reseller zulkifli", by=RINA)
    assert isinstance(crowd.last(RINA), PersonNotFound)


@pytest.mark.parametrize("named", ["@Toko_0012", "10012", "_10012"])
async def test_a_card_is_found_by_name_and_by_id(crowd: Shop, named: str) -> None:
    await crowd.says(f"/reseller{named if named[0] == '_' else ' ' + named}", by=RINA)
    card = crowd.last(RINA)
    assert isinstance(card, PersonCard)
    assert (card.user_id, card.username) == (10_012, "toko_0012")


class TestNotes:
    async def test_a_note_is_kept_with_its_author_and_shown_on_the_card(self, shop: Shop) -> None:
        await shop.says("halo", by=SARI, username="saricell")
        await shop.says("/catatan @SariCell bayar tiap\nJumat", by=RINA)
        assert shop.last(RINA) == NoteSaved(user_id=SARI, name=f"Name {SARI}", note="bayar tiap Jumat")
        await shop.says(f"/reseller {SARI}", by=RINA)
        card = shop.last(RINA)
        assert isinstance(card, PersonCard)
        assert card.note == "bayar tiap Jumat"
        (row,) = shop.rows("SELECT noted_by, noted_at_ms FROM people WHERE user_id = ?", SARI)
        assert row == {"noted_by": RINA, "noted_at_ms": shop.clock()}

    async def test_it_outlasts_a_change_of_standing(self, shop: Shop) -> None:
        await shop.says(f"/catatan {BUDI} sering telat", by=RINA)
        await shop.says(f"/bekukan {BUDI}", by=RINA)
        await shop.says(f"/reseller {BUDI}", by=RINA)
        card = shop.last(RINA)
        assert isinstance(card, PersonCard)
        assert (card.note, card.standing) == ("sering telat", Standing.FROZEN)

    async def test_it_is_deleted_and_replaced(self, shop: Shop) -> None:
        for note, kept in (("lama", "lama"), ("baru", "baru"), ("hapus", "")):
            await shop.says(f"/catatan {BUDI} {note}", by=RINA)
            assert shop.last(RINA) == NoteSaved(user_id=BUDI, name=str(BUDI), note=kept)

    async def test_without_a_note_the_card_is_shown(self, shop: Shop) -> None:
        await shop.says(f"/catatan {BUDI}", by=RINA)
        assert isinstance(shop.last(RINA), PersonCard)

    async def test_a_long_or_nameless_one_is_answered_with_the_form(self, shop: Shop) -> None:
        await shop.says(f"/catatan {BUDI} {'x' * (MAX_NOTE_CHARS + 1)}", by=RINA)
        assert shop.last(RINA) == NoteHelp(max_chars=MAX_NOTE_CHARS, is_too_long=True)
        await shop.says("/catatan", by=RINA)
        assert shop.last(RINA) == NoteHelp(max_chars=MAX_NOTE_CHARS)

    async def test_no_reseller_writes_or_sees_one(self, shop: Shop) -> None:
        await shop.says(f"/catatan {BUDI} rahasia", by=RINA)
        for command in (f"/catatan {BUDI}", f"/reseller {BUDI}", f"/catatan {BUDI} x"):
            await shop.says(command, by=SARI)
        assert set(shop.kinds(SARI)) == {"AdminsOnly"}
