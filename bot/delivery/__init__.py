"""Delivery of messages: queued, merged, rate-limited, and sent until Telegram has accepted them."""
