"""REMEMBERS: orders, what is to be said, people; every word of SQL is in `queries.sql`."""
