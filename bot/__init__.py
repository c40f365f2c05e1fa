"""Loket: a Telegram counter where resellers order and one biller delivers."""
