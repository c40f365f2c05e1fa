"""Who may use the counter: joining, freezing, removing."""
