"""The chapters of the gallery, one module each."""
