-- name: insert_invite
INSERT INTO invites (token, owner_id, level_key, max_uses, used_count, created_by, created_by_name, created_at_ms,
    expires_at_ms)
VALUES (:token, :owner_id, :level_key, :max_uses, 0, :created_by, :created_by_name, :created_at_ms, :expires_at_ms)
RETURNING *;

-- name: invite_by_token
SELECT * FROM invites WHERE token = :token;

-- name: claim_invite
-- Promise: a link lets in no more people than it is for, and nobody after its end. No row: it lets nobody in.
UPDATE invites SET used_count = used_count + 1
WHERE token = :token AND revoked_at_ms IS NULL AND expires_at_ms > :at_ms AND used_count < max_uses
RETURNING *;

-- name: open_invites
SELECT * FROM invites WHERE revoked_at_ms IS NULL AND expires_at_ms > :at_ms AND used_count < max_uses
ORDER BY expires_at_ms, invite_id LIMIT :limit;

-- name: count_open_invites
SELECT count(*) AS count FROM invites WHERE revoked_at_ms IS NULL AND expires_at_ms > :at_ms AND used_count < max_uses;

-- name: revoke_invite
UPDATE invites SET revoked_at_ms = :at_ms, revoked_by = :revoked_by
WHERE invite_id = :invite_id AND revoked_at_ms IS NULL AND expires_at_ms > :at_ms AND used_count < max_uses;

-- name: revoke_invites_of_owner
UPDATE invites SET revoked_at_ms = :at_ms, revoked_by = :revoked_by
WHERE owner_id = :owner_id AND revoked_at_ms IS NULL AND expires_at_ms > :at_ms;

-- name: revoke_invites_of_level
UPDATE invites SET revoked_at_ms = :at_ms, revoked_by = :revoked_by
WHERE level_key = :level_key AND revoked_at_ms IS NULL AND expires_at_ms > :at_ms;
