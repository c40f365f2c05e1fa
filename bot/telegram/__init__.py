"""Telegram: receives updates, sends messages, and classifies the errors of the Bot API."""
