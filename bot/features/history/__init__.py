"""Order lookup and history, and sales reports over a period."""
