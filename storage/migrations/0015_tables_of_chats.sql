-- Whether a chat shows Telegram's own tables, once it is known. Chat 0 is the whole server, which does not know the method.
CREATE TABLE tables_of_chats (
    chat_id              INTEGER NOT NULL PRIMARY KEY,
    is_shown             INTEGER NOT NULL CHECK (is_shown IN (0, 1)),
    at_ms                INTEGER NOT NULL
) STRICT;
