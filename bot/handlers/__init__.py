"""Entry points for updates: messages and callbacks, routed to the capability that answers them."""
