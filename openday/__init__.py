"""OpenDay."""
