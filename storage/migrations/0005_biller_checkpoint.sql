-- The balance at the biller that the next one is compared with, and what moved it since: top-ups that admins noted,
-- and the cost of orders. NULL before the first checkpoint; `unknown_count` moves have an unknown cost.
ALTER TABLE biller_balance ADD COLUMN checkpoint_idr INTEGER;
ALTER TABLE biller_balance ADD COLUMN checkpoint_at_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE biller_balance ADD COLUMN topup_idr INTEGER NOT NULL DEFAULT 0;
ALTER TABLE biller_balance ADD COLUMN spent_idr INTEGER NOT NULL DEFAULT 0;
ALTER TABLE biller_balance ADD COLUMN unknown_count INTEGER NOT NULL DEFAULT 0;
