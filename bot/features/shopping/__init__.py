"""Browsing prices and choosing a product by taps."""
