"""The destination behind a product code, read by the rule of the product."""
