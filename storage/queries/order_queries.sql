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

-- name: sales_by_product_of_shop
SELECT product_code, state, count(*) AS count, count(price_idr) AS priced_count, coalesce(sum(price_idr), 0) AS price_idr,
    count(cost_idr) AS cost_count, coalesce(sum(cost_idr), 0) AS cost_idr,
    coalesce(sum(price_idr - cost_idr), 0) AS margin_idr
FROM (SELECT product_code, state, price_idr, cost_idr FROM orders
    WHERE shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id)
        AND placed_at_ms >= :from_ms AND placed_at_ms < :until_ms
    UNION ALL SELECT product_code, state, price_idr, cost_idr FROM orders
    WHERE shop_id IS NULL AND user_id = :owner_id
        AND placed_at_ms >= :from_ms AND placed_at_ms < :until_ms) AS of_shop
GROUP BY product_code, state;

-- name: sales_by_product
SELECT product_code, state, count(*) AS count, count(price_idr) AS priced_count, coalesce(sum(price_idr), 0) AS price_idr,
    count(cost_idr) AS cost_count, coalesce(sum(cost_idr), 0) AS cost_idr,
    coalesce(sum(price_idr - cost_idr), 0) AS margin_idr
FROM orders WHERE placed_at_ms >= :from_ms AND placed_at_ms < :until_ms
GROUP BY product_code, state;

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

-- Receipts.

-- name: sold_products
-- `user_id` is the owner of the shop. A cost that the biller never named is the one that was expected when the order was placed.
SELECT user_id, product_code, count(*) AS count, count(price_idr) AS priced_count,
    coalesce(sum(price_idr), 0) AS sales_idr,
    count(CASE WHEN price_idr IS NOT NULL THEN cost_idr END) AS costed_count,
    coalesce(sum(CASE WHEN price_idr IS NOT NULL THEN cost_idr END), 0) AS cost_idr,
    coalesce(sum(price_idr - cost_idr), 0) AS profit_idr,
    sum(is_estimated) AS estimated_count,
    coalesce(sum(CASE WHEN price_idr IS NULL THEN cost_idr END), 0) AS unpriced_cost_idr,
    count(CASE WHEN price_idr IS NULL AND cost_idr IS NULL THEN 1 END) AS unpriced_uncosted_count
FROM (SELECT coalesce((SELECT owner_id FROM shops WHERE shops.shop_id = orders.shop_id), orders.user_id) AS user_id,
        product_code, price_idr, coalesce(cost_idr, expected_cost_idr) AS cost_idr,
        CASE WHEN cost_idr IS NULL AND expected_cost_idr IS NOT NULL THEN 1 ELSE 0 END AS is_estimated
    FROM orders WHERE state = 'succeeded' AND placed_at_ms >= :from_ms AND placed_at_ms < :until_ms) AS sold
GROUP BY user_id, product_code ORDER BY user_id, product_code;

-- The balance at the biller between two reports.
