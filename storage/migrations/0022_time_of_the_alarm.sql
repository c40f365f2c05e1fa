-- When the admins were alerted of a low balance at the biller: after a while a balance above the threshold is no refund
-- of a moment any more, and the next fall is told.
ALTER TABLE biller_balance ADD COLUMN alarmed_at_ms INTEGER NOT NULL DEFAULT 0;
