"""How many people an occurrence can take, as a column: its quotas together, within what they share."""

from sqlalchemy import ColumnElement, case, func, select

from openday.models.occurrences import Occurrence, Quota


def seats_of_occurrence() -> ColumnElement[int]:
    """Of the occurrence of the surrounding statement; 0 where nobody takes a seat."""
    theirs = Quota.occurrence_id == Occurrence.id
    total = select(func.coalesce(func.sum(Quota.capacity), 0)).where(theirs).correlate(Occurrence).scalar_subquery()
    return case((Occurrence.capacity < total, Occurrence.capacity), else_=total)
