"""The emulated Telegram as the page and tests use it: messages and taps of users, and faults."""

from dataclasses import dataclass, replace
from typing import Final

from sandbox.telegram.chats import Chat, ChatType, Json, Message, Tap, Toast, User
from sandbox.telegram.faults import Fault, FaultKind
from sandbox.telegram.files import LARGEST_UPLOAD, Attachment, Upload
from sandbox.telegram.markup import commands_in
from sandbox.telegram.payloads import access_json, member_json, message_json, user_json
from sandbox.telegram.platform import Platform, Press
from sandbox.telegram.updates import Kind

_LONGEST_TEXT: Final = 4096
_LONGEST_CAPTION: Final = 1024
# Callback ids are 19-digit numbers, sent as strings.
_FIRST_CALLBACK_ID: Final = 4382000000000000000


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """The ids of a user's message; no update id if the bot does not request such updates."""

    message_id: int
    update_id: int | None


class Telegram(Platform):
    """One Bot API server with one bot and the users.

    Actions of users raise ValueError for what Telegram's own apps do not allow, and RefusedError for a chat
    that does not exist.
    """

    # Actions of users.

    def say(
        self,
        chat_id: int,
        text: str,
        *,
        user_id: int | None = None,
        reply_to: int | None = None,
        thread_id: int | None = None,
        forwarded: bool = False,
    ) -> Said:
        """Send a message as a user; in a private chat the default is its user."""
        text = text.strip()
        if not 1 <= len(text) <= _LONGEST_TEXT:
            raise ValueError(f"a message has 1 to {_LONGEST_TEXT} characters, not {len(text)}")
        return self._post(chat_id, user_id, text, reply_to=reply_to, thread_id=thread_id, forwarded=forwarded)

    def send_file(
        self,
        chat_id: int,
        name: str,
        content: bytes,
        *,
        user_id: int | None = None,
        caption: str = "",
        reply_to: int | None = None,
    ) -> Said:
        """Send a document as a user."""
        caption = caption.strip()
        if len(caption) > _LONGEST_CAPTION:
            raise ValueError(f"a caption has up to {_LONGEST_CAPTION} characters, not {len(caption)}")
        if not name or not 1 <= len(content) <= LARGEST_UPLOAD:
            raise ValueError(f"a file has a name and 1 to {LARGEST_UPLOAD} bytes, not {len(content)}")
        document = self.files.document(Upload(name=name, content=content))
        return self._post(chat_id, user_id, caption, reply_to=reply_to, attachment=document)

    def edit(self, chat_id: int, message_id: int, text: str) -> int | None:
        """Edit a user's own message; return the update's id."""
        chat = self.chats.find(chat_id)
        old = self.message(chat_id, message_id)
        if old.from_bot:
            raise ValueError("users can edit only their own messages")
        text = text.strip()
        new = replace(old, text=text, entities=commands_in(text), edited_at_ms=self.now_ms())
        chat.messages[message_id] = new
        return self._add_update(Kind.EDITED_MESSAGE, chat, new)

    def press(self, chat_id: int, message_id: int, data: str, *, user_id: int | None = None) -> str:
        """Tap the inline button with this data; return the callback query's id."""
        chat, user = self._chat_and_user(chat_id, user_id)
        message = self.message(chat_id, message_id)
        _check_seen(message, user)
        if all(button.get("callback_data") != data for button in message.buttons()):
            raise ValueError(f"message {message_id} has no button {data!r}")
        self.presses_made += 1
        callback_id = str(_FIRST_CALLBACK_ID + self.presses_made)
        at_ms = self.now_ms()
        self.presses[callback_id] = Press(chat_id=chat_id, user_id=user.id, at_ms=at_ms)
        chat.taps.append(Tap(message_id=message_id, user_id=user.id, at_ms=at_ms))
        payload: Json = {
            "id": callback_id,
            "from": user_json(user),
            "message": message_json(message, chat, self.chats.users),
            "chat_instance": str(-7_000_000_000_000 - chat_id),
            "data": data,
        }
        self.updates.add(Kind.CALLBACK_QUERY, user.id, payload)
        self.deliver()
        return callback_id

    def shut_out(self, chat_id: int, *, user_id: int | None = None) -> None:
        """Block the bot in a private chat, or remove it from a group."""
        self._change_access(chat_id, user_id, is_in=False)

    def let_in(self, chat_id: int, *, user_id: int | None = None) -> None:
        """Unblock the bot in a private chat, or add it to a group."""
        self._change_access(chat_id, user_id, is_in=True)

    def promote(self, chat_id: int, *, user_id: int | None = None, is_admin: bool = True) -> None:
        """Make the bot an admin of a group, or a plain member again."""
        chat, user = self._chat_and_user(chat_id, user_id)
        if chat.type is ChatType.PRIVATE or not chat.bot_is_in:
            raise ValueError(f"the bot cannot be an admin of chat {chat_id}")
        old = member_json(chat, self.chats.bot)
        chat.bot_is_admin = is_admin
        self._tell_access(chat, user, old)

    # What tests read and control.

    def message(self, chat_id: int, message_id: int) -> Message:
        """Return one message; ValueError if there is none."""
        found = self.chats.find(chat_id).messages.get(message_id)
        if found is None:
            raise ValueError(f"chat {chat_id} has no message {message_id}")
        return found

    def messages(self, chat_id: int) -> list[Message]:
        """Return all messages of a chat, oldest first."""
        return list(self.chats.find(chat_id).messages.values())

    def bot_messages(self, chat_id: int) -> list[Message]:
        """Return all messages of the bot in a chat, oldest first."""
        return [message for message in self.messages(chat_id) if message.from_bot]

    async def wait_for_message(
        self, chat_id: int, *, containing: str = "", after: int = 0, timeout_s: float = 5.0
    ) -> Message:
        """Return the bot's first message past id `after` with this text, also by an edit; TimeoutError."""

        def find() -> Message | None:
            messages = self.bot_messages(chat_id)
            return next((one for one in messages if one.id > after and containing in one.text), None)

        return await self.feed.until(find, timeout_s)

    async def wait_for_toast(self, callback_id: str, *, timeout_s: float = 5.0) -> Toast:
        """Return the bot's answer to a callback query; TimeoutError if there is none."""

        def find() -> Toast | None:
            toasts = [toast for chat in self.chats.chats.values() for toast in chat.toasts]
            return next((toast for toast in toasts if toast.callback_id == callback_id), None)

        return await self.feed.until(find, timeout_s)

    def fault(
        self,
        method: str,
        kind: str,
        *,
        times: int = 1,
        chat_id: int | None = None,
        retry_after: int = 1,
        new_chat_id: int | None = None,
        description: str | None = None,
    ) -> None:
        """Make the next `times` calls of `method` fail; see FaultKind for the ways.

        "*" is any method, "download" the download of a file after getFile.
        """
        fault = Fault(
            method=method,
            kind=FaultKind(kind),
            times=times,
            chat_id=chat_id,
            retry_after_s=retry_after,
            new_chat_id=new_chat_id,
            description=description,
        )
        if fault.kind is FaultKind.MIGRATED and new_chat_id is None:
            raise ValueError("a migrated chat needs its new_chat_id")
        self.faults.pending.append(fault)
        self.feed.changed()

    def know_ephemeral(self, *, is_known: bool) -> None:
        """Be a server that knows ephemeral messages, or passes over their parameter as one of before does."""
        self.knows_ephemeral = is_known
        self.feed.changed()

    def know(self, method: str, *, is_known: bool) -> None:
        """Be a server that knows a method, or answers 404 to it as one of before does."""
        (self.unknown_methods.discard if is_known else self.unknown_methods.add)(method)
        self.feed.changed()

    def _post(
        self,
        chat_id: int,
        user_id: int | None,
        text: str,
        *,
        reply_to: int | None,
        thread_id: int | None = None,
        forwarded: bool = False,
        attachment: Attachment | None = None,
    ) -> Said:
        chat, user = self._chat_and_user(chat_id, user_id)
        replied = self.message(chat_id, reply_to) if reply_to is not None else None
        is_ephemeral = replied is not None and replied.receiver is not None
        if replied is not None:
            _check_seen(replied, user)
        if thread_id is not None:
            chat.threads.add(thread_id)
        message = Message(
            # As a reply to an ephemeral message, it is one itself, which the bot alone receives.
            id=-chat.next_ephemeral_id() if is_ephemeral else chat.next_message_id(),
            receiver=self.chats.bot if is_ephemeral else None,
            sender=user,
            at_ms=self.now_ms(),
            text=text,
            entities=commands_in(text),
            reply_to=replied,
            thread_id=thread_id,
            forwarded=forwarded,
            attachment=attachment,
        )
        chat.messages[message.id] = message
        return Said(message_id=message.id, update_id=self._add_update(Kind.MESSAGE, chat, message))

    def _change_access(self, chat_id: int, user_id: int | None, *, is_in: bool) -> None:
        chat, user = self._chat_and_user(chat_id, user_id)
        if chat.bot_is_in is is_in:
            raise ValueError(f"the bot is {'already' if is_in else 'not'} in chat {chat_id}")
        old = member_json(chat, self.chats.bot)
        chat.bot_is_in, chat.bot_is_admin = is_in, False
        self._tell_access(chat, user, old)

    def _tell_access(self, chat: Chat, by: User, old: Json) -> None:
        new = member_json(chat, self.chats.bot)
        change = access_json(chat, self.chats.users, old=old, new=new, by=by, at_ms=self.now_ms())
        self.updates.add(Kind.MY_CHAT_MEMBER, chat.id, change)
        self.deliver()

    def _chat_and_user(self, chat_id: int, user_id: int | None) -> tuple[Chat, User]:
        chat = self.chats.find(chat_id)
        if user_id is None and chat.type is ChatType.PRIVATE:
            user_id = chat_id
        if user_id is None or user_id not in chat.members:
            raise ValueError(f"user {user_id} is not in chat {chat_id}")
        return chat, self.chats.users[user_id]

    def _add_update(self, kind: Kind, chat: Chat, message: Message) -> int | None:
        if not chat.bot_is_in:
            return None
        update = self.updates.add(kind, chat.id, message_json(message, chat, self.chats.users))
        self.deliver()
        return update.id if update else None


def _check_seen(message: Message, user: User) -> None:
    if message.receiver not in (None, user):
        raise ValueError(f"user {user.id} does not see message {message.id}")
