"""Talks to people through Telegram: reads updates, sends messages, and knows what its answers mean."""
