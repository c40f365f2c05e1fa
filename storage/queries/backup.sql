-- name: sum_of_orders
SELECT count(*) AS count, max(placed_at_ms) AS last_at_ms FROM orders;
