-- name: last_cost
SELECT cost_idr, changed_at_ms FROM product_costs WHERE code_folded = :code_folded;

-- name: all_last_costs
SELECT code_folded, cost_idr FROM product_costs;

-- name: learn_cost
-- No row changed: that was the cost before.
INSERT INTO product_costs (code_folded, cost_idr, changed_at_ms) VALUES (:code_folded, :cost_idr, :at_ms)
ON CONFLICT (code_folded) DO UPDATE SET cost_idr = :cost_idr, changed_at_ms = :at_ms
WHERE product_costs.cost_idr <> :cost_idr;

-- name: forget_cost
DELETE FROM product_costs WHERE code_folded = :code_folded;

-- name: sale_below_cost
SELECT price_idr, cost_idr FROM sales_below_cost WHERE code_folded = :code_folded AND level_key = :level_key;

-- name: allow_sale_below_cost
INSERT INTO sales_below_cost (code_folded, level_key, price_idr, cost_idr, allowed_by, allowed_at_ms)
VALUES (:code_folded, :level_key, :price_idr, :cost_idr, :allowed_by, :at_ms)
ON CONFLICT (code_folded, level_key) DO UPDATE SET price_idr = :price_idr, cost_idr = :cost_idr,
    allowed_by = :allowed_by, allowed_at_ms = :at_ms;

-- name: revoke_sales_below_cost
DELETE FROM sales_below_cost WHERE code_folded = :code_folded;

-- name: revoke_sales_below_cost_at_level
DELETE FROM sales_below_cost WHERE level_key = :level_key;
