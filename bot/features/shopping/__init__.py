"""The price browser, and ordering a product that was chosen there by a tap."""
