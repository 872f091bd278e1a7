"""A ballot as it happens: rules by one officer, the list in public, the seed two days later by another."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from openday.demo.timeline import Timeline
from openday.rules.ballot import SeedSource
from openday.rules.permissions import Actor
from openday.services import ballots

_PUBLISHED = timedelta(hours=16)
_DRAWN = timedelta(days=2, hours=22)
_WITNESS = "公证员到场，由现场市民从0至9号球中摇出的6位数字"
_FIGURE = "云溪区气象局当日发布的最高气温（摄氏度，精确到小数点后一位）"
_VALUES = ("407 926", "11.4")


@dataclass
class Drawing:
    """The ballot of one occurrence, from the end of its sign-up; `code` is known once it is planned."""

    timeline: Timeline
    planner: Actor
    drawer: Actor
    ticket_url: Callable[[str], str]
    ballot_url: Callable[[str], str]
    occurrence: str
    code: str = ""

    def begin(self, closes: datetime) -> None:
        """Note the steps: sign-up ends on one afternoon, the list is public the next morning, the draw two days on."""
        self.timeline.at(closes + timedelta(minutes=5), lambda: self._plan(closes + _DRAWN))
        self.timeline.at(closes + _PUBLISHED, lambda: ballots.freeze_ballot(self.planner, self.code))
        self.timeline.at(closes + _DRAWN, self._draw)

    def _plan(self, known: datetime) -> None:
        day = known.date().isoformat()
        sources = (SeedSource("witness", _WITNESS, day), SeedSource("public", _FIGURE, day))
        self.code = ballots.plan_ballot(self.planner, self.occurrence, ballots.BallotPlan(sources, reserve=5))

    def _draw(self) -> None:
        ballots.draw_ballot(
            self.drawer,
            self.code,
            _VALUES,
            "温知秋",
            ticket_url=self.ticket_url,
            ballot_url=self.ballot_url,
        )
