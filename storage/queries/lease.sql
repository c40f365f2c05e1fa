-- The lease of the leader. `database_now_ms()` is the time of the database, which the engine supplies.

-- name: current_lease
SELECT holder, term, taken_at_ms, valid_until_ms, held_since_ms, database_now_ms() AS now_ms
FROM lease WHERE singleton = 1;

-- name: take_lease
-- Promise: of two processes that find the lease free only one takes it. No row: it was not as the caller read it.
UPDATE lease SET holder = :holder, term = term + 1, taken_at_ms = database_now_ms(),
    valid_until_ms = database_now_ms() + :for_ms, held_since_ms = NULL
WHERE singleton = 1 AND term = :term_before AND valid_until_ms = :valid_until_before_ms
RETURNING term;

-- name: renew_lease
-- Promise: a lease that ran out is never renewed, only taken anew.
UPDATE lease SET valid_until_ms = database_now_ms() + :for_ms, held_since_ms = :held_since_ms
WHERE singleton = 1 AND term = :term AND holder IS NOT NULL AND valid_until_ms > database_now_ms();

-- name: release_lease
UPDATE lease SET holder = NULL, held_since_ms = NULL WHERE singleton = 1 AND term = :term;

-- name: valid_lease
-- Promise: what is stored with this lease was stored before another process took it: the take-over runs alone.
SELECT term FROM lease WHERE singleton = 1 AND term = :term AND holder IS NOT NULL
    AND valid_until_ms > database_now_ms();
