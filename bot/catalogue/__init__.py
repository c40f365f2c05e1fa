"""The operator's products: their destination rules, the search among them, and their price lists."""
