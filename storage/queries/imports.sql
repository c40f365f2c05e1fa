-- name: request_import
INSERT INTO imports (chat_id, message_id, user_id, user_name, file_id, file_name, state, attempts, due_at_ms,
    requested_at_ms)
VALUES (:chat_id, :message_id, :user_id, :user_name, :file_id, :file_name, 'asked', 0, :at_ms, :at_ms);

-- name: next_import
SELECT * FROM imports WHERE state = 'asked' ORDER BY due_at_ms, import_id LIMIT 1;

-- name: advance_due_imports
UPDATE imports SET due_at_ms = due_at_ms - :by_ms WHERE state = 'asked' AND due_at_ms > :now_ms;

-- name: make_imports_due
UPDATE imports SET due_at_ms = :now_ms WHERE state = 'asked' AND due_at_ms > :after_ms;

-- name: import_by_id
SELECT * FROM imports WHERE import_id = :import_id;

-- name: postpone_import
UPDATE imports SET attempts = attempts + 1, due_at_ms = :due_at_ms WHERE import_id = :import_id AND state = 'asked';

-- name: store_parsed_import
UPDATE imports SET state = 'read', sheet = coalesce(:sheet, sheet), version = :version, fault = NULL
WHERE import_id = :import_id AND state IN ('asked', 'read');

-- name: finish_import
-- Promise: a list is applied once. No row changed: it was applied or discarded before.
UPDATE imports SET state = :state, sheet = NULL, fault = :fault
WHERE import_id = :import_id AND state IN ('asked', 'read');

-- name: imports_undecided
SELECT import_id FROM imports WHERE state = 'read' AND chat_id = :chat_id;

-- Batches and duplicates.
