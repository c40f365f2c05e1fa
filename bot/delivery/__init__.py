"""Messages to people: queued, merged, rate-limited and sent until delivered."""
