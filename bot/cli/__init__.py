"""What the commands of `loket` print and do, besides running the bot."""
