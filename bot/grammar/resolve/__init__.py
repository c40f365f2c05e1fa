"""An order request checked against the catalogue: an intent, an input error or a question."""
