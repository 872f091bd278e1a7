"""The notice on personal data: its version is stored with every consent, and its page says the same words."""

VERSION = "2026-11.4"
"""Goes up when what is collected, why, or how long changes."""
