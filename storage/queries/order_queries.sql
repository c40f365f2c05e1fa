-- name: orders_before
SELECT * FROM orders WHERE (placed_at_ms, trxid) < (:at_ms, :trxid)
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- Lists of a shop: `owner_id` is its owner. Orders from before there were shops belong to the person who typed them.

-- name: orders_of_shop_before
SELECT * FROM (SELECT * FROM orders
    WHERE shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id) AND (placed_at_ms, trxid) < (:at_ms, :trxid)
    ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit) AS of_shop
UNION ALL SELECT * FROM (SELECT * FROM orders
    WHERE shop_id IS NULL AND user_id = :owner_id AND (placed_at_ms, trxid) < (:at_ms, :trxid)
    ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit) AS without_shop
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_of_shop_after
SELECT * FROM (SELECT * FROM orders
    WHERE shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id) AND (placed_at_ms, trxid) > (:at_ms, :trxid)
    ORDER BY placed_at_ms, trxid LIMIT :limit) AS of_shop
UNION ALL SELECT * FROM (SELECT * FROM orders
    WHERE shop_id IS NULL AND user_id = :owner_id AND (placed_at_ms, trxid) > (:at_ms, :trxid)
    ORDER BY placed_at_ms, trxid LIMIT :limit) AS without_shop
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: orders_of_shop_to
SELECT * FROM orders
WHERE destination = :destination
    AND coalesce((SELECT owner_id FROM shops WHERE shops.shop_id = orders.shop_id), orders.user_id) = :owner_id
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_to
SELECT * FROM orders WHERE destination = :destination ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: newest_orders_in_state
SELECT * FROM orders WHERE state = :state ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: has_typed_since
SELECT 1 FROM orders
WHERE shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id) AND placed_at_ms >= :since_ms
    AND user_id = :user_id LIMIT 1;

-- name: orders_of_shop_within
SELECT * FROM (SELECT * FROM orders
    WHERE shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id)
        AND (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
    ORDER BY placed_at_ms, trxid LIMIT :limit) AS of_shop
UNION ALL SELECT * FROM (SELECT * FROM orders
    WHERE shop_id IS NULL AND user_id = :owner_id
        AND (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
    ORDER BY placed_at_ms, trxid LIMIT :limit) AS without_shop
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: orders_within
SELECT * FROM orders WHERE (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: order_times_within
SELECT orders.placed_at_ms,
    (SELECT min(event.at_ms) FROM order_events AS event
        WHERE event.trxid = orders.trxid AND event.kind = 'Claimed') AS sent_at_ms,
    (SELECT min(event.at_ms) FROM order_events AS event
        WHERE event.trxid = orders.trxid AND event.state_after IN ('succeeded', 'failed')) AS ended_at_ms
FROM orders WHERE orders.placed_at_ms >= :from_ms AND orders.placed_at_ms < :until_ms
ORDER BY orders.placed_at_ms DESC LIMIT :limit;

-- name: reports_before
SELECT trxid, at_ms, actor, kind, facts, evidence, state_after FROM order_events
WHERE event_id < :before_id AND event_id >= :from_id AND at_ms < :until_ms AND kind IN ('Accepted', 'Succeeded')
ORDER BY event_id DESC LIMIT :limit;
