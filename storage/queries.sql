-- Every SQL statement of Loket, by name. They are portable on purpose: integers, text, named values, ON CONFLICT,
-- RETURNING and compare-and-set; nothing here is specific to SQLite.

-- name: insert_order
-- Promise: one order for each trxid, and one for each line of a message. No row changed: one of them is taken.
INSERT INTO orders (trxid, chat_id, thread_id, message_id, line, user_id, product_code, destination, state,
    requested_at_ms, placed_at_ms, changed_at_ms, due_at_ms, ordinal, shop_id, price_idr, expected_cost_idr, attempts, overdue, success_reported,
    failure_reported, cost_idr, biller_ref, sn, reason, failure_cause, unknown_reason, expiry, resolved_by)
VALUES (:trxid, :chat_id, :thread_id, :message_id, :line, :user_id, :product_code, :destination, :state,
    :requested_at_ms, :placed_at_ms, :changed_at_ms, :due_at_ms, :ordinal, :shop_id, :price_idr, :expected_cost_idr, :attempts, :overdue, :success_reported,
    :failure_reported, :cost_idr, :biller_ref, :sn, :reason, :failure_cause, :unknown_reason, :expiry, :resolved_by)
ON CONFLICT DO NOTHING;

-- name: advance_order
-- Promise: an order changes only from the state that the caller read. No row changed: another caller was first, or
-- its times were moved with the clock.
UPDATE orders SET state = :state, changed_at_ms = :changed_at_ms, due_at_ms = :due_at_ms, attempts = :attempts,
    overdue = :overdue, success_reported = :success_reported, failure_reported = :failure_reported, cost_idr = :cost_idr,
    biller_ref = :biller_ref, sn = :sn, reason = :reason, failure_cause = :failure_cause, unknown_reason = :unknown_reason, expiry = :expiry,
    resolved_by = :resolved_by
WHERE trxid = :trxid AND state = :state_before AND due_at_ms = :due_before_ms;

-- name: move_order_times
UPDATE orders SET requested_at_ms = :requested_at_ms, placed_at_ms = :placed_at_ms WHERE trxid = :trxid;

-- name: append_order_event
INSERT INTO order_events (trxid, at_ms, actor, kind, facts, evidence, state_after)
VALUES (:trxid, :at_ms, :actor, :kind, :facts, :evidence, :state_after);

-- name: order_by_trxid
SELECT * FROM orders WHERE trxid = :trxid;

-- name: orders_by_line
SELECT trxid FROM orders WHERE chat_id = :chat_id AND message_id = :message_id AND line = :line;

-- name: order_of_chat
SELECT trxid FROM orders WHERE chat_id = :chat_id LIMIT 1;

-- name: orders_due
-- Promise: in the quarantine after a restore no order is due.
SELECT * FROM orders WHERE state = 'placed' AND due_at_ms <= :now_ms
    AND NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
ORDER BY due_at_ms, trxid LIMIT :limit;

-- name: orders_due_in_turns
-- Promise: as above, and resellers take turns: a hundred orders of one do not delay the single order of another.
SELECT orders.* FROM orders JOIN (
    SELECT trxid, row_number() OVER (PARTITION BY user_id ORDER BY due_at_ms, trxid) AS turn
    FROM orders WHERE state = 'placed' AND due_at_ms <= :now_ms
) AS queue ON queue.trxid = orders.trxid
WHERE NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
ORDER BY queue.turn, orders.due_at_ms, orders.trxid LIMIT :limit;

-- name: next_order_due
SELECT due_at_ms FROM orders WHERE state = 'placed'
    AND NOT EXISTS (SELECT 1 FROM restores WHERE released_at_ms IS NULL)
ORDER BY due_at_ms LIMIT 1;

-- name: placed_orders_of_user
-- The unary plus makes SQLite use the small index of placed orders: a reseller may have millions of others.
SELECT * FROM orders WHERE state = 'placed' AND +user_id = :user_id ORDER BY due_at_ms, trxid LIMIT :limit;

-- name: orders_due_while_held
-- While the circuit breaker is open: placed orders whose reseller must be notified that they wait or have expired.
SELECT * FROM orders WHERE state = 'placed' AND due_at_ms <= :now_ms
    AND (CASE attempts WHEN 0 THEN requested_at_ms < :requested_before_ms ELSE placed_at_ms < :placed_before_ms END
        OR NOT EXISTS (SELECT 1 FROM outbox
            WHERE outbox.subject = :subject_prefix || orders.trxid AND outbox.kind = :kind))
ORDER BY due_at_ms, trxid LIMIT :limit;

-- name: orders_in_state
SELECT * FROM orders
WHERE state = :state AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired'
    AND changed_at_ms < :changed_before_ms
ORDER BY changed_at_ms LIMIT :limit;

-- name: orders_overdue
SELECT * FROM orders WHERE state = 'pending' AND overdue = 0 AND changed_at_ms < :changed_before_ms
    AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired'
ORDER BY changed_at_ms LIMIT :limit;

-- name: orders_for_admins
SELECT * FROM orders
WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired'
    AND (state IN ('unknown', 'disputed') OR (state = 'pending' AND (overdue = 1
        OR EXISTS (SELECT 1 FROM quarantined_reversals AS report WHERE report.trxid = orders.trxid))))
ORDER BY changed_at_ms LIMIT :limit;

-- name: order_history
SELECT trxid, at_ms, actor, kind, facts, evidence, state_after FROM order_events
WHERE trxid = :trxid ORDER BY event_id;

-- name: newest_event
SELECT event_id FROM order_events ORDER BY event_id DESC LIMIT 1;

-- name: events_since
SELECT event_id, trxid FROM order_events WHERE event_id > :event_id ORDER BY event_id LIMIT :limit;

-- name: orders_below
SELECT trxid FROM orders WHERE trxid < :trxid ORDER BY trxid DESC LIMIT :limit;

-- name: count_open_orders
SELECT state, count(*) AS count FROM orders
WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired' GROUP BY state;

-- name: enqueue_message
INSERT INTO outbox (chat_id, thread_id, reply_to, edits, edits_outbox_id, kind, facts, keyboard, subject, priority, state,
    attempts, ambiguous, rejections, created_at_ms, due_at_ms, hold_until_ms)
