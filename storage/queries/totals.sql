-- name: totals_cursor
SELECT event_id, zone FROM totals_cursor;

-- name: move_totals_cursor
-- Promise: each event is added once, whoever adds. No row changed: another worker was first.
UPDATE totals_cursor SET event_id = :event_id WHERE event_id = :event_id_before AND zone = :zone;

-- name: totals_bounds
SELECT (SELECT min(period) FROM totals WHERE period > 9999999) AS first_day,
    (SELECT max(period) FROM totals WHERE period > 9999999) AS last_day,
    (SELECT min(placed_at_ms) FROM orders) AS first_placed_at_ms;

-- name: begin_totals
UPDATE totals_cursor SET event_id = 0, zone = :zone;

-- name: delete_some_totals
DELETE FROM totals WHERE facet = :facet AND user_id = (SELECT min(user_id) FROM totals WHERE facet = :facet);

-- name: add_to_totals
INSERT INTO totals (facet, user_id, period, name,
    open_count, succeeded_count, failed_count, expired_count, unknown_count, disputed_count, priced_count,
    sales_idr, costed_count, cost_idr, profit_idr, estimated_count, unpriced_cost_idr, unpriced_uncosted_count)
VALUES (:facet, :user_id, :period, :name,
    :open_count, :succeeded_count, :failed_count, :expired_count, :unknown_count, :disputed_count, :priced_count,
    :sales_idr, :costed_count, :cost_idr, :profit_idr, :estimated_count, :unpriced_cost_idr,
    :unpriced_uncosted_count)
ON CONFLICT (facet, user_id, period, name) DO UPDATE SET
    open_count = totals.open_count + excluded.open_count,
    succeeded_count = totals.succeeded_count + excluded.succeeded_count,
    failed_count = totals.failed_count + excluded.failed_count,
    expired_count = totals.expired_count + excluded.expired_count,
    unknown_count = totals.unknown_count + excluded.unknown_count,
    disputed_count = totals.disputed_count + excluded.disputed_count,
    priced_count = totals.priced_count + excluded.priced_count, sales_idr = totals.sales_idr + excluded.sales_idr,
    costed_count = totals.costed_count + excluded.costed_count, cost_idr = totals.cost_idr + excluded.cost_idr,
    profit_idr = totals.profit_idr + excluded.profit_idr,
    estimated_count = totals.estimated_count + excluded.estimated_count,
    unpriced_cost_idr = totals.unpriced_cost_idr + excluded.unpriced_cost_idr,
    unpriced_uncosted_count = totals.unpriced_uncosted_count + excluded.unpriced_uncosted_count;

-- name: totals_by_name
SELECT name,
    sum(open_count) AS open_count, sum(succeeded_count) AS succeeded_count, sum(failed_count) AS failed_count,
    sum(expired_count) AS expired_count, sum(unknown_count) AS unknown_count,
    sum(disputed_count) AS disputed_count, sum(priced_count) AS priced_count, sum(sales_idr) AS sales_idr,
    sum(costed_count) AS costed_count, sum(cost_idr) AS cost_idr, sum(profit_idr) AS profit_idr,
    sum(estimated_count) AS estimated_count, sum(unpriced_cost_idr) AS unpriced_cost_idr,
    sum(unpriced_uncosted_count) AS unpriced_uncosted_count
FROM totals WHERE facet = :facet AND user_id = :user_id AND period BETWEEN :first AND :last
GROUP BY name;

-- name: totals_by_period
SELECT period,
    sum(open_count) AS open_count, sum(succeeded_count) AS succeeded_count, sum(failed_count) AS failed_count,
    sum(expired_count) AS expired_count, sum(unknown_count) AS unknown_count,
    sum(disputed_count) AS disputed_count, sum(priced_count) AS priced_count, sum(sales_idr) AS sales_idr,
    sum(costed_count) AS costed_count, sum(cost_idr) AS cost_idr, sum(profit_idr) AS profit_idr,
    sum(estimated_count) AS estimated_count, sum(unpriced_cost_idr) AS unpriced_cost_idr,
    sum(unpriced_uncosted_count) AS unpriced_uncosted_count
FROM totals WHERE facet = :facet AND user_id = :user_id AND period BETWEEN :first AND :last
GROUP BY period;

-- name: totals_of_orders
-- The same sums, made of the orders themselves. A cost that the biller never named is the one that was expected.
SELECT user_id, product_code AS name,
    sum(CASE WHEN state = 'placed' OR state = 'submitting' OR state = 'pending' THEN 1 ELSE 0 END) AS open_count,
    sum(CASE WHEN state = 'succeeded' THEN 1 ELSE 0 END) AS succeeded_count,
    sum(CASE WHEN state = 'failed' THEN 1 ELSE 0 END) AS failed_count,
    sum(CASE WHEN state = 'expired' THEN 1 ELSE 0 END) AS expired_count,
    sum(CASE WHEN state = 'unknown' THEN 1 ELSE 0 END) AS unknown_count,
    sum(CASE WHEN state = 'disputed' THEN 1 ELSE 0 END) AS disputed_count,
    count(paid_idr) AS priced_count,
    coalesce(sum(paid_idr), 0) AS sales_idr,
    count(CASE WHEN paid_idr IS NOT NULL THEN spent_idr END) AS costed_count,
    coalesce(sum(CASE WHEN paid_idr IS NOT NULL THEN spent_idr END), 0) AS cost_idr,
    coalesce(sum(paid_idr - spent_idr), 0) AS profit_idr,
    sum(is_estimated) AS estimated_count,
    coalesce(sum(CASE WHEN paid_idr IS NULL THEN spent_idr END), 0) AS unpriced_cost_idr,
    sum(CASE WHEN state = 'succeeded' AND paid_idr IS NULL AND spent_idr IS NULL THEN 1 ELSE 0 END)
        AS unpriced_uncosted_count
FROM (SELECT coalesce((SELECT owner_id FROM shops WHERE shops.shop_id = orders.shop_id), orders.user_id) AS user_id,
        product_code, state,
        CASE WHEN state = 'succeeded' THEN price_idr END AS paid_idr,
        CASE WHEN state = 'succeeded' THEN coalesce(cost_idr, expected_cost_idr) END AS spent_idr,
        CASE WHEN state = 'succeeded' AND cost_idr IS NULL AND expected_cost_idr IS NOT NULL THEN 1 ELSE 0 END
            AS is_estimated
    FROM orders WHERE placed_at_ms >= :from_ms AND placed_at_ms < :until_ms) AS placed
GROUP BY user_id, product_code;

-- name: owner_of_order_shop
SELECT owner_id FROM shops WHERE shop_id = :shop_id;

-- name: events_to_add
SELECT event_id, trxid FROM order_events WHERE event_id > :event_id ORDER BY event_id LIMIT :limit;

-- name: order_history_until
SELECT trxid, at_ms, actor, kind, facts, evidence, state_after FROM order_events
WHERE trxid = :trxid AND event_id <= :event_id ORDER BY event_id;
