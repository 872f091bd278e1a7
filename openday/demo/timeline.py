"""Lets things happen in the order of their moments, each with the clock at its moment."""

import heapq
from collections.abc import Callable
from datetime import datetime, time, timedelta

from openday import clock

_SATURDAY = 5


class Timeline:
    """What is to happen; nothing happens later than `now`, where everything that is late crowds in order."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._steps: list[tuple[datetime, int, Callable[[], object]]] = []
        self._count = 0

    def at(self, moment: datetime, act: Callable[[], object]) -> None:
        """Note a step; steps of one moment happen in the order in which they were noted."""
        self._count += 1
        heapq.heappush(self._steps, (min(moment, self.now), self._count, act))

    def run(self) -> None:
        """Let everything happen, what the steps add included."""
        while self._steps:
            moment, _, act = heapq.heappop(self._steps)
            with clock.shifted_by(moment - clock.now()):
                act()


def office_hour(moment: datetime, hour: int, minute: int) -> datetime:
    """That time of the day of `moment`, on the Monday after it when the day is a Saturday or Sunday."""
    past_friday = moment.weekday() - _SATURDAY
    day = moment.date() + timedelta(days=2 - past_friday if past_friday >= 0 else 0)
    return datetime.combine(day, time(hour, minute), moment.tzinfo)
