"""Generates docs/gallery.md: every message of Loket as it looks in a chat."""
