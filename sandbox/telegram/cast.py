"""The users and chats that every sandbox starts with."""

from typing import Final

from sandbox.telegram.chats import Chat, Chats, ChatType, Role, User

# The token in Telegram's own documentation: well-formed, but not of a real bot.
BOT_TOKEN: Final = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105  # not a secret
BOT: Final = User(id=110201543, name="Loket", username="loket_demo_bot", role=Role.BOT)

SARI: Final = User(id=1001, name="Sari", username="tokosari", role=Role.RESELLER)
BUDI: Final = User(id=1002, name="Budi", username="budicell", role=Role.RESELLER)
RINA: Final = User(id=9001, name="Ibu Rina", username="rina_admin", role=Role.ADMIN)
STRANGER: Final = User(id=5001, name="Orang Asing", role=Role.STRANGER)
GROUP_ID: Final = -100200300


def fresh_chats() -> Chats:
    """Return the users and their empty chats."""
    titles = {SARI: "Toko Sari", BUDI: "Budi Cell", RINA: "Ibu Rina", STRANGER: "Orang Asing"}
    chats = {user.id: _private(user, title) for user, title in titles.items()}
    chats[GROUP_ID] = Chat(
        id=GROUP_ID,
        type=ChatType.SUPERGROUP,
        title="Grup Konter",
        role=Role.GROUP,
        members=(SARI.id, BUDI.id, STRANGER.id),
    )
    return Chats(bot=BOT, users={user.id: user for user in titles}, chats=chats)


def _private(user: User, title: str) -> Chat:
    return Chat(id=user.id, type=ChatType.PRIVATE, title=title, role=user.role, members=(user.id,))
