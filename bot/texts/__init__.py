"""All Indonesian texts for users: one function for each notice, which returns a `Text`.

Untrusted text (names, product codes, the biller's reasons) is inserted as plain characters: no markup is
parsed, so that it cannot format, link or hide anything.
"""
