"""The chapters of the gallery, each in a module of its own."""
