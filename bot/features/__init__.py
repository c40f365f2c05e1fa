"""Capabilities other than ordering, a module or package each."""
