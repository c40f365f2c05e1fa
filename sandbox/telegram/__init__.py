"""An emulated Telegram: the Bot API over HTTP, its chats and users, and faults on request."""
