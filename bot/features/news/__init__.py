"""News to resellers: broadcasts of admins, digests of changed prices, and the choice of getting none."""
