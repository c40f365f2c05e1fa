"""A shop whose database is backed up, lost and restored, for the tests of the restore gate."""

import json
from datetime import datetime
from pathlib import Path

from bot.purchasing import restore_gate
from storage.backup import back_up, restore
from storage.database import SqliteDatabase
from tests.integration.conftest import BUDI, RINA, SARI, ZONE, Shop

MINUTES = 60


class Story:
    """A shop whose database is backed up, lost and restored, while the biller and Telegram go on."""

    def __init__(self, shop: Shop, database: SqliteDatabase, folder: Path) -> None:
        self.shop, self._database, self._folder = shop, database, folder

    @property
    def copy(self) -> Path:
        return self._folder / "copy.db"

    def is_backed_up(self) -> None:
        back_up(self.shop.path, self.copy)

    async def is_restored(self, *, after_minutes: int = 10) -> Shop:
        """Lose the database, restore it some minutes later, and start on it."""
        lost = self.shop
        await self._database.close()
        lost.clock.passes(after_minutes * MINUTES)
        restore(self.copy, lost.path, now=datetime.fromtimestamp(lost.clock() / 1000, ZONE))
        self._database = SqliteDatabase(lost.path)
        await self._database.open()
        self.shop = shop = Shop(self._database, lost.path)
        shop.clock, shop.nonces, shop.random_suffix = lost.clock, lost.nonces, lost.random_suffix
        shop.biller, shop.sender = lost.biller, lost.sender
        await self.starts()
        return shop

    async def starts(self) -> int:
        """Start as the program does; return the number of orders that became unknown."""
        shop = self.shop
        shop.starts()
        await shop.hires(SARI, BUDI)
        unknown_count = await shop.disk.write(
            lambda tx: restore_gate.check_after_restore(shop.context.begin(tx, shop.clock()))
        )
        await shop.recovers()
        # One hour later, so that no later message falls into the gap by any clock.
        shop.clock.passes(60 * MINUTES)
        return unknown_count

    async def closes(self) -> None:
        await self._database.close()


async def opens(shop: Shop, *, by: int = RINA) -> None:
    """End the quarantine as an admin does, with two taps."""
    await shop.speaks()
    for action in ("open_counter", "confirm_open"):
        keyboards = [json.loads(message["keyboard"]) for message in shop.messages(by)]
        nonces = [
            nonce for rows in keyboards for row in rows for name, nonce, _label in row if name == action
        ]
        await shop.presses(nonces[-1], by=by, message_id=5)
