"""A pretended Telegram: the Bot API server on one side, people with phones on the other."""
