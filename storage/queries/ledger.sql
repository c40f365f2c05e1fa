-- name: shop_of_owner
SELECT * FROM shops WHERE owner_id = :owner_id;

-- name: owner_of_shop
SELECT owner_id FROM shops WHERE shop_id = :shop_id;

-- name: insert_shop
INSERT INTO shops (owner_id, created_at_ms) VALUES (:owner_id, :at_ms) ON CONFLICT DO NOTHING;

-- name: insert_shop_accounts
INSERT INTO accounts (kind, shop_id, balance_idr, floor_idr, has_own_floor, daily_limit_idr)
VALUES ('available', :shop_id, 0, :floor_idr, 0, :daily_limit_idr), ('held', :shop_id, 0, 0, 0, NULL);

-- name: account_of
SELECT * FROM accounts WHERE shop_id = :shop_id AND kind = :kind;

-- name: move_running_balances
-- Promise: no shop is taken below its floor, unless the entry is forced. An account without a row would have been.
UPDATE accounts
SET balance_idr = balance_idr + CASE kind WHEN :first_kind THEN CAST(:first_amount_idr AS BIGINT) ELSE CAST(:second_amount_idr AS BIGINT) END
WHERE shop_id = :shop_id AND (kind = :first_kind OR kind = :second_kind)
    AND (CAST(:forced AS BIGINT) = 1 OR floor_idr IS NULL
        OR CASE kind WHEN :first_kind THEN CAST(:first_amount_idr AS BIGINT) ELSE CAST(:second_amount_idr AS BIGINT) END > 0
        OR balance_idr + CASE kind WHEN :first_kind THEN CAST(:first_amount_idr AS BIGINT) ELSE CAST(:second_amount_idr AS BIGINT) END >= floor_idr)
RETURNING kind, balance_idr;

-- name: insert_entry
-- Promise: one event, one entry. No row: it is in the ledger already.
INSERT INTO entries (source, kind, at_ms, actor, reason, corrects)
VALUES (:source, :kind, :at_ms, :actor, :reason, :corrects)
ON CONFLICT DO NOTHING RETURNING entry_id;

-- name: insert_legs
INSERT INTO legs (entry_id, account_id, amount_idr, balance_after_idr) VALUES
    (:entry_id, (SELECT account_id FROM accounts WHERE shop_id = :first_shop_id AND kind = :first_kind),
        :first_amount_idr, :first_balance_idr),
    (:entry_id, (SELECT account_id FROM accounts WHERE shop_id = :second_shop_id AND kind = :second_kind),
        :second_amount_idr, :second_balance_idr);

-- name: entry_by_source
SELECT entry_id FROM entries WHERE source = :source;

-- name: count_entries_of_order
SELECT count(*) AS count FROM entries WHERE source >= :first AND source < :beyond;

-- name: set_floor
UPDATE accounts SET floor_idr = :floor_idr, has_own_floor = 1 WHERE shop_id = :shop_id AND kind = 'available';

-- name: set_daily_limit
UPDATE accounts SET daily_limit_idr = :daily_limit_idr, has_own_daily_limit = 1
WHERE shop_id = :shop_id AND kind = 'available';

-- name: append_limit_change
INSERT INTO limit_changes (account_id, kind, before_idr, after_idr, changed_by, at_ms)
VALUES (:account_id, :kind, :before_idr, :after_idr, :changed_by, :at_ms);

-- name: set_default_floors
UPDATE accounts SET floor_idr = :floor_idr
WHERE kind = 'available' AND shop_id > 0 AND has_own_floor = 0
    AND coalesce(floor_idr, 1) <> coalesce(CAST(:floor_idr AS BIGINT), 1);

-- name: set_default_daily_limits
UPDATE accounts SET daily_limit_idr = :daily_limit_idr
WHERE kind = 'available' AND shop_id > 0 AND has_own_daily_limit = 0
    AND coalesce(daily_limit_idr, -1) <> coalesce(CAST(:daily_limit_idr AS BIGINT), -1);

-- name: lift_default_limits_of
UPDATE accounts SET floor_idr = CASE has_own_floor WHEN 0 THEN NULL ELSE floor_idr END,
    daily_limit_idr = CASE has_own_daily_limit WHEN 0 THEN NULL ELSE daily_limit_idr END
