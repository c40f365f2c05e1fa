"""Tables are sent as Telegram's own where it takes them; where it does not, as text, at once and for good."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.delivery.sending import (
    Ambiguous,
    ChatUnreachable,
    OutgoingMessage,
    RetryLater,
    SendResult,
    Sent,
    TableAnswer,
)
from bot.telegram.client import ApiClient, close_client, open_client
from bot.telegram.sender import Sender, blocks_of
from bot.texts.formatting import MessageTable, Span, bold, code, lines
from sandbox.telegram.cast import BOT_TOKEN
from storage import chats
from tests.integration.conftest import BUDI, RINA, SARI, Shop
from tests.integration.fakes import success_of
from tests.integration.raw_biller import answering, as_json, http, serving
from tests.integration.sandboxed import Box, sandboxed
from tests.integration.test_deposit import S5

PRICES = MessageTable(
    columns=("Kode", "Produk", "Harga"), rows=((code("s5"), Span("Pulsa 5.000"), Span("Rp6.500")),), amounts=1
)
OUTGOING = OutgoingMessage(
    chat_id=SARI,
    text=lines(bold("Harga"), "s5 Pulsa 5.000 Rp6.500"),
    layout=(lines(bold("Harga"), "Ketuk kodenya."), PRICES),
)


@pytest.fixture
async def box() -> AsyncIterator[Box]:
    async with sandboxed() as running:
        yield running


@pytest.fixture
async def client(box: Box) -> AsyncIterator[ApiClient]:
    opened = open_client(token=BOT_TOKEN, api_url=box.url)
    yield opened
    await close_client(opened)


async def shown(box: Box) -> list[dict[str, Any]]:
    """Return the bot's messages to Sari as the page gets them."""
    chat = next(chat for chat in (await box.state())["chats"] if chat["id"] == SARI)
    return [message for message in chat["messages"] if message["from"]["is_bot"]]


class TestSending:
    async def test_a_table_arrives_as_the_api_describes_it(self, box: Box, client: ApiClient) -> None:
        sent = await Sender(client).send(OUTGOING)
        assert isinstance(sent, Sent)
        assert sent.tables is TableAnswer.SHOWN
        [message] = await shown(box)
        assert message["blocks"] == blocks_of(OUTGOING.layout)
        [table] = [block for block in message["blocks"] if block["type"] == "table"]
        assert [[cell["text"] for cell in row] for row in table["cells"]] == [
            ["Kode", "Produk", "Harga"],
            [{"type": "code", "text": "s5"}, "Pulsa 5.000", "Rp6.500"],
        ]
        assert message["text"] == "Harga\nKetuk kodenya.\nKode Produk Harga\ns5 Pulsa 5.000 Rp6.500"
        assert box.world.telegram.violations == []

    async def test_a_server_that_does_not_know_the_method_shows_the_text_once(
        self, box: Box, client: ApiClient
    ) -> None:
        await box.control("/telegram/tables", known=False)
        sent = await Sender(client).send(OUTGOING)
        assert isinstance(sent, Sent)
        assert sent.tables is TableAnswer.UNKNOWN_METHOD
        assert not client.is_token_rejected
        assert [(one["text"], one["blocks"]) for one in await shown(box)] == [
            ("Harga\ns5 Pulsa 5.000 Rp6.500", [])
        ]

    async def test_a_chat_that_refuses_it_gets_the_text_once(self, box: Box, client: ApiClient) -> None:
        refusal = "RICH_MESSAGE_UNSUPPORTED"
        await box.control("/telegram/fault", method="sendRichMessage", kind="400", description=refusal)
        sent = await Sender(client).send(OUTGOING)
        assert isinstance(sent, Sent)
        assert sent.tables is TableAnswer.CHAT_REFUSED
        assert [one["blocks"] for one in await shown(box)] == [[]]

    @pytest.mark.parametrize(
        ("kind", "result"),
        [
            ("429", RetryLater),
            ("403", ChatUnreachable),
            ("500", Ambiguous),
            ("reset_after_accepting", Ambiguous),
        ],
    )
    async def test_what_is_no_refusal_of_the_table_is_not_sent_again_as_text(
        self, box: Box, client: ApiClient, kind: str, result: type[SendResult]
    ) -> None:
        await box.control("/telegram/fault", method="sendRichMessage", kind=kind)
        assert isinstance(await Sender(client).send(OUTGOING), result)
        assert box.world.telegram.calls["sendMessage"] == 0

    async def test_a_table_is_edited_into_another_and_into_text(self, box: Box, client: ApiClient) -> None:
        sender = Sender(client)
        sent = await sender.send(OUTGOING)
        assert isinstance(sent, Sent)
        changed = OutgoingMessage(
            chat_id=SARI, text=lines("baru"), layout=(lines("baru"), PRICES), edits=sent.message_id
        )
        for _ in range(2):  # the second changes nothing
            assert await sender.send(changed) == Sent(message_id=sent.message_id, tables=TableAnswer.SHOWN)
        assert (await shown(box))[0]["text"].startswith("baru\nKode")
        await sender.send(OutgoingMessage(chat_id=SARI, text=lines("teks"), edits=sent.message_id))
        assert [(one["text"], one["blocks"]) for one in await shown(box)] == [("teks", [])]
        assert box.world.telegram.violations == []

    async def test_an_answer_that_is_no_message_means_an_unknown_method(self) -> None:
        accepting = answering(http(as_json({"ok": True, "result": True})))
        async with serving(accepting) as telegram:
            client = open_client(token=BOT_TOKEN, api_url=telegram.url)
            await Sender(client).send(OUTGOING)
            await close_client(client)
        called = [request.split(b" ")[1].rpartition(b"/")[2] for request in telegram.requests]
        assert called == [b"sendRichMessage", b"sendMessage"]


