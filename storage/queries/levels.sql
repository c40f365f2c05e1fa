-- name: all_levels
SELECT level_key, name, markup_idr, markup_bp FROM levels ORDER BY name, level_key;

-- name: save_level
INSERT INTO levels (level_key, name, markup_idr, markup_bp, changed_at_ms, changed_by)
VALUES (:level_key, :name, :markup_idr, :markup_bp, :at_ms, :changed_by)
ON CONFLICT (level_key) DO UPDATE SET name = :name, markup_idr = :markup_idr, markup_bp = :markup_bp,
    changed_at_ms = :at_ms, changed_by = :changed_by;

-- name: delete_level
-- Promise: a level that a shop has stays. No row changed: one has it.
DELETE FROM levels
WHERE level_key = :level_key AND NOT EXISTS (SELECT 1 FROM shops WHERE shops.level_key = :level_key);

-- name: set_level_of_shop
UPDATE shops SET level_key = :level_key, level_changed_at_ms = :at_ms WHERE shop_id = :shop_id;

-- name: level_of_buyer_changed
SELECT shops.level_changed_at_ms AS given_at_ms, coalesce(levels.changed_at_ms, 0) AS changed_at_ms
FROM shops LEFT JOIN levels ON levels.level_key = shops.level_key
WHERE shops.owner_id = coalesce((SELECT owner_id FROM people WHERE user_id = :user_id), :user_id);

-- name: owners_with_level
SELECT shops.level_key, shops.owner_id, people.name FROM shops LEFT JOIN people ON people.user_id = shops.owner_id
WHERE shops.level_key IS NOT NULL ORDER BY coalesce(people.name, ''), shops.owner_id;

-- name: outdate_parsed_imports
-- The preview of a list is shown again before it is applied: another level reads other columns.
UPDATE imports SET version = -1 WHERE state = 'read';