VALUES (:chat_id, :thread_id, :reply_to, :edits, :edits_outbox_id, :kind, :facts, :keyboard, :subject, :priority, :state,
    0, 0, 0, :at_ms, :at_ms, :hold_until_ms);

-- name: all_waiting_messages
SELECT message.*, target.message_id AS target_message_id, target.state AS target_state
FROM outbox AS message LEFT JOIN outbox AS target ON target.outbox_id = message.edits_outbox_id
WHERE message.state = 'waiting' ORDER BY message.chat_id, message.priority, message.outbox_id LIMIT :limit;

-- name: waiting_chat_queues
-- The first message of a chat queue decides when the queue is due: messages of one priority stay in order.
SELECT head.chat_id, head.due_at_ms
FROM (SELECT chat_id, min((priority << 56) + outbox_id) AS place
      FROM outbox WHERE state = 'waiting' AND hold_until_ms <= :now_ms GROUP BY chat_id) AS queue
JOIN outbox AS head ON head.outbox_id = queue.place & ((1 << 56) - 1)
ORDER BY queue.place;

-- name: waiting_messages_of_chat
-- For an edit of a message from this outbox, `target_message_id` is the id of that message once it is sent.
SELECT message.*, target.message_id AS target_message_id, target.state AS target_state
FROM outbox AS message LEFT JOIN outbox AS target ON target.outbox_id = message.edits_outbox_id
WHERE message.state = 'waiting' AND message.chat_id = :chat_id AND message.hold_until_ms <= :now_ms
ORDER BY message.priority, message.outbox_id LIMIT :limit;

-- name: mark_message_sent
UPDATE outbox SET state = 'sent', sent_at_ms = :at_ms, message_id = :message_id, fault = NULL,
    attempts = attempts + 1
WHERE outbox_id = :outbox_id;

-- name: postpone_message
UPDATE outbox SET due_at_ms = :due_at_ms, attempts = attempts + 1, ambiguous = ambiguous + :ambiguous,
    rejections = rejections + :rejected, fault = :fault
WHERE outbox_id = :outbox_id AND state = 'waiting';

-- name: mark_message_failed
UPDATE outbox SET state = 'failed', fault = :fault, attempts = attempts + 1
WHERE outbox_id = :outbox_id AND state = 'waiting';

-- name: detach_edit
UPDATE outbox SET edits = NULL, edits_outbox_id = NULL WHERE outbox_id = :outbox_id;

-- name: leave_topic
UPDATE outbox SET thread_id = NULL
WHERE state = 'waiting' AND chat_id = :chat_id AND thread_id = :thread_id;

-- name: park_messages
UPDATE outbox SET state = 'parked', fault = :fault WHERE state = 'waiting' AND chat_id = :chat_id;

-- name: unpark_messages
UPDATE outbox SET state = 'waiting', due_at_ms = :at_ms, hold_until_ms = 0
WHERE state = 'parked' AND chat_id = :chat_id;

-- name: move_messages
-- Parked messages are tried again, because the new chat may accept them.
-- Each half of the condition uses its own small index; state IN (…) would use neither.
UPDATE outbox SET chat_id = :new_chat_id, state = 'waiting', reply_to = NULL, edits = NULL, edits_outbox_id = NULL
WHERE (state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id);

-- name: drop_message
UPDATE outbox SET state = 'dropped' WHERE outbox_id = :outbox_id AND state = 'waiting';

-- name: drop_superseded_acknowledgements
-- For a chat with a backlog: an acknowledgement is obsolete if the result waits as well.
UPDATE outbox SET state = 'dropped'
WHERE state = 'waiting' AND chat_id = :chat_id AND kind IN ('OrderReceived', 'OrderWaiting') AND EXISTS (
    SELECT 1 FROM outbox AS result
    WHERE result.subject = outbox.subject AND result.outbox_id > outbox.outbox_id AND result.state = 'waiting'
        AND result.hold_until_ms <= :now_ms
        AND result.kind NOT IN ('OrderReceived', 'OrderWaiting', 'OrderOverdue')
);

-- name: drop_messages_about
UPDATE outbox SET state = 'dropped' WHERE state IN ('waiting', 'parked') AND subject = :subject;

-- name: cards_about
SELECT outbox_id, chat_id, coalesce(message_id, edits) AS message_id FROM outbox
WHERE subject = :subject AND state IN ('waiting', 'parked', 'sent') ORDER BY outbox_id;

-- name: chats_notified_about
SELECT DISTINCT chat_id FROM outbox WHERE subject = :subject ORDER BY chat_id;

-- name: sent_message
SELECT kind, subject FROM outbox WHERE chat_id = :chat_id AND message_id = :message_id
ORDER BY outbox_id DESC LIMIT 1;

-- name: last_destination_prompt
SELECT kind, subject, created_at_ms FROM outbox
WHERE chat_id = :chat_id AND kind IN ('DestinationPrompt', 'PromptCancelled') ORDER BY outbox_id DESC LIMIT 1;

-- name: delivery_records
SELECT kind, state, created_at_ms, fault FROM outbox WHERE subject = :subject ORDER BY outbox_id;

-- name: message_about_since
SELECT outbox_id FROM outbox WHERE subject = :subject AND created_at_ms BETWEEN :since_ms AND :until_ms LIMIT 1;

-- name: advance_due_messages
-- The clock was set back: what is due in the future moves with it.
UPDATE outbox SET due_at_ms = due_at_ms - :by_ms WHERE state = 'waiting' AND due_at_ms > :now_ms;

-- name: advance_held_messages
UPDATE outbox SET hold_until_ms = hold_until_ms - :by_ms
WHERE state = 'waiting' AND hold_until_ms > 0 AND hold_until_ms > :now_ms;

-- name: make_messages_due
UPDATE outbox SET due_at_ms = :now_ms WHERE state = 'waiting' AND due_at_ms > :after_ms;

-- name: end_message_holds
UPDATE outbox SET hold_until_ms = 0 WHERE state = 'waiting' AND hold_until_ms > 0 AND hold_until_ms > :after_ms;

