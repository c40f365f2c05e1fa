"""The accounts of shops in the chat: balance, statement, adjustments and limits."""
