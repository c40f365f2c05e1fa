"""PRETENDS: a Telegram and a biller, reached by URL; of the bot it only looks into the database."""
