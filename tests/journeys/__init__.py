"""Whole stories in a real browser on the running production server."""
