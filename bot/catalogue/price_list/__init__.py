"""The parsing of price list files."""
