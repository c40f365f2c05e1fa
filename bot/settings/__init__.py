"""The settings: where they come from, what each may be, and what the parts of Loket read."""
