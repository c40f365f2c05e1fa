-- Addresses of files that work once, for where a browser sends no cookie; and who has the button of the desk in Telegram's menu.

CREATE TABLE desk_tickets (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    session_hash TEXT NOT NULL,
    address TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    used_at_ms INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE desk_menu_buttons (
    user_id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL
) STRICT;
