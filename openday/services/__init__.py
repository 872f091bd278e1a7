"""Use-cases: one function, one transaction, one thing that somebody did. They never call each other."""
