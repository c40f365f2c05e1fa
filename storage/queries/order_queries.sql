-- name: orders_before
SELECT * FROM orders WHERE (placed_at_ms, trxid) < (:at_ms, :trxid)
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_of_user_before
SELECT * FROM orders WHERE user_id = :user_id AND (placed_at_ms, trxid) < (:at_ms, :trxid)
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_of_user_after
SELECT * FROM orders WHERE user_id = :user_id AND (placed_at_ms, trxid) > (:at_ms, :trxid)
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: orders_of_user_to
-- The unary plus makes SQLite use the index on destinations: a destination has few orders, a reseller many.
SELECT * FROM orders WHERE destination = :destination AND +user_id = :user_id
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_to
SELECT * FROM orders WHERE destination = :destination ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_of_user_within
SELECT * FROM orders
WHERE user_id = :user_id AND (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: orders_within
SELECT * FROM orders WHERE (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
ORDER BY placed_at_ms, trxid LIMIT :limit;
