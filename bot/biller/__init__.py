"""Talks to the biller: signs and posts one purchase, reads answers and reversals into our words."""
