"""Where deposits are paid to: the accounts of the operator, and the QRIS code of the merchant."""
