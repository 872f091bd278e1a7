"""Calls of the district in which the house stands, written as rows."""

from datetime import date

from openday import clock
from openday.db import db, use_case
from openday.models.calls import Call, CallAgency
from tests.factories.people import House


@use_case
def call_of(
    house: House,
    *,
    year: int = 2026,
    title: str = "",
    due_on: date | None = None,
    status: str = "open",
    owed: int = 1,
) -> Call:
    """A call of the house's district to which both agencies owe `owed` plans."""
    call = Call(
        jurisdiction_id=house.jurisdiction_id,
        year=year,
        title=title or f"{year}年政府开放活动计划报送通知",
        due_on=due_on or date(year, 6, 28),
        campaign_month=9,
        brand="公开聊亮",
        status=status,
        created_by_id=house.officer.id,
        created_at=clock.now(),
        owed=[CallAgency(agency_id=id_, owed=owed) for id_ in (house.agency_id, house.other_agency_id)],
    )
    db.session.add(call)
    db.session.flush()
    return call
