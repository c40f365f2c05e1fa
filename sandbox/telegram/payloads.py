"""Users, chats and messages in Telegram's JSON, with all fields that client libraries require."""

from typing import Final, assert_never

from sandbox.telegram.chats import Chat, ChatType, Json, Message, Role, User
from sandbox.telegram.files import Attachment, Document, File, Photo

# The bot has none of these in a group: what it does there needs none.
_RIGHTS: Final = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def user_json(user: User) -> Json:
    body: Json = {"id": user.id, "is_bot": user.role is Role.BOT, "first_name": user.name}
    if user.username is not None:
        body["username"] = user.username
    if user.role is not Role.BOT:
        body["language_code"] = "id"
    return body


def me_json(bot: User) -> Json:
    """Return the result of getMe."""
    return user_json(bot) | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(chat: Chat, users: dict[int, User]) -> Json:
    """Return a Chat object: a private chat has its user's names, a group its title."""
    if chat.type is not ChatType.PRIVATE:
        return {"id": chat.id, "type": chat.type, "title": chat.title}
    user = users[chat.id]
    body: Json = {"id": chat.id, "type": chat.type, "first_name": user.name}
    if user.username is not None:
        body["username"] = user.username
    return body


def member_json(chat: Chat, bot: User) -> Json:
    """Return a ChatMember object for the bot as it is in the chat now."""
    if not chat.bot_is_in:
        return {"user": user_json(bot), "status": "kicked", "until_date": 0}
    if not chat.bot_is_admin:
        return {"user": user_json(bot), "status": "member"}
    return {"user": user_json(bot), "status": "administrator"} | dict.fromkeys(_RIGHTS, False)


def access_json(chat: Chat, users: dict[int, User], *, old: Json, new: Json, by: User, at_ms: int) -> Json:
    """Return a ChatMemberUpdated object for the bot."""
    return {
        "chat": chat_json(chat, users),
        "from": user_json(by),
        "date": at_ms // 1000,
        "old_chat_member": old,
        "new_chat_member": new,
    }


def full_chat_json(chat: Chat, users: dict[int, User]) -> Json:
    """Return a ChatFullInfo object."""
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"),
        False,
    )
    return chat_json(chat, users) | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": gifts,
    }


def message_json(message: Message, chat: Chat, users: dict[int, User], *, nested: bool = False) -> Json:
    """Return a Message object with the message it replies to; that one is without its own reply."""
    receiver = message.receiver
    body: Json = {
        "message_id": message.id if receiver is None else 0,
        "from": user_json(message.sender),
        "chat": chat_json(chat, users),
        "date": message.at_ms // 1000,
    } | _content_json(message)
    if message.thread_id is not None:
        body |= {"message_thread_id": message.thread_id, "is_topic_message": True}
    if receiver is not None:
        body |= {"ephemeral_message_id": -message.id, "receiver_user": user_json(receiver)}
    if message.edited_at_ms is not None:
        body["edit_date"] = message.edited_at_ms // 1000
    if message.markup is not None:
        body["reply_markup"] = message.markup
    if message.forwarded:
        origin = {"type": "hidden_user", "date": body["date"], "sender_user_name": "Pelanggan"}
        body["forward_origin"] = origin
    if message.reply_to is not None and not nested:
        body["reply_to_message"] = message_json(message.reply_to, chat, users, nested=True)
    return body


def file_json(file: File) -> Json:
    """Return the result of getFile."""
    return _sized(file) | {"file_path": file.path}


def _content_json(message: Message) -> Json:
    """Return the text, or the attachment with its caption."""
    if message.blocks:
        return {"rich_message": {"blocks": list(message.blocks)}}
    if message.attachment is None:
        body: Json = {"text": message.text}
    else:
        body = _attachment_json(message.attachment) | ({"caption": message.text} if message.text else {})
    if message.entities:
        body["entities" if message.attachment is None else "caption_entities"] = list(message.entities)
    return body


def _attachment_json(attachment: Attachment) -> Json:
    match attachment:
        case Photo(file=file, width=width, height=height):
            return {"photo": [_sized(file) | {"width": width, "height": height}]}
        case Document(file=file):
            return {"document": _sized(file) | {"file_name": file.name, "mime_type": file.mime_type}}
        case _:
            assert_never(attachment)


def _sized(file: File) -> Json:
    return {"file_id": file.id, "file_unique_id": file.unique_id, "file_size": file.size}
