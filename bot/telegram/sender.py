"""Sends one message or one edit and says what became of it; it remembers nothing and repeats nothing."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine
from dataclasses import dataclass
from functools import partial

from telegram import (
    CopyTextButton,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
)

from bot.telegram.client import ApiClient
from bot.telegram.outcomes import Outcome, Sent, is_already_true, outcome_of
from bot.texts import COPY, Attachment, Form, Text, label_of
from bot.texts.form import Style
from storage.outbox import Keyboard

_log = logging.getLogger(__name__)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A message as it leaves; `edits` names the message of ours it takes the place of.

    With `asks` it opens a field for the answer, which shows that text before anything is typed.
    """

    chat_id: int
    text: Text
    thread_id: int | None = None
    reply_to: int | None = None
    edits: int | None = None
    keyboard: Keyboard = ()
    copy: str | None = None
    attachment: Attachment | None = None
    asks: str | None = None


class Sender:
    """Talks to the Bot API for the messenger."""

    def __init__(self, client: ApiClient) -> None:
        self._client = client
        self._answers: set[asyncio.Task[object]] = set()

    async def send(self, outgoing: Outgoing) -> Outcome:
        """Send or edit; never raises but when cancelled."""
        words = "".join(span.text for span in outgoing.text)
        entities = entities_of(outgoing.text)
        markup = _markup(outgoing)
        if outgoing.edits is not None:
            return await self._edit(outgoing.chat_id, outgoing.edits, words, entities, markup)
        reply = None
        if outgoing.reply_to is not None:
            reply = ReplyParameters(message_id=outgoing.reply_to, allow_sending_without_reply=True)
        if outgoing.attachment is not None:
            return await self._send_attached(outgoing, outgoing.attachment, words, entities, reply, markup)
        return await _outcome(
            self._client.send_message(
                chat_id=outgoing.chat_id,
                text=words,
                entities=entities or None,
                message_thread_id=outgoing.thread_id,
                reply_parameters=reply,
                reply_markup=markup or _field(outgoing),
                link_preview_options=NO_PREVIEW,
            )
        )

    async def _send_attached(
        self,
        outgoing: Outgoing,
        attachment: Attachment,
        words: str,
        entities: list[MessageEntity],
        reply: ReplyParameters | None,
        markup: InlineKeyboardMarkup | None,
    ) -> Outcome:
        content = InputFile(attachment.content, filename=attachment.name)
        is_picture = attachment.form is Form.PICTURE
        send = partial(self._client.send_photo if is_picture else self._client.send_document)
        return await _outcome(
            send(
                outgoing.chat_id,
                content,
                caption=words or None,
                caption_entities=entities or None,
                message_thread_id=outgoing.thread_id,
                reply_parameters=reply,
                reply_markup=markup,
            )
        )

    async def _edit(
        self,
        chat_id: int,
        message_id: int,
        words: str,
        entities: list[MessageEntity],
        markup: InlineKeyboardMarkup | None,
    ) -> Outcome:
        try:
            await self._client.edit_message_text(
                chat_id=chat_id,
                message_id=message_id,
                text=words,
                entities=entities or None,
                reply_markup=markup,
                link_preview_options=NO_PREVIEW,
            )
        except Exception as error:  # noqa: BLE001 - every surprise while sending has a meaning
            return Sent(message_id=message_id) if is_already_true(error) else outcome_of(error)
        return Sent(message_id=message_id)

    def answer_press(self, press_id: str, words: str) -> None:
        """Let the tapper see that the tap was heard; nothing hangs on it, so it is tried once."""
        self._start(self._answer(press_id, words))

    def say_unkept(self, outgoing: Outgoing) -> None:
        """Say something that the outbox cannot hold; nothing hangs on it, so it is tried once."""
        self._start(self.send(outgoing))

    def _start(self, answer: Coroutine[None, None, object]) -> None:
        task = asyncio.create_task(answer, name="answer")
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)

    async def _answer(self, press_id: str, words: str) -> None:
        try:
            await self._client.answer_callback_query(press_id, text=words)
        except Exception as error:  # noqa: BLE001 - a press too old to answer is no loss
            _log.info("a press was not answered", extra={"why": type(error).__name__})

    async def close(self) -> None:
        """Let the last answers go."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=2)


async def _outcome(send: Awaitable[Message]) -> Outcome:
    try:
        message = await send
    except Exception as error:  # noqa: BLE001 - every surprise while sending has a meaning
        return outcome_of(error)
    return Sent(message_id=message.message_id)


def entities_of(text: Text) -> list[MessageEntity]:
    """Give the styles of `text` with offsets in UTF-16 units, as Telegram counts."""
    entities: list[MessageEntity] = []
    offset = 0
    for span in text:
        units = len(span.text.encode("utf-16-le")) // 2
        if span.style is not Style.PLAIN:
            kind = MessageEntity.BOLD if span.style is Style.BOLD else MessageEntity.CODE
            entities.append(MessageEntity(type=kind, offset=offset, length=units))
        offset += units
    return entities


def _field(outgoing: Outgoing) -> ForceReply | None:
    """Give the field for an answer; in a group nobody else is made to answer."""
    if outgoing.asks is None:
        return None
    is_group = outgoing.chat_id < 0
    return ForceReply(input_field_placeholder=outgoing.asks or None, selective=is_group or None)


def _markup(outgoing: Outgoing) -> InlineKeyboardMarkup | None:
    rows = [
        [
            InlineKeyboardButton(label_of(button.action, button.label), callback_data=button.data)
            for button in row
        ]
        for row in outgoing.keyboard
    ]
    if outgoing.copy:
        rows.append([InlineKeyboardButton(COPY, copy_text=CopyTextButton(outgoing.copy))])
    return InlineKeyboardMarkup(rows) if rows else None
