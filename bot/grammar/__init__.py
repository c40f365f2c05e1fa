"""Text of a message parsed into commands and orders; pure."""
