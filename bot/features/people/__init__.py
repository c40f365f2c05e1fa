"""Access to the bot: requests, approval, freezing and removal of resellers."""
