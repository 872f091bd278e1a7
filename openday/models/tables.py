"""Imports every table once, for migrations and for the start of the application."""

from openday.db import Base
from openday.models import (
    activities,
    aftermath,
    ballots,
    calls,
    exports,
    housekeeping,
    ledger,
    occurrences,
    people,
    plans,
    registrations,
    topics,
)

metadata = Base.metadata

__all__ = [
    "activities",
    "aftermath",
    "ballots",
    "calls",
    "exports",
    "housekeeping",
    "ledger",
    "metadata",
    "occurrences",
    "people",
    "plans",
    "registrations",
    "topics",
]
