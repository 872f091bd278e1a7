"""Days as the demonstration names them, around the day on which it is made."""

import re
from datetime import date, datetime, time, timedelta

from openday.clock import SHANGHAI
from openday.rules.deadlines import outcome_due
from openday.rules.working_days import WorkingCalendar

_PLACEHOLDER = re.compile(r"<([^<>]+)>")
_WEEK = re.compile(r"w([+-]?\d+)\.([1-7])")
_WEEKDAYS = "一二三四五六日"
_LATE = 2


class Days:
    """Turns day names into days: '+3', '-2' (from today), 'w1.6' (Saturday of next week), 'today'.

    'due' is the day whose outcome report is due today or on the next working day; 'late' was due two working days ago.
    """

    def __init__(self, now: datetime, calendar: WorkingCalendar) -> None:
        self.now, self.today = now, now.date()
        self._monday = self.today - timedelta(days=self.today.weekday())
        due = calendar.add_working_days(self.today, 0)
        late = calendar.subtract_working_days(self.today, _LATE)
        self._named = {
            "today": self.today,
            "due": _held_before(due, calendar),
            "late": _held_before(late, calendar),
        }

    def day(self, name: str) -> date:
        """The day of that name; a ValueError when it is none."""
        if name in self._named:
            return self._named[name]
        week = _WEEK.fullmatch(name)
        if week:
            return self._monday + timedelta(days=7 * int(week[1]) + int(week[2]) - 1)
        return self.today + timedelta(days=int(name))

    def at(self, name: str, clock_time: str) -> datetime:
        """A moment: day name and '9:30'."""
        hour, minute = clock_time.split(":")
        return datetime.combine(self.day(name), time(int(hour), int(minute)), SHANGHAI)

    def words(self, text: str) -> str:
        """The text with '<w1.6>' as 11月28日, '<w1.6 周>' as 11月28日（星期六）, '<m+1>' as 12月."""
        return _PLACEHOLDER.sub(lambda found: self._word(found[1]), text)

    def _word(self, name: str) -> str:
        if name.startswith("m"):
            months = self.today.month - 1 + int(name[1:])
            return self._year(self.today.year + months // 12) + f"{months % 12 + 1}月"
        name, _, weekday = name.partition(" ")
        day = self.day(name)
        word = self._year(day.year) + f"{day.month}月{day.day}日"
        return f"{word}（星期{_WEEKDAYS[day.weekday()]}）" if weekday else word

    def _year(self, year: int) -> str:
        return "" if year == self.today.year else f"{year}年"

    def door_today(self) -> tuple[str, str]:
        """Start and end of something today whose door has been open for half an hour at least, whatever the time."""
        clock_time = self.now.time()
        if clock_time >= time(11, 30):
            return "14:00", "16:00"
        if clock_time >= time(7):
            return "9:30", "11:00"
        return f"{self.now.hour + 2}:00", f"{self.now.hour + 4}:00"


def _held_before(due: date, calendar: WorkingCalendar) -> date:
    """The last day whose outcome report is due on this working day."""
    day = due
    while outcome_due(day, calendar) != due:
        day -= timedelta(days=1)
    return day
