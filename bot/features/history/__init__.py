"""Looking up orders, and reports over a period."""
