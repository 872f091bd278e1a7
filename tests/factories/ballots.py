"""Occurrences whose seats are drawn, and everything up to the draw, through the use-cases that the office uses."""

from collections.abc import Mapping
from datetime import timedelta

from openday import clock
from openday.models.occurrences import Occurrence
from openday.rules.ballot import SeedSource
from openday.rules.states import SignupMode
from openday.services.ballots import BallotPlan, DrawnBallot, draw_ballot, freeze_ballot, plan_ballot
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.signup import ticket_url

CLOSED = timedelta(days=3)
"""From now on: when sign-up is over."""
KNOWN = timedelta(days=4)
"""From now on: when the seed is known."""
VALUES = ("10 24 31 08", "3,921.47")


def ballot_url(code: str) -> str:
    """The address of a ballot as the tests write it."""
    return f"https://open.example.gov.cn/ballots/{code}"


def ballot_occurrence(house: House, quotas: Mapping[str, int] | None = None, **more: int) -> Occurrence:
    """A published occurrence with a ballot; sign-up is open for two days and a half."""
    return open_occurrence(
        published_activity(house),
        signup_mode=SignupMode.BALLOT,
        closes_at=clock.now() + timedelta(days=2, hours=12),
        quotas=quotas or {"公众": 5},
        **more,
    )


def two_sources() -> BallotPlan:
    """A witness and a public figure, both of the day after the list is published."""
    day = (clock.now() + KNOWN).date().isoformat()
    return BallotPlan(
        (SeedSource("witness", "公证员现场摇出的八位数字", day), SeedSource("public", "上证指数收盘点位", day))
    )


def planned(house: House, occurrence: Occurrence) -> str:
    """The code of a ballot that one officer planned."""
    return plan_ballot(house.officer.actor, occurrence.code, two_sources())


def frozen(house: House, occurrence: Occurrence) -> str:
    """The code of a ballot whose list is public."""
    code = planned(house, occurrence)
    with clock.shifted_by(CLOSED):
        freeze_ballot(house.officer.actor, code)
    return code


def drawn(house: House, code: str) -> DrawnBallot:
    """Draw it, by the second officer, on the day of the seed."""
    with clock.shifted_by(KNOWN):
        return draw_ballot(
            house.second_officer.actor, code, VALUES, "王公证", ticket_url=ticket_url, ballot_url=ballot_url
        )