WHERE kind = 'available' AND shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id);

-- name: sum_spent_since
-- What counts for a daily limit: all orders of a shop but those that were not bought.
SELECT coalesce(sum(price_idr), 0) AS spent_idr FROM orders
WHERE shop_id = :shop_id AND placed_at_ms >= :from_ms AND state <> 'failed' AND state <> 'expired';

-- name: statement_of_shop
-- The bounds by entry id keep the legs of other days unread. A sum is not looked up in the index of the ids, which
-- PostgreSQL would read from its beginning to the first entry of that time.
SELECT entries.entry_id, entries.at_ms, entries.kind, entries.source, entries.reason, legs.amount_idr,
    legs.balance_after_idr
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available'
    AND legs.entry_id >= (SELECT min(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id <= (SELECT max(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id < :before_id AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms
ORDER BY legs.entry_id DESC LIMIT :limit;

-- name: statement_page_of_shop
SELECT entries.entry_id, entries.at_ms, entries.kind, entries.source, entries.reason, legs.amount_idr,
    legs.balance_after_idr
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available' AND legs.entry_id > :after_id
    AND legs.entry_id >= (SELECT min(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id <= (SELECT max(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms
ORDER BY legs.entry_id LIMIT :limit;

-- name: statement_sum_of_shop
SELECT count(*) AS count, coalesce(sum(legs.amount_idr), 0) AS sum_idr
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available'
    AND legs.entry_id >= (SELECT min(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id <= (SELECT max(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms;

-- name: last_adjustment_like
SELECT max(entries.at_ms) AS at_ms
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available'
    AND legs.entry_id >= (SELECT min(entry_id + 0) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms AND legs.amount_idr = :amount_idr AND entries.kind IN ('adjustment', 'deposit');

-- name: account_of_buyer
-- An assistant buys for the shop of the owner.
SELECT accounts.* FROM accounts JOIN shops ON shops.shop_id = accounts.shop_id
WHERE shops.owner_id = coalesce((SELECT owner_id FROM people WHERE user_id = :user_id), :user_id) AND accounts.kind = 'available';

-- name: last_limited_move
-- `is_of_shop`: the person orders for the shop now. An order has a few entries, but of a range of sources PostgreSQL expects
-- thousands once it plans for any values: the limit says that there are few.
SELECT legs.amount_idr, legs.balance_after_idr,
    CASE WHEN EXISTS (SELECT 1 FROM shops WHERE shops.shop_id = accounts.shop_id AND shops.owner_id
        = coalesce((SELECT owner_id FROM people WHERE people.user_id = :user_id), :user_id)) THEN 1 ELSE 0 END AS is_of_shop
FROM legs JOIN accounts ON accounts.account_id = legs.account_id
WHERE legs.entry_id IN (SELECT entry_id FROM entries WHERE source >= :first AND source < :beyond ORDER BY source LIMIT 1000)
    AND accounts.kind = 'available' AND accounts.floor_idr IS NOT NULL
ORDER BY legs.entry_id + 0 DESC LIMIT 1;

-- name: legs_of_order
-- Limited as above. The leg before is that in the order of the key: for one of an account alone, PostgreSQL would read all
-- legs from the newest on. Without the sum SQLite would look by the account only.
SELECT legs.entry_id, accounts.kind AS account, accounts.shop_id, legs.amount_idr, legs.balance_after_idr, (
        SELECT CASE WHEN earlier.account_id = legs.account_id THEN earlier.balance_after_idr END FROM legs AS earlier
        WHERE (earlier.account_id, earlier.entry_id) < (legs.account_id, legs.entry_id + 0)
        ORDER BY earlier.account_id DESC, earlier.entry_id DESC LIMIT 1) AS balance_before_idr
FROM legs JOIN accounts ON accounts.account_id = legs.account_id
WHERE legs.entry_id IN (SELECT entry_id FROM entries WHERE source >= :first AND source < :beyond ORDER BY source LIMIT 1000)
ORDER BY legs.entry_id;

-- Levels of prices, and costs.
