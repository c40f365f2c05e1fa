"""A pretended biller: takes `trx` posts, keeps its own ledger, calls reversals back."""
