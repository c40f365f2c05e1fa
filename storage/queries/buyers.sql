-- name: buyer_by_id
-- All that is asked before an order of a person is placed, in one round trip; a part that does not exist is NULL.
SELECT people.name, people.username, people.standing, people.chat_id, people.thread_id, people.message_id,
    people.changed_at_ms, people.owner_id, people.note,
    levels.level_key, levels.name AS level_name, levels.markup_idr, levels.markup_bp,
    accounts.account_id, accounts.kind, accounts.shop_id, accounts.balance_idr, accounts.floor_idr, accounts.has_own_floor,
    accounts.daily_limit_idr, accounts.has_own_daily_limit,
    restores.restore_id, restores.restored_at_ms, restores.backup_at_ms, restores.gap_until_ms, restores.released_by,
    restores.released_at_ms,
    edition.version, edition.stamp, chats.unreachable_reason,
    CASE WHEN EXISTS (SELECT 1 FROM product_health WHERE closed_at_ms IS NOT NULL) THEN 1 ELSE 0
    END AS is_any_product_closed
FROM (SELECT 1 AS one) AS asked LEFT JOIN people ON people.user_id = :user_id
    LEFT JOIN shops ON shops.owner_id = coalesce(people.owner_id, :user_id)
    LEFT JOIN levels ON levels.level_key = shops.level_key
    LEFT JOIN accounts ON accounts.shop_id = shops.shop_id AND accounts.kind = 'available'
    LEFT JOIN restores ON restores.restore_id = (SELECT max(restore_id) FROM restores)
    LEFT JOIN catalogue_versions AS edition ON edition.version = (SELECT max(version) FROM catalogue_versions)
    LEFT JOIN chats ON chats.chat_id = :chat_id;
