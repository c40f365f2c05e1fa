"""What an order is and what an event makes of it; pure."""
