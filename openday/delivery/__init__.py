"""Senders behind one small protocol."""
