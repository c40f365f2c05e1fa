"""PRETENDS: a Telegram and a biller to try the bot against, reached by URL only."""
