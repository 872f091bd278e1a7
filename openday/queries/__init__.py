"""Reads: typed rows for the pages, narrowed to what the person may see. Never a write."""
