"""Makes what a story needs, by noun, straight into the database; no story is told here."""
