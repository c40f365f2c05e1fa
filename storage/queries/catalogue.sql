-- name: catalogue_edition
SELECT version, stamp, at_ms FROM catalogue_versions ORDER BY version DESC LIMIT 1;

-- name: all_products
SELECT * FROM products ORDER BY position, code_folded;

-- name: add_catalogue_version
-- Promise: the catalogue changes only from the version that the caller read. No row changed: another was first.
INSERT INTO catalogue_versions (version, stamp, at_ms, changed_by, changed_by_name, source)
VALUES (:version, :stamp, :at_ms, :changed_by, :changed_by_name, :source)
ON CONFLICT DO NOTHING;

-- name: save_product
INSERT INTO products (code_folded, code, position, name, product_group, rule, price_idr, is_open, carrier, nominal,
    cut_off_from_minute, cut_off_until_minute, cost_idr)
VALUES (:code_folded, :code, :position, :name, :product_group, :rule, :price_idr, :is_open, :carrier, :nominal,
    :cut_off_from_minute, :cut_off_until_minute, :cost_idr)
ON CONFLICT (code_folded) DO UPDATE SET code = :code, position = :position, name = :name,
    product_group = :product_group, rule = :rule, price_idr = :price_idr, is_open = :is_open, carrier = :carrier,
    nominal = :nominal, cut_off_from_minute = :cut_off_from_minute, cut_off_until_minute = :cut_off_until_minute,
    cost_idr = :cost_idr;

-- name: remove_product
DELETE FROM products WHERE code_folded = :code_folded;

-- name: append_catalogue_change
INSERT INTO catalogue_history (version, kind, code, before, after)
VALUES (:version, :kind, :code, :before, :after);

-- name: catalogue_versions_last
SELECT * FROM catalogue_versions ORDER BY version DESC LIMIT :limit;

-- name: catalogue_changes_of
SELECT kind, count(*) AS count, min(code) AS code FROM catalogue_history WHERE version = :version GROUP BY kind;

-- name: last_product_closings
SELECT changes.code, versions.at_ms, versions.changed_by_name AS name
FROM catalogue_history AS changes JOIN catalogue_versions AS versions ON versions.version = changes.version
WHERE changes.history_id IN (SELECT max(history_id) FROM catalogue_history WHERE kind = 'closed' GROUP BY code)
ORDER BY changes.history_id;

-- name: all_level_prices
SELECT code_folded, level_key, price_idr FROM level_prices ORDER BY code_folded, level_key;

-- name: save_level_price
INSERT INTO level_prices (code_folded, level_key, price_idr) VALUES (:code_folded, :level_key, :price_idr);

-- name: delete_level_prices
DELETE FROM level_prices WHERE code_folded = :code_folded;

-- name: product_health
SELECT failed, closed_at_ms, pause_ms, probe_at_ms, probe FROM product_health WHERE code_folded = :code_folded;

-- name: closed_product_health
SELECT code_folded, failed, closed_at_ms, pause_ms, probe_at_ms, probe FROM product_health
WHERE closed_at_ms IS NOT NULL ORDER BY closed_at_ms, code_folded;

-- name: save_product_health
INSERT INTO product_health (code_folded, failed, closed_at_ms, pause_ms, probe_at_ms, probe)
VALUES (:code_folded, :failed, :closed_at_ms, :pause_ms, :probe_at_ms, :probe)
ON CONFLICT (code_folded) DO UPDATE SET failed = :failed, closed_at_ms = :closed_at_ms, pause_ms = :pause_ms,
    probe_at_ms = :probe_at_ms, probe = :probe;

-- name: forget_product_health
DELETE FROM product_health WHERE code_folded = :code_folded;

-- name: take_product_probe
-- Promise: a closed product is probed by one order at a time. No row changed: another order probes it.
UPDATE product_health SET probe = '' WHERE code_folded = :code_folded AND probe IS NULL AND closed_at_ms IS NOT NULL;

-- name: name_product_probe
UPDATE product_health SET probe = :probe WHERE code_folded = :code_folded AND probe = '';
