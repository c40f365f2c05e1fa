"""Orders, their events, and the pure function that applies an event to an order."""
