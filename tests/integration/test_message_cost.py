"""No message costs more than its length allows, whoever sent it, and a stranger's costs next to nothing."""

import pytest
from msgspec.structs import replace

from bot.handlers import messages
from bot.updates import IncomingMessage, MessageKind
from storage.transaction import Tx
from tests.hostile_texts import ATOMS, calls_of, hostile_texts
from tests.integration.conftest import GROUP, RINA, SARI, STRANGER, Shop
from tests.trade import TRADE

CALLS_A_CHAR = 150
CALLS_A_MESSAGE = 60_000
CALLS_A_STRANGERS_MESSAGE = 5_000

COMMANDS = (
    "cek",
    "harga",
    "komplain",
    "riwayat",
    "lap",
    "struk",
    "toko",
    "katalog",
    "buka",
    "bekukan",
    "sukses",
)


def message_of(text: str, by: int, chat: int | None) -> IncomingMessage:
    return IncomingMessage(
        chat_id=chat or by,
        is_private=chat is None,
        thread_id=None,
        message_id=1,
        user_id=by,
        name="A name",
        username=None,
        text=text,
        at_ms=0,
        kind=MessageKind.WRITTEN,
        reply_to=None,
    )


async def costs(shop: Shop, texts: list[str], *, by: int, chat: int | None = None) -> dict[str, int]:
    """Handle each text as a message of its own; return the calls that each cost."""
    await shop.sells(*TRADE.products)

    def unit(tx: Tx) -> dict[str, int]:
        work = shop.context.begin(tx, shop.clock())
        first = replace(message_of("", by, chat), at_ms=shop.clock())
        arriving = [replace(first, text=text, message_id=number) for number, text in enumerate(texts, 1)]
        return {
            message.text: calls_of(lambda message=message: messages.handle_message(work, message))  # type: ignore[misc]  # a default binds it
            for message in arriving
        }

    return await shop.disk.write(unit)


@pytest.mark.parametrize("by", [SARI, RINA])
@pytest.mark.parametrize("chars", [250, 4000])
async def test_a_message_costs_at_most_in_proportion_to_its_length(shop: Shop, by: int, chars: int) -> None:
    texts = list(hostile_texts(chars))[::3]
    texts += [f"{word} {atom * chars}"[:chars] for word in COMMANDS for atom in ATOMS[::2]]
    for text, calls in (await costs(shop, texts, by=by)).items():
        assert calls <= CALLS_A_MESSAGE + CALLS_A_CHAR * chars, text


@pytest.mark.parametrize("chat", [None, GROUP], ids=["private", "group"])
async def test_a_strangers_message_costs_the_same_however_long_it_is(shop: Shop, chat: int | None) -> None:
    texts = ["beli " * 290 + "1a " * 400, "isi " * 400 + "5", *hostile_texts(4000)]
    for text, calls in (await costs(shop, texts, by=STRANGER, chat=chat)).items():
        assert calls <= CALLS_A_STRANGERS_MESSAGE, text
