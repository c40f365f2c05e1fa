"""Persistence: orders, the outbox, people, the catalogue; all SQL is in `queries` and `migrations`."""
