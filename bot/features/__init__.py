"""What people can do beside ordering, one package a capability."""