@pytest.mark.parametrize(
    "rich_message",
    [
        {"html": "<b>a</b>", "blocks": []},
        {"blocks": []},
        {"blocks": [{"type": "paragraph", "text": "x" * 32_769}]},
        {"blocks": [{"type": "paragraph", "text": "a"}] * 501},
        {"blocks": [{"type": "table", "cells": [[{"align": "left", "valign": "top", "text": "a"}] * 21]}]},
        {"blocks": [{"type": "table", "cells": [[{"align": "middle", "valign": "top", "text": "a"}]]}]},
        {"blocks": [{"type": "tabel", "text": "a"}]},
        {"blocks": [{"type": "paragraph", "text": {"type": "loud", "text": "a"}}]},
    ],
)
async def test_the_sandbox_refuses_what_is_over_telegrams_limits(
    box: Box, rich_message: dict[str, Any]
) -> None:
    answer = await box.api("sendRichMessage", chat_id=SARI, rich_message=rich_message)
    assert answer["error_code"] == 400
    assert len(box.world.telegram.violations) == 1


@pytest.fixture
async def market(shop: Shop) -> Shop:
    """A shop that sells something and is asked for its prices."""
    await shop.sells(S5)
    return shop


class TestChoosing:
    async def test_by_default_nothing_is_sent_as_a_table(self, market: Shop) -> None:
        await self._asks(market, SARI)
        assert "Harga" in market.sender.to(SARI)[-1].text
        assert market.sender.to(SARI)[-1].outgoing.layout == ()

    async def test_prices_reports_and_batches_are_tables_and_results_are_text(self, market: Shop) -> None:
        market.starts(shows_tables=True)
        for typed, by in (
            ("harga s", SARI),
            ("s5.081234567890\ns5.081234567891", SARI),
            ("lap", RINA),
            ("rekap", SARI),
        ):
            await market.says(typed, by=by)
            await market.posts()
            await market.speaks()
        rows = market.rows("SELECT trxid FROM orders ORDER BY line")
        await market.reversals.receive(
            success_of(await market.order(rows[0]["trxid"]), "123"), remote="1.2.3.4"
        )
        await market.speaks()
        await market.says("lap", by=RINA)
        await market.says("/laba", by=RINA)
        await market.speaks()
        to_sari, to_rina = market.sender.to(SARI), market.sender.to(RINA)
        tables = [one.text.split("\n")[0] for one in (*to_sari, *to_rina) if one.outgoing.layout]
        for title in ("📋 Harga", "📋 2 baris", "📊 Laporan", "📊 Rekap", "📈 Laba"):
            assert any(found.startswith(title) for found in tables), (title, tables)
        assert all(not one.outgoing.layout for one in to_sari if "SUKSES" in one.text)

    async def test_a_chat_that_refused_one_gets_text_from_then_on(self, market: Shop) -> None:
        market.starts(shows_tables=True)
        market.sender.table_answer = TableAnswer.CHAT_REFUSED
        await self._asks(market, SARI)
        market.sender.table_answer = TableAnswer.SHOWN
        for _ in range(2):
            await self._asks(market, SARI)
            assert not market.sender.to(SARI)[-1].outgoing.layout
            market.starts(shows_tables=True)
        await self._asks(market, BUDI)
        assert market.sender.to(BUDI)[-1].outgoing.layout

    async def test_a_server_without_the_method_is_asked_once_for_all_chats(self, market: Shop) -> None:
        market.starts(shows_tables=True)
        market.sender.table_answer = TableAnswer.UNKNOWN_METHOD
        for chat in (SARI, BUDI, SARI):
            await self._asks(market, chat)
        market.starts(shows_tables=True)
        await self._asks(market, BUDI)
        assert sum(bool(one.layout) for one in market.sender.tries) == 1
        await market.disk.write(chats.forget_tables)
        market.starts(shows_tables=True)
        await self._asks(market, BUDI)
        assert sum(bool(one.layout) for one in market.sender.tries) == 2

    async def test_after_a_lost_answer_the_text_is_sent(self, market: Shop) -> None:
        market.starts(shows_tables=True)
        market.sender.loses_answers(1)
        await market.says("s5.081234567890\ns5.081234567891", by=SARI)
        for _ in range(5):
            await market.speaks()
            market.clock.passes(1)
        summaries = [one.outgoing for one in market.sender.to(SARI) if one.text.startswith("📋")]
        assert [bool(one.layout) for one in summaries[:2]] == [True, False]

    @staticmethod
    async def _asks(market: Shop, chat: int) -> None:
        await market.says("harga s", by=chat)
        market.clock.passes(2)
        await market.speaks()
