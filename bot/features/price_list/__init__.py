"""Import, review and export of price lists by admins."""
