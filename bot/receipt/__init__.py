"""The slip a customer takes home: its facts, and the picture of it."""
