"""DECIDES: what an order is and what becomes of it; pure, with no I/O, clock, chance or logging."""
