"""Receipts for customers: their settings and the picture."""
