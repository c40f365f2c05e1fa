-- A door is a process that takes updates; this column says how a person came in.
ALTER TABLE desk_sessions RENAME COLUMN door TO sign_in_method;
