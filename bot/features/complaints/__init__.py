"""Complaints about orders and their answers."""
