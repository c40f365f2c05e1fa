"""Loket: a Telegram counter where resellers order and one biller delivers."""

__version__ = "0.1.0"
"""As in `pyproject.toml`. It is not asked of the installed package: a checkout with its libraries is none."""
