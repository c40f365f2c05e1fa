"""Deposits of resellers: tickets to pay, and how their payment is confirmed."""