-- name: waiting_message_of_kind
SELECT outbox_id FROM outbox
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id)) AND kind = :kind
LIMIT 1;

-- name: count_waiting_of_kind
SELECT count(*) AS count FROM outbox
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id)) AND kind = :kind;

-- name: drop_waiting_of_kind
UPDATE outbox SET state = 'dropped'
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id)) AND kind = :kind;

-- name: drop_superseded_edits
-- Promise: at most one edit of a message waits, the last.
UPDATE outbox SET state = 'dropped'
WHERE ((state = 'waiting' AND chat_id = :chat_id) OR (state = 'parked' AND chat_id = :chat_id))
    AND edits = :message_id AND outbox_id < (
        SELECT max(last.outbox_id) FROM outbox AS last
        WHERE ((last.state = 'waiting' AND last.chat_id = :chat_id)
            OR (last.state = 'parked' AND last.chat_id = :chat_id)) AND last.edits = :message_id
    );

-- name: count_messages
-- Each part uses its own small index; state IN (…) would use none of them.
SELECT 'waiting' AS state, count(*) AS count FROM outbox WHERE state = 'waiting'
UNION ALL SELECT 'parked', count(*) FROM outbox WHERE state = 'parked'
UNION ALL SELECT 'failed', count(*) FROM outbox WHERE state = 'failed';

