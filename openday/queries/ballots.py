"""Ballots as the office plans and makes them, and as everybody may read them afterwards."""

from sqlalchemy import exists, select

from openday.db import session
from openday.models.ballots import Ballot

SETTLED = ("frozen", "drawn")


def ballot_settled(occurrence_id: int) -> bool:
    """Whether the list of an occurrence is fixed for a draw, or drawn already: nobody comes onto it any more."""
    settled = exists().where(Ballot.occurrence_id == occurrence_id, Ballot.status.in_(SETTLED))
    return bool(session().scalar(select(settled)))
