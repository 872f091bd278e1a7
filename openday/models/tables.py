"""Imports every table once, for migrations and for the start of the application."""

from openday.db import Base
from openday.models import (
    activities,
    aftermath,
    calls,
    housekeeping,
    ledger,
    occurrences,
    people,
    plans,
    registrations,
)

metadata = Base.metadata

__all__ = [
    "activities",
    "aftermath",
    "calls",
    "housekeeping",
    "ledger",
    "metadata",
    "occurrences",
    "people",
    "plans",
    "registrations",
]
