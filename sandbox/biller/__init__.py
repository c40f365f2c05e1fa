"""An emulated biller: accepts `trx` posts, keeps its own ledger, sends reversals."""
