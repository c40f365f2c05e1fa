"""Emulators of Telegram and the biller for the real bot, which reaches them by URL, and the demo page."""
