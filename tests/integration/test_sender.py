"""The result of a send for each of Telegram's errors, by real responses on a real socket."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.delivery import sending
from bot.delivery.sending import OutgoingMessage
from bot.telegram.client import close_client, open_client
from bot.telegram.send_errors import classify_send_error
from bot.telegram.sender import Sender
from bot.texts.formatting import Span
from tests.integration.raw_biller import (
    Behaviour,
    answering,
    as_json,
    close_before_reading,
    close_while_reading,
    http,
    reset_after_reading,
    serving,
)

TOKEN = "1:canary"
CHAT = 1001


def answer(status: int, body: dict[str, object] | bytes) -> Behaviour:
    """Respond with this status and body."""
    content = body if isinstance(body, bytes) else as_json(body)
    return answering(http(content, status=f"{status} Whatever"))


def refusing(code: int, description: str, **parameters: int) -> Behaviour:
    body: dict[str, object] = {"ok": False, "error_code": code, "description": description}
    return answer(code, {**body, "parameters": parameters} if parameters else body)


@asynccontextmanager
async def sender_to(url: str) -> AsyncIterator[Sender]:
    client = open_client(token=TOKEN, api_url=url)
    sender = Sender(client)
    try:
        yield sender
    finally:
        await sender.close()
        await close_client(client)


async def result_against(behaviour: Behaviour, *, edits: int | None = None) -> sending.SendResult:
    async with serving(behaviour) as telegram, sender_to(telegram.url) as sender:
        return await sender.send(OutgoingMessage(chat_id=CHAT, text=(Span("halo"),), edits=edits))


MESSAGE = {"message_id": 7, "date": 0, "chat": {"id": CHAT, "type": "private"}, "text": "halo"}
TAKING = answer(200, {"ok": True, "result": MESSAGE})


async def test_a_message_that_telegram_took_is_sent() -> None:
    assert await result_against(TAKING) == sending.Sent(message_id=7)
    assert await result_against(TAKING, edits=7) == sending.Sent(message_id=7)


@pytest.mark.parametrize(
    "description",
    [
        "Forbidden: bot was blocked by the user",
        "Forbidden: user is deactivated",
        "Forbidden: bot was kicked from the group chat",
        "Forbidden: bot was kicked from the supergroup chat",
        "Forbidden: bot was kicked from the channel chat",
        "Forbidden: bot is not a member of the supergroup chat",
        "Forbidden: bot can't initiate conversation with a user",
    ],
)
async def test_every_403_means_that_the_chat_lets_us_in_no_longer(description: str) -> None:
    assert isinstance(await result_against(refusing(403, description)), sending.ChatUnreachable)


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: chat not found",
        "Bad Request: user not found",
        "Bad Request: PEER_ID_INVALID",
        "Bad Request: have no rights to send a message",
        "Bad Request: not enough rights to send text messages to the chat",
        "Bad Request: need administrator rights in the channel chat",
        "Bad Request: CHAT_WRITE_FORBIDDEN",
        "Bad Request: group is deactivated",
    ],
)
async def test_a_400_that_speaks_of_the_chat_means_that_it_is_closed(description: str) -> None:
    assert isinstance(await result_against(refusing(400, description)), sending.ChatUnreachable)


@pytest.mark.parametrize("edits", [None, 7])
async def test_a_group_that_became_a_supergroup_tells_its_new_id(edits: int | None) -> None:
    moved = refusing(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=-1001234567890123,
    )
    assert await result_against(moved, edits=edits) == sending.ChatUpgraded(new_chat_id=-1001234567890123)


async def test_a_429_tells_how_long_to_wait() -> None:
    later = refusing(429, "Too Many Requests: retry after 35", retry_after=35)
    assert await result_against(later) == sending.RetryLater(retry_after_s=35)


async def test_a_429_that_does_not_say_how_long_is_still_a_wait() -> None:
    assert await result_against(refusing(429, "Too Many Requests")) == sending.RetryLater(retry_after_s=5)


async def test_a_topic_that_is_gone_is_not_a_chat_that_is_gone() -> None:
    assert (
        await result_against(refusing(400, "Bad Request: message thread not found")) == sending.TopicDeleted()
    )


async def test_an_edit_that_is_already_true_is_a_success() -> None:
    same = (
        "Bad Request: message is not modified: specified new message content and reply markup are exactly the"
        " same as a current content and reply markup of the message"
    )
    assert await result_against(refusing(400, same), edits=7) == sending.Sent(message_id=7)


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message to edit not found",
        "Bad Request: message can't be edited",
        "Bad Request: MESSAGE_ID_INVALID",
    ],
)
async def test_a_message_that_can_be_edited_no_more_is_said_anew(description: str) -> None:
    assert await result_against(refusing(400, description), edits=7) == sending.EditTargetGone()


@pytest.mark.parametrize(
    "description",
    [
        "Bad Request: message is too long",
        "Bad Request: message text is empty",
        "Bad Request: can't parse entities: unsupported start tag",
        "Bad Request: BUTTON_DATA_INVALID",
        "Bad Request: something nobody has seen yet",
    ],
)
async def test_any_other_400_is_a_message_that_telegram_will_never_take(description: str) -> None:
    assert isinstance(await result_against(refusing(400, description)), sending.Rejected)


@pytest.mark.parametrize(
    "behaviour",
    [
        close_before_reading,
        close_while_reading,
        reset_after_reading,
        refusing(500, "Internal Server Error"),
        refusing(502, "Bad Gateway"),
        answer(502, b"<html>nginx</html>"),
        answer(200, b"<html>a captive portal</html>"),
    ],
)
@pytest.mark.parametrize("edits", [None, 7])
async def test_whatever_may_have_taken_effect_is_ambiguous(behaviour: Behaviour, edits: int | None) -> None:
    assert isinstance(await result_against(behaviour, edits=edits), sending.Ambiguous)


async def test_a_refused_connection_is_surely_not_sent() -> None:
    async with serving(close_before_reading) as telegram:
        pass
    async with sender_to(telegram.url) as sender:
        result = await sender.send(OutgoingMessage(chat_id=CHAT, text=(Span("halo"),)))
    assert result == sending.NotConnected(why="ClientConnectorError")


@pytest.mark.parametrize(("code", "why"), [(401, "InvalidToken"), (409, "Conflict")])
async def test_a_refusal_of_the_bot_itself_is_tried_again_later(code: int, why: str) -> None:
    assert await result_against(refusing(code, "Whatever")) == sending.NotConnected(why=why)


KEY = ConnectionKey("a", 1, is_ssl=False, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None)
REFUSED = aiohttp.ClientConnectorError(
    KEY,
    OSError("refused"),
)


@pytest.mark.parametrize("cause", [aiohttp.ConnectionTimeoutError(), REFUSED])
def test_a_time_out_before_any_connection_is_not_sent(cause: Exception) -> None:
    error = TimedOut()
    error.__cause__ = cause
    assert isinstance(classify_send_error(error), sending.NotConnected)


@pytest.mark.parametrize(
    "cause",
    [
        *(aiohttp.SocketTimeoutError(), aiohttp.ServerDisconnectedError(), aiohttp.ClientOSError()),
        *(aiohttp.ClientPayloadError(), TimeoutError(), None),
    ],
)
@pytest.mark.parametrize("error", [TimedOut, NetworkError])
def test_a_time_out_after_it_is_ambiguous(cause: Exception | None, error: type[NetworkError]) -> None:
    raised = error("Timed out")
    raised.__cause__ = cause
    assert isinstance(classify_send_error(raised), sending.Ambiguous)


@pytest.mark.parametrize("error", [RuntimeError("a surprise"), ValueError(""), TelegramError("Invalid JSON")])
def test_a_surprise_is_ambiguous(error: Exception) -> None:
    assert isinstance(classify_send_error(error), sending.Ambiguous)


async def test_no_outcome_holds_the_token() -> None:
    for behaviour in (close_before_reading, refusing(401, "Unauthorized"), refusing(403, "Forbidden: x")):
        assert TOKEN not in repr(await result_against(behaviour))


class TestWhatIsAsked:
    """Untrusted text cannot format or link anything, and a lost reply target does not stop a message."""

    async def test_a_reply_to_a_message_that_is_gone_is_sent_all_the_same(self) -> None:
        call = await call_of(OutgoingMessage(chat_id=CHAT, text=(Span("halo"),), reply_to=5, thread_id=9))
        assert call["reply_parameters"] == {"message_id": 5, "allow_sending_without_reply": True}
        assert call["message_thread_id"] == 9

    @pytest.mark.parametrize(("chat", "selective"), [(CHAT, {}), (-100, {"selective": True})])
    async def test_a_question_opens_a_field_but_in_a_group_for_nobody_else(
        self, chat: int, selective: dict[str, bool]
    ) -> None:
        sent = await call_of(OutgoingMessage(chat_id=chat, text=(Span("Nomor?"),), asks="0812xxxx"))
        assert sent["reply_markup"] == {
            "force_reply": True,
            "input_field_placeholder": "0812xxxx",
            **selective,
        }

    async def test_text_is_never_parsed_as_markup(self) -> None:
        call = await call_of(OutgoingMessage(chat_id=CHAT, text=(Span("<b>*x*</b> https://jahat.example"),)))
        assert call["text"] == "<b>*x*</b> https://jahat.example"
        assert "parse_mode" not in call
        assert "entities" not in call
        assert call["link_preview_options"] == {"is_disabled": True}


async def call_of(outgoing: OutgoingMessage) -> dict[str, Any]:
    """Return the parameters with which a message is sent."""
    async with serving(TAKING) as telegram, sender_to(telegram.url) as sender:
        assert await sender.send(outgoing) == sending.Sent(message_id=7)
    _, _, body = telegram.requests[0].partition(b"\r\n\r\n")
    call: dict[str, Any] = json.loads(body)
    return call
