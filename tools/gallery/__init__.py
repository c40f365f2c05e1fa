"""Makes docs/gallery.md: everything Loket says, as it looks in a chat."""
