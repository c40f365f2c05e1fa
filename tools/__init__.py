"""What developers run around the project; nothing here is shipped."""