-- name: mark_chat_unreachable
INSERT INTO chats (chat_id, unreachable_reason, changed_at_ms) VALUES (:chat_id, :why, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET unreachable_reason = :why, changed_at_ms = :at_ms;

-- name: mark_chat_reachable
UPDATE chats SET unreachable_reason = NULL, changed_at_ms = :at_ms
WHERE chat_id = :chat_id AND unreachable_reason IS NOT NULL;

-- name: mark_chat_moved
INSERT INTO chats (chat_id, moved_to, changed_at_ms) VALUES (:chat_id, :new_chat_id, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET moved_to = :new_chat_id, changed_at_ms = :at_ms;

-- name: chat_by_id
SELECT moved_to, unreachable_reason FROM chats WHERE chat_id = :chat_id;

-- name: register_button
INSERT INTO buttons (nonce, action, subject, payload, owner_id, created_at_ms)
VALUES (:nonce, :action, :subject, :payload, :owner_id, :at_ms);

-- name: button_owner
SELECT owner_id FROM buttons WHERE nonce = :nonce;

-- name: use_button
-- Promise: a button works once. No row: it was pressed before, or is unknown.
UPDATE buttons SET used_by = :user_id, used_at_ms = :at_ms WHERE nonce = :nonce AND used_at_ms IS NULL
RETURNING action, subject, payload, owner_id, created_at_ms;

-- name: retire_buttons
-- Promise: after one tap on a card no other button of it works. They were all made at one time.
UPDATE buttons SET used_by = :user_id, used_at_ms = :at_ms
WHERE created_at_ms = :created_at_ms AND subject = :subject AND used_at_ms IS NULL;

-- name: mark_message_seen
-- Promise: a message is handled once. No row changed: it was handled before.
INSERT INTO messages_seen (chat_id, message_id, seen_at_ms) VALUES (:chat_id, :message_id, :at_ms)
ON CONFLICT DO NOTHING;

-- name: current_bot
SELECT bot_number, bot_id FROM bots WHERE is_in_use = 1;

-- name: leave_bots
UPDATE bots SET is_in_use = 0;

-- name: use_bot
INSERT INTO bots (bot_number, bot_id, is_in_use, since_ms)
VALUES ((SELECT coalesce(max(bot_number), 0) + 1 FROM bots), :bot_id, 1, :at_ms)
ON CONFLICT (bot_id) DO UPDATE SET is_in_use = 1, since_ms = :at_ms RETURNING bot_number;

-- name: forget_poll_cursor
DELETE FROM poll_cursor;

-- name: drop_waiting_edits
-- Only the bot that sent a message can edit it, and the table of a batch is found by a message id.
UPDATE outbox SET state = 'dropped'
WHERE state IN ('waiting', 'parked') AND (edits IS NOT NULL OR kind = 'BatchSummary');

-- name: release_all_messages
UPDATE outbox SET state = 'waiting', reply_to = NULL, hold_until_ms = 0, due_at_ms = :at_ms
WHERE state IN ('waiting', 'parked');

-- name: mark_all_chats_reachable
UPDATE chats SET unreachable_reason = NULL, changed_at_ms = :at_ms WHERE unreachable_reason IS NOT NULL;

-- name: shift_message_ids_of_orders
UPDATE orders SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_batches
UPDATE batches SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_messages_seen
UPDATE messages_seen SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_outbox
UPDATE outbox SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_complaints
UPDATE complaints SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_people
UPDATE people SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: shift_message_ids_of_imports
UPDATE imports SET message_id = message_id + :shift WHERE message_id >= :first AND message_id < :until;

-- name: poll_cursor
SELECT next_update_id, moved_at_ms FROM poll_cursor WHERE singleton = 1;

-- name: move_poll_cursor
INSERT INTO poll_cursor (singleton, next_update_id, moved_at_ms) VALUES (1, :next_update_id, :at_ms)
ON CONFLICT (singleton) DO UPDATE SET next_update_id = :next_update_id, moved_at_ms = :at_ms;

-- name: store_failed_update
INSERT INTO failed_updates (update_id, at_ms, fault, body) VALUES (:update_id, :at_ms, :fault, :body)
ON CONFLICT DO NOTHING;

-- name: trim_failed_updates
DELETE FROM failed_updates
WHERE at_ms < (SELECT at_ms FROM failed_updates ORDER BY at_ms DESC LIMIT 1 OFFSET :keep);

-- name: delete_old_seen_messages
DELETE FROM messages_seen WHERE (chat_id, message_id) IN (
    SELECT chat_id, message_id FROM messages_seen WHERE seen_at_ms < :before_ms ORDER BY seen_at_ms LIMIT :limit
);

-- name: delete_old_buttons
DELETE FROM buttons WHERE nonce IN (
    SELECT nonce FROM buttons WHERE created_at_ms < :before_ms ORDER BY created_at_ms LIMIT :limit
);

-- name: messages_after
SELECT outbox_id, created_at_ms FROM outbox WHERE outbox_id > :outbox_id ORDER BY outbox_id LIMIT :limit;

-- name: delete_old_messages
DELETE FROM outbox
WHERE outbox_id BETWEEN :first AND :last AND state IN ('sent', 'dropped') AND created_at_ms < :before_ms;

-- name: delete_old_batches
-- Only batches without an order, whose table has been sent: the others stay as long as their orders.
DELETE FROM batches WHERE (chat_id, message_id) IN (
    SELECT chat_id, message_id FROM batches AS old
    WHERE placed_count = 0 AND placed_at_ms < :before_ms AND NOT EXISTS (
        SELECT 1 FROM outbox
        WHERE subject = 'table:' || old.chat_id || ':' || old.message_id AND state IN ('waiting', 'parked')
    ) ORDER BY placed_at_ms LIMIT :limit
);

-- name: person_by_id
SELECT * FROM people WHERE user_id = :user_id;

-- name: person_by_username
SELECT * FROM people WHERE lower(username) = :username;

-- name: save_person
INSERT INTO people (user_id, name, username, standing, chat_id, thread_id, message_id, changed_at_ms, changed_by)
VALUES (:user_id, :name, :username, :standing, :chat_id, :thread_id, :message_id, :at_ms, :changed_by)
ON CONFLICT (user_id) DO UPDATE SET name = :name, username = :username, standing = :standing,
    chat_id = :chat_id, thread_id = :thread_id, message_id = :message_id, changed_at_ms = :at_ms,
    changed_by = :changed_by;

-- name: append_person_event
INSERT INTO people_events (user_id, standing, at_ms, changed_by)
VALUES (:user_id, :standing, :at_ms, :changed_by);

-- name: rename_person
UPDATE people SET name = :name, username = :username WHERE user_id = :user_id;

-- name: release_username
-- Promise: a username names one person. Telegram gives one that was let go to somebody else.
UPDATE people SET username = NULL WHERE lower(username) = lower(:username);

-- name: people_listed
SELECT * FROM people WHERE standing IN ('asked', 'approved', 'frozen')
ORDER BY changed_at_ms DESC, user_id LIMIT :limit;

-- name: people_asking
SELECT * FROM people WHERE standing = 'asked' ORDER BY changed_at_ms, user_id LIMIT :limit;

-- name: count_people_asking
SELECT count(*) AS count FROM people WHERE standing = 'asked';

-- name: count_people_listed
SELECT count(*) AS count FROM people WHERE standing IN ('asked', 'approved', 'frozen');

-- name: report_balance
INSERT INTO biller_balance (singleton, balance_idr, reported_at_ms, source, trxid, checkpoint_idr, checkpoint_at_ms,
    topup_idr, spent_idr, unknown_count)
VALUES (1, :balance_idr, :reported_at_ms, :source, :trxid, :checkpoint_idr, :checkpoint_at_ms, :topup_idr, :spent_idr,
    :unknown_count)
ON CONFLICT (singleton) DO UPDATE SET balance_idr = :balance_idr, reported_at_ms = :reported_at_ms,
    source = :source, trxid = :trxid, checkpoint_idr = :checkpoint_idr, checkpoint_at_ms = :checkpoint_at_ms,
    topup_idr = :topup_idr, spent_idr = :spent_idr, unknown_count = :unknown_count;

-- name: last_balance
SELECT balance_idr, reported_at_ms, source, trxid, checkpoint_idr, checkpoint_at_ms, topup_idr, spent_idr, unknown_count
FROM biller_balance WHERE singleton = 1;

-- name: move_float
UPDATE biller_balance SET spent_idr = spent_idr + :spent_idr, unknown_count = unknown_count + :unknown_count
WHERE singleton = 1;

-- name: top_up_float
UPDATE biller_balance SET topup_idr = topup_idr + :amount_idr WHERE singleton = 1;

-- name: forget_checkpoint
UPDATE biller_balance SET checkpoint_idr = NULL WHERE singleton = 1;

-- name: balance_before_report
-- `is_alone`: no other order may have money in flight at the biller, or has moved since this one was claimed.
SELECT balance_idr, reported_at_ms, source, trxid, checkpoint_idr, checkpoint_at_ms, topup_idr, spent_idr, unknown_count,
    NOT EXISTS (SELECT 1 FROM orders
        WHERE orders.state IN ('submitting', 'pending', 'unknown', 'disputed')
            AND orders.state <> 'succeeded' AND orders.state <> 'failed' AND orders.state <> 'expired'
            AND orders.trxid <> :trxid)
    AND NOT EXISTS (SELECT 1 FROM order_events AS event
        WHERE event.event_id > coalesce((SELECT max(claim.event_id) FROM order_events AS claim
                WHERE claim.trxid = :trxid AND claim.kind = 'Claimed'), 0)
            AND event.trxid <> :trxid AND event.kind <> 'Placed') AS is_alone
FROM biller_balance WHERE singleton = 1;

-- name: await_deposit
INSERT INTO deposit_waits (chat_id, trxid, refused_count, refused_at_ms) VALUES (:chat_id, :trxid, 1, :at_ms)
ON CONFLICT (chat_id) DO UPDATE SET trxid = :trxid, refused_count = deposit_waits.refused_count + 1,
    refused_at_ms = :at_ms;

-- name: deposit_waits
SELECT chat_id, trxid, refused_count, refused_at_ms FROM deposit_waits ORDER BY refused_at_ms LIMIT :limit;

-- name: end_deposit_wait
DELETE FROM deposit_waits WHERE chat_id = :chat_id;

-- name: sum_open_orders
SELECT count(*) AS count, coalesce(sum(cost_idr), 0) AS cost_idr, count(*) - count(cost_idr) AS uncosted_count
FROM orders
WHERE state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';

-- name: sum_succeeded_orders
SELECT count(*) AS count, coalesce(sum(cost_idr), 0) AS cost_idr, count(*) - count(cost_idr) AS uncosted_count
FROM orders
WHERE placed_at_ms >= :since_ms AND state = 'succeeded';

-- name: quarantine_reversal
INSERT INTO quarantined_reversals (at_ms, remote, why, query, trxid)
VALUES (:at_ms, :remote, :why, :query, :trxid);

-- name: quarantined_of_order
-- A query that arrived several times is returned once.
SELECT query FROM quarantined_reversals WHERE trxid = :trxid AND at_ms BETWEEN :since_ms AND :until_ms
GROUP BY query ORDER BY max(reversal_id) DESC LIMIT :limit;

-- name: unmatched_quarantined_since
SELECT reversal_id FROM quarantined_reversals
WHERE trxid IS NULL AND at_ms BETWEEN :since_ms AND :until_ms LIMIT 1;

-- name: trim_quarantine
DELETE FROM quarantined_reversals WHERE reversal_id <= (SELECT max(reversal_id) FROM quarantined_reversals) - :keep;

-- name: start_restore_quarantine
INSERT INTO restores (restored_at_ms, backup_at_ms, gap_until_ms)
VALUES (:restored_at_ms, :backup_at_ms, :gap_until_ms);

-- name: last_restore
SELECT * FROM restores ORDER BY restore_id DESC LIMIT 1;

-- name: release_restores
-- Promise: the quarantine is ended once. No row changed: another admin was first.
UPDATE restores SET released_by = :released_by, released_at_ms = :at_ms WHERE released_at_ms IS NULL;

-- name: sum_of_orders
SELECT count(*) AS count, max(placed_at_ms) AS last_at_ms FROM orders;

-- name: last_activity
-- The time of the latest activity in this database.
SELECT max(latest.at_ms) AS at_ms FROM (
    SELECT at_ms FROM order_events WHERE event_id = (SELECT max(event_id) FROM order_events)
    UNION ALL SELECT created_at_ms FROM outbox WHERE outbox_id = (SELECT max(outbox_id) FROM outbox)
    UNION ALL SELECT max(seen_at_ms) FROM messages_seen
    UNION ALL SELECT moved_at_ms FROM poll_cursor
) AS latest;

-- name: write_probe
INSERT INTO write_probe (singleton, writes) VALUES (1, 1) ON CONFLICT (singleton) DO UPDATE SET writes = write_probe.writes + 1;

-- The catalogue.

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

-- name: request_import
INSERT INTO imports (chat_id, message_id, user_id, user_name, file_id, file_name, state, attempts, due_at_ms,
    requested_at_ms)
VALUES (:chat_id, :message_id, :user_id, :user_name, :file_id, :file_name, 'asked', 0, :at_ms, :at_ms);

-- name: next_import
SELECT * FROM imports WHERE state = 'asked' ORDER BY due_at_ms, import_id LIMIT 1;

-- name: advance_due_imports
UPDATE imports SET due_at_ms = due_at_ms - :by_ms WHERE state = 'asked' AND due_at_ms > :now_ms;

-- name: make_imports_due
UPDATE imports SET due_at_ms = :now_ms WHERE state = 'asked' AND due_at_ms > :after_ms;

-- name: import_by_id
SELECT * FROM imports WHERE import_id = :import_id;

-- name: postpone_import
UPDATE imports SET attempts = attempts + 1, due_at_ms = :due_at_ms WHERE import_id = :import_id AND state = 'asked';

-- name: store_parsed_import
UPDATE imports SET state = 'read', sheet = coalesce(:sheet, sheet), version = :version, fault = NULL
WHERE import_id = :import_id AND state IN ('asked', 'read');

-- name: finish_import
-- Promise: a list is applied once. No row changed: it was applied or discarded before.
UPDATE imports SET state = :state, sheet = NULL, fault = :fault
WHERE import_id = :import_id AND state IN ('asked', 'read');

-- name: imports_undecided
SELECT import_id FROM imports WHERE state = 'read' AND chat_id = :chat_id;

-- Batches and duplicates.

-- name: insert_batch
INSERT INTO batches (chat_id, message_id, placed_at_ms, placed_count, unplaced, version, hold_until_ms)
VALUES (:chat_id, :message_id, :placed_at_ms, :placed_count, :unplaced, :version, :hold_until_ms);

-- name: batch_of_message
SELECT * FROM batches WHERE chat_id = :chat_id AND message_id = :message_id;

-- name: bump_batch_version
UPDATE batches SET version = version + 1 WHERE chat_id = :chat_id AND message_id = :message_id;

-- name: hold_batch
UPDATE batches SET hold_until_ms = :hold_until_ms WHERE chat_id = :chat_id AND message_id = :message_id;

-- name: orders_of_message
SELECT * FROM orders WHERE chat_id = :chat_id AND message_id = :message_id ORDER BY line;

-- name: order_in_progress_of_message
SELECT trxid FROM orders WHERE chat_id = :chat_id AND message_id = :message_id
    AND state IN ('placed', 'submitting', 'pending') LIMIT 1;

-- name: same_orders
-- Promise: an order that failed or expired is bought again freely, any other only on purpose; an open order is a
-- duplicate however old it is.
-- The unary plus makes SQLite use the indexes on destinations: a destination has fewer orders than a reseller. With
-- an ORDER BY the second half would use a sorted index instead of the small one of open orders.
SELECT * FROM orders
WHERE destination = :destination AND placed_at_ms >= :since_ms AND +user_id = :user_id
    AND lower(product_code) = lower(:product_code) AND state NOT IN ('failed', 'expired')
UNION ALL
SELECT * FROM orders
WHERE destination = :destination AND +placed_at_ms < :since_ms AND +user_id = :user_id
    AND lower(product_code) = lower(:product_code)
    AND state <> 'succeeded' AND state <> 'failed' AND state <> 'expired';

-- name: release_held_messages
-- Once no order of a batch is in progress, its held messages are due at once.
UPDATE outbox SET hold_until_ms = 0
WHERE state = 'waiting' AND chat_id = :chat_id AND reply_to = :message_id AND hold_until_ms > 0;

-- name: next_held_message
SELECT min(hold_until_ms) AS at_ms FROM outbox
WHERE state = 'waiting' AND hold_until_ms > 0 AND hold_until_ms > :now_ms;

-- name: hold_of_subject
SELECT max(hold_until_ms) AS until_ms FROM outbox WHERE subject = :subject AND state IN ('waiting', 'parked');

-- name: waiting_message_about
SELECT outbox_id FROM outbox WHERE subject = :subject AND state IN ('waiting', 'parked') LIMIT 1;

-- Orders for display: those of a user, those to a destination, and the totals of a period.

-- name: orders_of_user_before
SELECT * FROM orders WHERE user_id = :user_id AND (placed_at_ms, trxid) < (:at_ms, :trxid)
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_of_user_after
SELECT * FROM orders WHERE user_id = :user_id AND (placed_at_ms, trxid) > (:at_ms, :trxid)
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: orders_of_user_to
-- The unary plus makes SQLite use the index on destinations: a destination has few orders, a reseller many.
SELECT * FROM orders WHERE destination = :destination AND +user_id = :user_id
ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: orders_to
SELECT * FROM orders WHERE destination = :destination ORDER BY placed_at_ms DESC, trxid DESC LIMIT :limit;

-- name: sales_by_product_of_user
SELECT product_code, state, count(*) AS count, count(price_idr) AS priced_count, coalesce(sum(price_idr), 0) AS price_idr,
    count(cost_idr) AS cost_count, coalesce(sum(cost_idr), 0) AS cost_idr,
    coalesce(sum(price_idr - cost_idr), 0) AS margin_idr
FROM orders WHERE user_id = :user_id AND placed_at_ms >= :from_ms AND placed_at_ms < :until_ms
GROUP BY product_code, state;

-- name: sales_by_product
SELECT product_code, state, count(*) AS count, count(price_idr) AS priced_count, coalesce(sum(price_idr), 0) AS price_idr,
    count(cost_idr) AS cost_count, coalesce(sum(cost_idr), 0) AS cost_idr,
    coalesce(sum(price_idr - cost_idr), 0) AS margin_idr
FROM orders WHERE placed_at_ms >= :from_ms AND placed_at_ms < :until_ms
GROUP BY product_code, state;

-- name: orders_of_user_within
SELECT * FROM orders
WHERE user_id = :user_id AND (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- name: orders_within
SELECT * FROM orders WHERE (placed_at_ms, trxid) > (:after_ms, :trxid) AND placed_at_ms < :until_ms
ORDER BY placed_at_ms, trxid LIMIT :limit;

-- Receipts.

-- name: receipt_shop_name
SELECT name FROM receipt_settings WHERE user_id = :user_id;

-- name: save_receipt_shop_name
INSERT INTO receipt_settings (user_id, name) VALUES (:user_id, :name) ON CONFLICT (user_id) DO UPDATE SET name = :name;

-- name: customer_price
SELECT customer_price_idr FROM customer_prices WHERE user_id = :user_id AND code_folded = :code_folded;

-- name: save_customer_price
INSERT INTO customer_prices (user_id, code_folded, code, customer_price_idr) VALUES (:user_id, :code_folded, :code, :customer_price_idr)
ON CONFLICT (user_id, code_folded) DO UPDATE SET code = :code, customer_price_idr = :customer_price_idr;

-- name: delete_customer_price
DELETE FROM customer_prices WHERE user_id = :user_id AND code_folded = :code_folded;

-- name: customer_prices
SELECT code, customer_price_idr FROM customer_prices WHERE user_id = :user_id ORDER BY code_folded LIMIT :limit;

-- name: count_customer_prices
SELECT count(*) AS count FROM customer_prices WHERE user_id = :user_id;

-- Complaints.

-- name: insert_complaint
-- Promise: an order has at most one unanswered complaint. No row: it has one already.
INSERT INTO complaints (trxid, user_id, chat_id, thread_id, message_id, note, stage, opened_at_ms, changed_at_ms,
    changed_by)
VALUES (:trxid, :user_id, :chat_id, :thread_id, :message_id, :note, 'open', :at_ms, :at_ms, :user_id)
ON CONFLICT DO NOTHING RETURNING *;

-- name: complaint_by_id
SELECT * FROM complaints WHERE complaint_id = :complaint_id;

-- name: latest_complaint
SELECT * FROM complaints WHERE trxid = :trxid ORDER BY complaint_id DESC LIMIT 1;

-- name: complaints_unanswered
SELECT * FROM complaints WHERE stage IN ('open', 'checking') ORDER BY complaint_id LIMIT :limit;

-- name: count_unanswered_complaints
SELECT count(*) AS count FROM complaints WHERE stage IN ('open', 'checking') AND user_id = :user_id;

-- name: change_complaint_stage
-- Promise: of two admins who answer at the same time, only one does. No row changed: the other was first.
UPDATE complaints SET stage = :stage, answer = :answer, changed_by = :changed_by, changed_at_ms = :at_ms
WHERE complaint_id = :complaint_id AND stage = :stage_before;

-- Deposits.

-- name: insert_ticket
-- Promise: an exact amount belongs to one reserved ticket, and a shop has one open ticket. No row: one of them is taken.
INSERT INTO tickets (shop_id, user_id, chat_id, thread_id, message_id, requested_idr, exact_idr, accounts, takes_qris,
    state, is_reserved, created_at_ms, expires_at_ms, release_at_ms)
VALUES (:shop_id, :user_id, :chat_id, :thread_id, :message_id, :requested_idr, :exact_idr, :accounts, :takes_qris,
    'open', 1, :at_ms, :expires_at_ms, :release_at_ms)
ON CONFLICT DO NOTHING RETURNING *;

-- name: ticket_by_id
SELECT * FROM tickets WHERE ticket_id = :ticket_id;

-- name: open_ticket_of_shop
SELECT * FROM tickets WHERE shop_id = :shop_id AND state = 'open';

-- name: ticket_by_amount
SELECT * FROM tickets WHERE exact_idr = :exact_idr AND is_reserved = 1;

-- name: reserved_amounts
SELECT exact_idr FROM tickets WHERE is_reserved = 1 AND exact_idr > :above_idr AND exact_idr <= :up_to_idr;

-- name: count_tickets_of_shop
SELECT count(*) AS count FROM tickets WHERE shop_id = :shop_id AND created_at_ms >= :since_ms;

-- name: tickets_due
SELECT * FROM tickets WHERE state = 'open' AND expires_at_ms <= :now_ms ORDER BY expires_at_ms LIMIT :limit;

-- name: open_tickets
SELECT * FROM tickets WHERE state = 'open' ORDER BY expires_at_ms LIMIT :limit;

-- name: ticket_work
SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM tickets WHERE state = 'open' AND expires_at_ms <= :now_ms)
    OR EXISTS (SELECT 1 FROM tickets WHERE is_reserved = 1 AND release_at_ms <= :now_ms AND state <> 'open');

-- name: decide_ticket
-- Promise: of two decisions on a ticket only one is stored. No row changed: the other was first.
UPDATE tickets SET state = :state, decided_at_ms = :at_ms, decided_by = :by, credited_idr = :credited_idr,
    mutation_id = coalesce(:mutation_id, mutation_id), release_at_ms = :release_at_ms
WHERE ticket_id = :ticket_id AND state = :state_before;

-- name: release_amounts
UPDATE tickets SET is_reserved = 0 WHERE ticket_id IN (
    SELECT ticket_id FROM tickets WHERE is_reserved = 1 AND release_at_ms <= :now_ms AND state <> 'open'
    ORDER BY release_at_ms LIMIT :limit
);

-- name: insert_evidence
INSERT INTO ticket_evidence (ticket_id, at_ms, message_id, file_id) VALUES (:ticket_id, :at_ms, :message_id, :file_id)
ON CONFLICT DO NOTHING;

-- name: count_evidence
SELECT count(*) AS count FROM ticket_evidence WHERE ticket_id = :ticket_id;

-- name: link_mutation
UPDATE tickets SET mutation_id = :mutation_id WHERE ticket_id = :ticket_id AND mutation_id IS NULL;

-- name: tickets_like_amount
SELECT * FROM tickets
WHERE created_at_ms >= :since_ms AND (requested_idr = :amount_idr OR credited_idr = :amount_idr
    OR (exact_idr >= :amount_idr - :margin_idr AND exact_idr <= :amount_idr + :margin_idr))
ORDER BY created_at_ms DESC LIMIT :limit;

-- name: store_mutation_post
INSERT INTO mutation_posts (at_ms, service, body, state) VALUES (:at_ms, :service, :body, 'waiting');

-- name: next_mutation_post
SELECT post_id, at_ms, service, body FROM mutation_posts WHERE state = 'waiting' ORDER BY post_id LIMIT 1;

-- name: finish_mutation_post
UPDATE mutation_posts SET state = :state WHERE post_id = :post_id;

-- name: trim_mutation_posts
DELETE FROM mutation_posts WHERE post_id < :below AND state <> 'waiting';

-- name: insert_mutation
-- Promise: a service's mutation counts once. No row: it was reported before.
INSERT INTO mutations (service, service_ref, at_ms, amount_idr, account_number, description, state)
VALUES (:service, :service_ref, :at_ms, :amount_idr, :account_number, :description, 'new')
ON CONFLICT DO NOTHING RETURNING *;

-- name: mutation_by_id
SELECT * FROM mutations WHERE mutation_id = :mutation_id;

-- name: mutation_in_suspense_of
SELECT * FROM mutations WHERE amount_idr = :amount_idr AND state = 'suspense' ORDER BY mutation_id LIMIT 1;

-- name: mutations_in_suspense
SELECT * FROM mutations WHERE state = 'suspense' ORDER BY mutation_id LIMIT :limit;

-- name: settle_mutation
-- Promise: of two decisions on a mutation only one is stored. No row changed: the other was first.
UPDATE mutations SET state = :state, shop_id = :shop_id, decided_at_ms = :at_ms, decided_by = :by
WHERE mutation_id = :mutation_id AND state = :state_before;

-- The ledger. Only storage/ledger.py runs the statements that change it.

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

-- name: move_running_balance
-- Promise: no shop is taken below its floor, unless the entry is forced. No row: it would have been.
UPDATE accounts SET balance_idr = balance_idr + :amount_idr
WHERE shop_id = :shop_id AND kind = :kind
    AND (:amount_idr > 0 OR :forced = 1 OR floor_idr IS NULL OR balance_idr + :amount_idr >= floor_idr)
RETURNING balance_idr;

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
    AND coalesce(floor_idr, 1) <> coalesce(:floor_idr, 1);

-- name: set_default_daily_limits
UPDATE accounts SET daily_limit_idr = :daily_limit_idr
WHERE kind = 'available' AND shop_id > 0 AND has_own_daily_limit = 0
    AND coalesce(daily_limit_idr, -1) <> coalesce(:daily_limit_idr, -1);

-- name: lift_default_limits_of
UPDATE accounts SET floor_idr = CASE has_own_floor WHEN 0 THEN NULL ELSE floor_idr END,
    daily_limit_idr = CASE has_own_daily_limit WHEN 0 THEN NULL ELSE daily_limit_idr END
WHERE kind = 'available' AND shop_id = (SELECT shop_id FROM shops WHERE owner_id = :owner_id);

-- name: sum_spent_since
-- What counts for a daily limit: all orders of a shop but those that were not bought.
SELECT coalesce(sum(price_idr), 0) AS spent_idr FROM orders
WHERE shop_id = :shop_id AND placed_at_ms >= :from_ms AND state <> 'failed' AND state <> 'expired';

-- name: statement_of_shop
-- The bounds by entry id keep the legs of other days unread.
SELECT entries.entry_id, entries.at_ms, entries.kind, entries.source, entries.reason, legs.amount_idr,
    legs.balance_after_idr
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available'
    AND legs.entry_id >= (SELECT min(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id <= (SELECT max(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms
ORDER BY legs.entry_id DESC LIMIT :limit;

-- name: statement_page_of_shop
SELECT entries.entry_id, entries.at_ms, entries.kind, entries.source, entries.reason, legs.amount_idr,
    legs.balance_after_idr
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available' AND legs.entry_id > :after_id
    AND legs.entry_id >= (SELECT min(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id <= (SELECT max(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms
ORDER BY legs.entry_id LIMIT :limit;

-- name: statement_sum_of_shop
SELECT count(*) AS count, coalesce(sum(legs.amount_idr), 0) AS sum_idr
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available'
    AND legs.entry_id >= (SELECT min(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND legs.entry_id <= (SELECT max(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms;

-- name: last_adjustment_like
SELECT max(entries.at_ms) AS at_ms
FROM accounts JOIN legs ON legs.account_id = accounts.account_id JOIN entries ON entries.entry_id = legs.entry_id
WHERE accounts.shop_id = :shop_id AND accounts.kind = 'available'
    AND legs.entry_id >= (SELECT min(entry_id) FROM entries WHERE at_ms >= :from_ms AND at_ms < :until_ms)
    AND entries.at_ms >= :from_ms AND entries.at_ms < :until_ms AND legs.amount_idr = :amount_idr AND entries.kind IN ('adjustment', 'deposit');

-- name: account_of_owner
SELECT accounts.* FROM accounts JOIN shops ON shops.shop_id = accounts.shop_id
WHERE shops.owner_id = :owner_id AND accounts.kind = 'available';

-- name: floor_of_shop
SELECT floor_idr FROM accounts WHERE shop_id = :shop_id AND kind = 'available';

-- name: last_move_of_order
SELECT legs.amount_idr, legs.balance_after_idr
FROM entries JOIN legs ON legs.entry_id = entries.entry_id JOIN accounts ON accounts.account_id = legs.account_id
WHERE entries.source >= :first AND entries.source < :beyond AND accounts.kind = 'available'
ORDER BY entries.entry_id DESC LIMIT 1;

-- name: legs_of_order
SELECT legs.entry_id, accounts.kind AS account, accounts.shop_id, legs.amount_idr, legs.balance_after_idr, (
        SELECT earlier.balance_after_idr FROM legs AS earlier
        WHERE earlier.account_id = legs.account_id AND earlier.entry_id < legs.entry_id
        ORDER BY earlier.entry_id DESC LIMIT 1) AS balance_before_idr
FROM entries JOIN legs ON legs.entry_id = entries.entry_id JOIN accounts ON accounts.account_id = legs.account_id
WHERE entries.source >= :first AND entries.source < :beyond ORDER BY legs.entry_id;

-- Levels of prices, and costs.

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

-- name: level_of_owner
SELECT levels.level_key, levels.name, levels.markup_idr, levels.markup_bp
FROM shops JOIN levels ON levels.level_key = shops.level_key WHERE shops.owner_id = :owner_id;

-- name: set_level_of_shop
UPDATE shops SET level_key = :level_key, level_changed_at_ms = :at_ms WHERE shop_id = :shop_id;

-- name: level_of_owner_changed
SELECT shops.level_changed_at_ms AS given_at_ms, coalesce(levels.changed_at_ms, 0) AS changed_at_ms
FROM shops LEFT JOIN levels ON levels.level_key = shops.level_key WHERE shops.owner_id = :owner_id;

-- name: owners_with_level
SELECT shops.level_key, shops.owner_id, people.name FROM shops LEFT JOIN people ON people.user_id = shops.owner_id
WHERE shops.level_key IS NOT NULL ORDER BY people.name, shops.owner_id;

-- name: outdate_parsed_imports
-- The preview of a list is shown again before it is applied: another level reads other columns.
UPDATE imports SET version = -1 WHERE state = 'read';

-- name: all_level_prices
SELECT code_folded, level_key, price_idr FROM level_prices ORDER BY code_folded, level_key;

-- name: save_level_price
INSERT INTO level_prices (code_folded, level_key, price_idr) VALUES (:code_folded, :level_key, :price_idr);

-- name: delete_level_prices
DELETE FROM level_prices WHERE code_folded = :code_folded;

-- name: last_cost
SELECT cost_idr, changed_at_ms FROM product_costs WHERE code_folded = :code_folded;

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

-- name: sold_products
-- A cost that the biller never named is the one that was expected when the order was placed.
SELECT user_id, product_code, count(*) AS count, count(price_idr) AS priced_count,
    coalesce(sum(price_idr), 0) AS sales_idr,
    count(CASE WHEN price_idr IS NOT NULL THEN cost_idr END) AS costed_count,
    coalesce(sum(CASE WHEN price_idr IS NOT NULL THEN cost_idr END), 0) AS cost_idr,
    coalesce(sum(price_idr - cost_idr), 0) AS profit_idr,
    sum(is_estimated) AS estimated_count,
    coalesce(sum(CASE WHEN price_idr IS NULL THEN cost_idr END), 0) AS unpriced_cost_idr,
    count(CASE WHEN price_idr IS NULL AND cost_idr IS NULL THEN 1 END) AS unpriced_uncosted_count
FROM (SELECT user_id, product_code, price_idr, coalesce(cost_idr, expected_cost_idr) AS cost_idr,
        CASE WHEN cost_idr IS NULL AND expected_cost_idr IS NOT NULL THEN 1 ELSE 0 END AS is_estimated
    FROM orders WHERE state = 'succeeded' AND placed_at_ms >= :from_ms AND placed_at_ms < :until_ms) AS sold
GROUP BY user_id, product_code ORDER BY user_id, product_code;

-- The balance at the biller between two reports.

-- name: note_topup
INSERT INTO biller_topups (amount_idr, noted_by, at_ms) VALUES (:amount_idr, :noted_by, :at_ms);

-- name: last_topup
SELECT amount_idr, at_ms FROM biller_topups ORDER BY topup_id DESC LIMIT 1;

-- name: sum_topups
SELECT coalesce(sum(amount_idr), 0) AS amount_idr FROM biller_topups WHERE at_ms > :since_ms;

-- name: sum_accepted_orders
-- An order is accepted soon after it is placed, so that only those of a day are looked at.
SELECT count(*) AS count, coalesce(sum(coalesce(cost_idr, expected_cost_idr)), 0) AS cost_idr,
    count(*) - count(coalesce(cost_idr, expected_cost_idr)) AS uncosted_count
FROM orders
WHERE placed_at_ms >= :placed_from_ms AND changed_at_ms > :since_ms AND state NOT IN ('failed', 'expired')
    AND EXISTS (SELECT 1 FROM order_events AS event
        WHERE event.trxid = orders.trxid AND event.kind = 'Accepted' AND event.at_ms > :since_ms);

-- The check of the books (storage/books.py). These read whole tables; nothing waits for them.

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
