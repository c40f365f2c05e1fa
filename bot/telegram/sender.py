"""Sends one message or one edit and says what became of it; it remembers nothing and repeats nothing."""

import asyncio
import logging
from collections.abc import Coroutine

from telegram import InputFile

from bot.delivery.sending import OutgoingMessage, SendResult, Sent
from bot.telegram.client import ApiClient
from bot.telegram.request import Json
from bot.telegram.send_errors import classify_send_error, is_not_modified
from bot.texts.buttons import COPY, label_of
from bot.texts.formatting import Style, Text, units
from bot.texts.message import Attachment, AttachmentKind

_log = logging.getLogger(__name__)

NO_PREVIEW: Json = {"is_disabled": True}


class Sender:
    """Talks to the Bot API for the messenger."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._answers: set[asyncio.Task[object]] = set()

    async def send(self, outgoing: OutgoingMessage) -> SendResult:
        """Send or edit; never raises but when cancelled."""
        method, parameters = _call(outgoing)
        try:
            message_id = await self._client.post_message(method, parameters)
        except Exception as error:  # noqa: BLE001 - every surprise while sending has a meaning
            if outgoing.edits is not None and is_not_modified(error):
                return Sent(message_id=outgoing.edits)
            return classify_send_error(error)
        return Sent(message_id=message_id)

    def answer_callback(self, callback_id: str, words: str) -> None:
        """Let the tapper see that the tap was heard; nothing hangs on it, so it is tried once."""
        self._start(self._answer(callback_id, words))

    def send_direct(self, outgoing: OutgoingMessage) -> None:
        """Say something that the outbox cannot hold; nothing hangs on it, so it is tried once."""
        self._start(self.send(outgoing))

    def _start(self, answer: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(answer, name="answer")
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, callback_id: str, words: str) -> None:
        try:
            await self._client.answer_callback_query(callback_id, text=words)
        except Exception as error:  # noqa: BLE001 - a press too old to answer is no loss
            _log.info("a press was not answered", extra={"why": type(error).__name__})

    async def close(self) -> None:
        """Let the last answers go."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=2)


def _call(outgoing: OutgoingMessage) -> tuple[str, Json]:
    """Give the Bot API method for a message, and its parameters; what is left out is left to Telegram."""
    words = "".join(span.text for span in outgoing.text)
    entities, markup = entities_of(outgoing.text), _markup(outgoing)
    if outgoing.attachment is not None:
        method, parameters = _attached(outgoing.attachment)
        parameters |= {"caption": words or None, "caption_entities": entities or None}
    else:
        method = "editMessageText" if outgoing.edits is not None else "sendMessage"
        parameters = {"text": words, "entities": entities or None, "link_preview_options": NO_PREVIEW}
    parameters |= {"chat_id": outgoing.chat_id, "reply_markup": markup}
    if outgoing.edits is not None:
        parameters["message_id"] = outgoing.edits
    else:
        parameters["message_thread_id"] = outgoing.thread_id
        parameters["reply_parameters"] = _reply(outgoing)
        parameters["reply_markup"] = markup or _field(outgoing)
    return method, {name: value for name, value in parameters.items() if value is not None}


def _attached(attachment: Attachment) -> tuple[str, Json]:
    content = InputFile(attachment.content, filename=attachment.name)
    return (
        ("sendPhoto", {"photo": content})
        if attachment.form is AttachmentKind.PICTURE
        else ("sendDocument", {"document": content})
    )


def _reply(outgoing: OutgoingMessage) -> Json | None:
    if outgoing.reply_to is None:
        return None
    return {"message_id": outgoing.reply_to, "allow_sending_without_reply": True}


def entities_of(text: Text) -> list[Json]:
    """Give the styles of `text` with offsets in UTF-16 units, as Telegram counts."""
    entities: list[Json] = []
    offset = 0
    for span in text:
        length = units(span.text)
        if span.style is not Style.PLAIN:
            entities.append({"type": span.style, "offset": offset, "length": length})
        offset += length
    return entities


def _field(outgoing: OutgoingMessage) -> Json | None:
    """Give the field for an answer; in a group nobody else is made to answer."""
    if outgoing.asks is None:
        return None
    field: Json = {"force_reply": True}
    if outgoing.asks:
        field["input_field_placeholder"] = outgoing.asks
    if outgoing.chat_id < 0:
        field["selective"] = True
    return field


def _markup(outgoing: OutgoingMessage) -> Json | None:
    rows: list[list[Json]] = [
        [{"text": label_of(button.action, button.label), "callback_data": button.data} for button in row]
        for row in outgoing.keyboard
    ]
    if outgoing.copy:
        rows.append([{"text": COPY, "copy_text": {"text": outgoing.copy}}])
    return {"inline_keyboard": rows} if rows else None
