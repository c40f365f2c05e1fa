"""Sends one message or edit and returns the result; it stores nothing and retries nothing.

A message with tables is a rich message of the Bot API (10.2): text and tables as blocks.
"""

import asyncio
import logging
from collections.abc import Coroutine

from msgspec.structs import replace
from telegram import InputFile
from telegram.error import BadRequest, EndPointNotFound, Forbidden, InvalidToken

from bot.delivery.sending import (
    EditTargetGone,
    EphemeralAnswer,
    OutgoingMessage,
    Rejected,
    SendResult,
    Sent,
    TableAnswer,
)
from bot.telegram.client import ApiClient, Json
from bot.telegram.send_errors import classify_send_error, is_not_modified
from bot.texts.buttons import COPY, label_of
from bot.texts.formatting import (
    Attachment,
    AttachmentKind,
    Layout,
    MessageTable,
    ReceivedFile,
    Span,
    Style,
    Text,
    units,
)

_STYLES = {Style.BOLD: "bold", Style.CODE: "code"}

RichText = str | Json


def layout_call(outgoing: OutgoingMessage) -> tuple[str, Json]:
    """Return the method for a message with tables, and its content."""
    # Loket styles what may be tapped; of itself Telegram would see phone numbers in every order.
    content = {"blocks": blocks_of(outgoing.layout), "skip_entity_detection": True}
    method = "editMessageText" if outgoing.edits is not None else "sendRichMessage"
    return method, {"rich_message": content}


def blocks_of(layout: Layout) -> list[Json]:
    """Return the blocks of a layout: a paragraph for each line, and its tables."""
    blocks: list[Json] = []
    for part in layout:
        if isinstance(part, MessageTable):
            blocks.append(_table(part))
        else:
            blocks += [{"type": "paragraph", "text": [_rich(span) for span in row]} for row in _rows(part)]
    return blocks


def _rows(text: Text) -> list[list[Span]]:
    """Return the spans of each line that is not blank; a paragraph has no line breaks."""
    rows: list[list[Span]] = [[]]
    for span in text:
        first, *further = span.text.split("\n")
        for index, piece in enumerate((first, *further)):
            if index:
                rows.append([])
            if piece:
                rows[-1].append(Span(piece, span.style))
    return [row for row in rows if row]


def _rich(span: Span) -> RichText:
    return {"type": _STYLES[span.style], "text": span.text} if span.style in _STYLES else span.text


def _table(table: MessageTable) -> Json:
    first_amount = len(table.columns) - table.amounts
    aligned = ["right" if column >= first_amount else "left" for column in range(len(table.columns))]
    header = [
        _cell(Span(name), align) | {"is_header": True}
        for name, align in zip(table.columns, aligned, strict=True)
    ]
    rows = [[_cell(span, align) for span, align in zip(row, aligned, strict=True)] for row in table.rows]
    return {
        "type": "table",
        "cells": [header, *rows],
        "is_bordered": True,
        "is_striped": True,
        "is_compact": True,
    }


def _cell(span: Span, align: str) -> Json:
    cell: Json = {"align": align, "valign": "top"}
    return cell | {"text": _rich(span)} if span.text else cell


_log = logging.getLogger(__name__)

NO_PREVIEW: Json = {"is_disabled": True}


