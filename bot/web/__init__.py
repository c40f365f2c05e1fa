"""The web server: its routes, and how it runs inside our event loop."""
