"""Price list files: read into products, and written."""
