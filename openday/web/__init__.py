"""HTTP only: parse, call a query or a use-case, render."""
