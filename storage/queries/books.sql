-- name: books_counts
SELECT (SELECT count(*) FROM shops) AS shops, (SELECT count(*) FROM entries) AS entries,
    (SELECT count(*) FROM orders WHERE shop_id IS NOT NULL) AS orders;

-- name: books_unbalanced_entries
SELECT entries.entry_id, entries.source, coalesce(sum(legs.amount_idr), 0) AS amount_idr
FROM entries LEFT JOIN legs ON legs.entry_id = entries.entry_id
GROUP BY entries.entry_id, entries.source HAVING coalesce(sum(legs.amount_idr), 0) <> 0 OR count(legs.entry_id) < 2
ORDER BY entries.entry_id LIMIT :limit;

-- name: books_accounts
SELECT accounts.kind, accounts.shop_id, accounts.balance_idr, shops.owner_id, coalesce(sums.amount_idr, 0) AS legs_idr
FROM accounts
LEFT JOIN (SELECT account_id, sum(amount_idr) AS amount_idr FROM legs GROUP BY account_id) AS sums
    ON sums.account_id = accounts.account_id
LEFT JOIN shops ON shops.shop_id = accounts.shop_id
ORDER BY accounts.shop_id, accounts.account_id;

-- name: books_broken_chains
SELECT chained.entry_id, entries.source, accounts.kind, accounts.shop_id, shops.owner_id,
    chained.before_idr + chained.amount_idr AS expected_idr, chained.balance_after_idr AS found_idr
FROM (
    SELECT account_id, entry_id, amount_idr, balance_after_idr,
        coalesce(lag(balance_after_idr) OVER (PARTITION BY account_id ORDER BY entry_id), 0) AS before_idr
    FROM legs
) AS chained
JOIN accounts ON accounts.account_id = chained.account_id
LEFT JOIN shops ON shops.shop_id = accounts.shop_id
LEFT JOIN entries ON entries.entry_id = chained.entry_id
WHERE accounts.balance_idr IS NOT NULL
    AND (chained.balance_after_idr IS NULL OR chained.balance_after_idr <> chained.before_idr + chained.amount_idr)
ORDER BY chained.account_id, chained.entry_id LIMIT :limit;

-- name: books_prices_by_state
SELECT shop_id, state, coalesce(sum(price_idr), 0) AS price_idr FROM orders
WHERE shop_id IS NOT NULL GROUP BY shop_id, state;

-- name: books_torn_orders
-- The orders whose entries did not bring their price to the position of their state.
WITH moved AS (
    SELECT substr(entries.source, 7, 17) AS trxid,
        sum(CASE WHEN accounts.kind = 'available' THEN legs.amount_idr ELSE 0 END) AS available_idr,
        sum(CASE WHEN accounts.kind = 'held' THEN legs.amount_idr ELSE 0 END) AS held_idr,
        sum(CASE WHEN accounts.kind = 'sales' THEN legs.amount_idr ELSE 0 END) AS sales_idr,
        min(CASE WHEN accounts.shop_id <> 0 THEN accounts.shop_id END) AS first_shop_id,
        max(accounts.shop_id) AS last_shop_id
    FROM entries JOIN legs ON legs.entry_id = entries.entry_id JOIN accounts ON accounts.account_id = legs.account_id
    WHERE entries.source >= 'order:' AND entries.source < 'order:~'
    GROUP BY 1
), compared AS (
    SELECT orders.trxid, orders.state, orders.shop_id, orders.price_idr, available_idr, held_idr, sales_idr, CASE
        WHEN orders.shop_id <> first_shop_id OR orders.shop_id <> last_shop_id THEN 'torn'
        WHEN available_idr = 0 AND held_idr = 0 AND sales_idr = 0 THEN 'free'
        WHEN available_idr <> -orders.price_idr THEN 'torn'
        WHEN held_idr = orders.price_idr AND sales_idr = 0 THEN 'held'
        WHEN held_idr = 0 AND sales_idr = orders.price_idr THEN 'spent'
        ELSE 'torn' END AS position
    FROM moved JOIN orders ON orders.trxid = moved.trxid
    WHERE orders.shop_id IS NOT NULL AND coalesce(orders.price_idr, 0) <> 0
    UNION ALL
    SELECT trxid, state, shop_id, price_idr, 0, 0, 0, 'free' FROM orders
    WHERE shop_id IS NOT NULL AND coalesce(price_idr, 0) <> 0 AND NOT EXISTS (
        SELECT 1 FROM entries WHERE source >= 'order:' || orders.trxid || ':' AND source < 'order:' || orders.trxid || ':~')
)
SELECT compared.*, shops.owner_id FROM compared LEFT JOIN shops ON shops.shop_id = compared.shop_id
WHERE position <> CASE state
    WHEN 'placed' THEN :placed WHEN 'submitting' THEN :submitting WHEN 'pending' THEN :pending
    WHEN 'unknown' THEN :unknown WHEN 'disputed' THEN :disputed WHEN 'succeeded' THEN :succeeded
    WHEN 'failed' THEN :failed ELSE :expired END
ORDER BY trxid LIMIT :limit;

-- name: books_stray_entries
SELECT entries.entry_id, entries.source, sum(abs(legs.amount_idr)) / 2 AS amount_idr
FROM entries JOIN legs ON legs.entry_id = entries.entry_id
WHERE entries.source >= 'order:' AND entries.source < 'order:~' AND NOT EXISTS (
    SELECT 1 FROM orders
    WHERE orders.trxid = substr(entries.source, 7, 17) AND orders.shop_id IS NOT NULL AND coalesce(orders.price_idr, 0) <> 0)
GROUP BY entries.entry_id, entries.source ORDER BY entries.entry_id LIMIT :limit;
