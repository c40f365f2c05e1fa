"""Entry points of the bot: one update in, the capability that answers it called."""