class Sender:
    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[object]] = set()

    async def send(self, outgoing: OutgoingMessage) -> SendResult:
        """Send or edit; return every error as a result, except cancellation."""
        if outgoing.only_for is not None:
            if outgoing.edits is not None:
                return await self._edit_for_one(outgoing, outgoing.edits, outgoing.only_for)
            return await self._send_to_one(outgoing, outgoing.only_for)
        if not outgoing.layout:
            return await self._send_text(outgoing)
        result = await self._send_tables(outgoing)
        if not isinstance(result, TableAnswer):
            return result
        # Telegram has not taken it: the text makes no duplicate, and its own result says whose fault it was.
        sent = await self._send_text(outgoing)
        return replace(sent, tables=result) if isinstance(sent, Sent) else sent

    async def _send_tables(self, outgoing: OutgoingMessage) -> SendResult | TableAnswer:
        """Send the layout; return how it was refused if Telegram has surely not taken it."""
        method, parameters = layout_call(outgoing)
        try:
            message = await self._client.post_message(
                method, _addressed(outgoing, parameters), may_be_unknown=True
            )
            message_id = int(message["message_id"])
        except (InvalidToken, EndPointNotFound, KeyError, TypeError, ValueError):
            # The answer to a known method is a message: anything else comes from a server without it.
            return TableAnswer.UNKNOWN_METHOD
        except Exception as error:  # noqa: BLE001 - every error of a send has a result
            if outgoing.edits is not None and is_not_modified(error):
                return Sent(message_id=outgoing.edits, tables=TableAnswer.SHOWN)
            result = classify_send_error(error)
            return TableAnswer.CHAT_REFUSED if isinstance(result, Rejected) else result
        return Sent(message_id=message_id, tables=TableAnswer.SHOWN)

    async def _send_text(self, outgoing: OutgoingMessage) -> SendResult:
        method, parameters = _call(outgoing)
        try:
            message_id = int((await self._client.post_message(method, parameters))["message_id"])
        except Exception as error:  # noqa: BLE001 - every error of a send has a result
            if outgoing.edits is not None and is_not_modified(error):
                return Sent(message_id=outgoing.edits)
            return classify_send_error(error)
        return Sent(message_id=message_id)

    async def _send_to_one(self, outgoing: OutgoingMessage, reader_id: int) -> SendResult:
        """Send a text that one member of a group alone sees; send it to all if that is refused."""
        to_all = replace(outgoing, only_for=None, layout=())
        method, parameters = _call_for_one(to_all, reader_id)
        try:
            message = await self._client.post_message(method, parameters)
            message_id = int(message["message_id"])
        except (BadRequest, Forbidden):
            # Telegram has not taken it, and the bot need not be an admin of the group to speak to all.
            sent = await self._send_text(to_all)
            return replace(sent, ephemeral=EphemeralAnswer.CHAT_REFUSED) if isinstance(sent, Sent) else sent
        except Exception as error:  # noqa: BLE001 - every error of a send has a result
            return classify_send_error(error)
        if (number := message.get("ephemeral_message_id")) is not None:
            return Sent(message_id=-int(number), ephemeral=EphemeralAnswer.SHOWN)
        # A server that does not know the parameter has shown it to all.
        return Sent(message_id=message_id, ephemeral=EphemeralAnswer.UNKNOWN)

    async def _edit_for_one(self, outgoing: OutgoingMessage, edits: int, reader_id: int) -> SendResult:
        """Edit a text that one member of a group alone sees; the answer is no message."""
        content = _text_content(outgoing) | {
            "chat_id": outgoing.chat_id,
            "receiver_user_id": reader_id,
            "ephemeral_message_id": -edits,
            "reply_markup": _inline_keyboard(outgoing),
        }
        try:
            method = "editEphemeralMessageText"
            await self._client.post_message(method, _without_none(content), may_be_unknown=True)
        except (BadRequest, InvalidToken, EndPointNotFound) as error:
            return Sent(message_id=edits) if is_not_modified(error) else EditTargetGone()
        except Exception as error:  # noqa: BLE001 - every error of a send has a result
            return classify_send_error(error)
        return Sent(message_id=edits)

    def answer_callback(self, callback_id: str, text: str) -> None:
        """Answer a callback in the background, without retries: the answer only confirms the tap."""
        self._start(self._answer(callback_id, text))

    def send_direct(self, outgoing: OutgoingMessage) -> None:
        """Send in the background, without retries, a message that the outbox cannot store."""
        self._start(self.send(outgoing))

    def _start(self, call: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(call, name="direct send")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer(self, callback_id: str, text: str) -> None:
        try:
            await self._client.answer_callback_query(callback_id, text=text)
        except Exception as error:  # noqa: BLE001 - a callback too old to answer is no loss
            _log.info("callback answer failed", extra={"why": type(error).__name__})

    async def close(self) -> None:
        """Wait up to two seconds for the direct sends."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2)


def _call(outgoing: OutgoingMessage) -> tuple[str, Json]:
    """Return the Bot API method for a message and its parameters; Telegram's defaults apply to all others."""
    content = _text_content(outgoing)
    if attachment := outgoing.attachment or outgoing.received_file:
        method, parameters = _attachment_call(attachment)
        parameters |= {"caption": content["text"] or None, "caption_entities": content["entities"]}
    else:
        method = "editMessageText" if outgoing.edits is not None else "sendMessage"
        parameters = content
    return method, _addressed(outgoing, parameters)


def _call_for_one(outgoing: OutgoingMessage, reader_id: int) -> tuple[str, Json]:
    """Return the method and parameters for a new text that one member of a group alone sees."""
    method, parameters = _call(outgoing)
    if outgoing.reply_to is not None and outgoing.reply_to < 0:
        # As the answer to an ephemeral message, it may come from a bot that is no admin.
        parameters["reply_parameters"] = {"ephemeral_message_id": -outgoing.reply_to}
    return method, parameters | {"ephemeral_message_parameters": {"receiver_user_id": reader_id}}


def _text_content(outgoing: OutgoingMessage) -> Json:
    return {
        "text": "".join(span.text for span in outgoing.text),
        "entities": entities_of(outgoing.text) or None,
        "link_preview_options": NO_PREVIEW,
    }


def _addressed(outgoing: OutgoingMessage, content: Json) -> Json:
    """Return the parameters of a call: its content, the chat, and what is below the message."""
    markup = _inline_keyboard(outgoing)
    parameters = content | {"chat_id": outgoing.chat_id, "reply_markup": markup}
    if outgoing.edits is not None:
        parameters["message_id"] = outgoing.edits
    else:
        parameters["message_thread_id"] = outgoing.thread_id
        parameters["reply_parameters"] = _reply_parameters(outgoing)
        parameters["reply_markup"] = markup or _force_reply(outgoing)
    return _without_none(parameters)


def _without_none(parameters: Json) -> Json:
    return {name: value for name, value in parameters.items() if value is not None}


def _attachment_call(attachment: Attachment | ReceivedFile) -> tuple[str, Json]:
    if isinstance(attachment, ReceivedFile):
        content: InputFile | str = attachment.file_id
    else:
        content = InputFile(attachment.content, filename=attachment.name)
    return (
        ("sendPhoto", {"photo": content})
        if attachment.form is AttachmentKind.PICTURE
        else ("sendDocument", {"document": content})
    )


def _reply_parameters(outgoing: OutgoingMessage) -> Json | None:
    # What all see cannot reply to a message that one of them sees, which has a negative id.
    if outgoing.reply_to is None or outgoing.reply_to < 0:
        return None
    return {"message_id": outgoing.reply_to, "allow_sending_without_reply": True}


def entities_of(text: Text) -> list[Json]:
    """Return the styles of `text` with offsets and lengths in UTF-16 code units, as Telegram counts."""
    entities: list[Json] = []
    offset = 0
    for span in text:
        length = units(span.text)
        if span.style is not Style.PLAIN:
            entities.append({"type": span.style, "offset": offset, "length": length})
        offset += length
    return entities


def _force_reply(outgoing: OutgoingMessage) -> Json | None:
    """Return the input field for an answer; in a group only the addressed user gets it."""
    if outgoing.asks is None:
        return None
    markup: Json = {"force_reply": True}
    if outgoing.asks:
        markup["input_field_placeholder"] = outgoing.asks
    if outgoing.chat_id < 0:
        markup["selective"] = True
    return markup


def _inline_keyboard(outgoing: OutgoingMessage) -> Json | None:
    rows: list[list[Json]] = [
        [{"text": label_of(button.action, button.label), "callback_data": button.data} for button in row]
        for row in outgoing.keyboard
    ]
    if outgoing.copy:
        rows.append([{"text": COPY, "copy_text": {"text": outgoing.copy}}])
    return {"inline_keyboard": rows} if rows else None
