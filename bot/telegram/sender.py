"""Sends one message or edit and returns the result; it stores nothing and retries nothing."""

import asyncio
import logging
from collections.abc import Coroutine

from telegram import InputFile

from bot.delivery.sending import OutgoingMessage, SendResult, Sent
from bot.telegram.client import ApiClient, Json
from bot.telegram.send_errors import classify_send_error, is_not_modified
from bot.texts.buttons import COPY, label_of
from bot.texts.formatting import Attachment, AttachmentKind, ReceivedFile, Style, Text, units

_log = logging.getLogger(__name__)

NO_PREVIEW: Json = {"is_disabled": True}


class Sender:
    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._tasks: set[asyncio.Task[object]] = set()

    async def send(self, outgoing: OutgoingMessage) -> SendResult:
        """Send or edit; return every error as a result, except cancellation."""
        method, parameters = _call(outgoing)
        try:
            message_id = await self._client.post_message(method, parameters)
        except Exception as error:  # noqa: BLE001 - every error of a send has a result
            if outgoing.edits is not None and is_not_modified(error):
                return Sent(message_id=outgoing.edits)
            return classify_send_error(error)
        return Sent(message_id=message_id)

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
    text = "".join(span.text for span in outgoing.text)
    entities, markup = entities_of(outgoing.text), _inline_keyboard(outgoing)
    if attachment := outgoing.attachment or outgoing.received_file:
        method, parameters = _attachment_call(attachment)
        parameters |= {"caption": text or None, "caption_entities": entities or None}
    else:
        method = "editMessageText" if outgoing.edits is not None else "sendMessage"
        parameters = {"text": text, "entities": entities or None, "link_preview_options": NO_PREVIEW}
    parameters |= {"chat_id": outgoing.chat_id, "reply_markup": markup}
    if outgoing.edits is not None:
        parameters["message_id"] = outgoing.edits
    else:
        parameters["message_thread_id"] = outgoing.thread_id
        parameters["reply_parameters"] = _reply_parameters(outgoing)
        parameters["reply_markup"] = markup or _force_reply(outgoing)
    return method, {name: value for name, value in parameters.items() if value is not None}


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
    if outgoing.reply_to is None:
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
