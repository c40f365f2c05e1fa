-- What the desk needs besides sessions: addresses that work once, the buttons of Telegram's menu, and names of admins.

-- Promise: a ticket opens its address once.
CREATE TABLE desk_tickets (
    ticket_hash TEXT NOT NULL PRIMARY KEY,
    session_hash TEXT NOT NULL,
    address TEXT NOT NULL,
    made_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    used_at_ms INTEGER
) STRICT, WITHOUT ROWID;

-- In whose chat the button of the menu opens the desk.
CREATE TABLE desk_menu_buttons (
    user_id INTEGER NOT NULL PRIMARY KEY,
    url TEXT NOT NULL
) STRICT;

-- Admins and staff are in the settings by their ids; those who are no resellers have their names here.
CREATE TABLE admin_names (
    user_id INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;
