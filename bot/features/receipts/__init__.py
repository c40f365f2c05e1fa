"""Receipts for the customers of resellers: settings and picture."""
