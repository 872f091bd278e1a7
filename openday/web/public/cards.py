"""Values of the public calendar as the building blocks take them, in the language of the visitor."""

from datetime import date, datetime, timedelta
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from openday.queries.calendar_rows import OVER, Day, DayEntry, Entry, Month, Slot
from openday.rules import date_block, wording, wording_en
from openday.rules.states import SignupMode
from openday.web.links import address_of
from openday.web.pages import language

_LONGEST_AUDIENCE = 40
_LONGEST_LABEL = 18


def english() -> bool:
    """Whether the visitor reads English."""
    return language() == "en"


def moment(at: datetime) -> str:
    """A moment in the visitor's language."""
    return wording_en.moment_text(at) if english() else wording.moment_text(at)


def second(at: datetime) -> str:
    """The same to the second, where it falls on no full minute."""
    return wording_en.second_text(at) if english() else wording.second_text(at)


def month_name(day: date) -> str:
    """2026年9月 or September 2026."""
    return wording_en.month_text(day) if english() else f"{day.year}年{day.month}月"


def day_name(day: date) -> str:
    """2026年9月16日（星期三） or Wed 16 September 2026."""
    return wording_en.day_text(day) if english() else wording.day_text(day)


def when(entry: Entry) -> str:
    """The time of an entry: from when to when, or as vague as it is."""
    if entry.slot:
        return slot_when(entry.slot)
    return wording_en.period_text(entry.period) if english() else date_block.vague_text(entry.period)


def slot_when(slot: Slot) -> str:
    """From when to when."""
    if english():
        return wording_en.span_text(slot.starts_at, slot.ends_at)
    return wording.span_text(slot.starts_at, slot.ends_at)


def block(entry: Entry, today: date) -> date_block.DateBlock:
    """The date at one glance."""
    if entry.slot:
        return slot_block(entry.slot, today)
    return date_block.of_period(entry.period, today, cancelled=entry.cancelled, english=english())


def slot_block(slot: Slot, today: date) -> date_block.DateBlock:
    """The first day of an occurrence at one glance."""
    off = slot.cancelled or slot.postponed
    return date_block.of_occurrence(slot.starts_at, slot.ends_at, today, cancelled=off, english=english())


def seats(slot: Slot, now: datetime) -> dict[str, Any]:
    """What one may still get, for `seats_line`."""
    state = slot.state(now)
    if state == OVER:
        return {"state": "closed", "text": _("活动已结束")}
    if state == "postponed":
        return {"state": "closed", "text": _("延期举办，新的时间另行通知，暂停报名")}
    if state == "invited" and slot.facts.mode is SignupMode.CLOSED:
        return {"state": "invited", "text": _("不公开报名")}
    found: dict[str, Any] = {"state": state, "left": slot.seats.free, "total": slot.seats.capacity}
    if state == "open" and slot.facts.mode.decides_later:
        review = slot.facts.mode is SignupMode.REVIEW
        total = slot.seats.capacity
        found["text"] = (
            _("共%(n)s个名额，报名后由举办单位审核", n=total) if review else _("共%(n)s个名额，报名截止后摇号", n=total)
        )
    if state == "not_yet" and slot.facts.opens_at:
        found["opens"] = second(slot.facts.opens_at)
    return found


def _beside_block(entry: Entry) -> str:
    """The time for a line that stands beside a date block: the clock is enough where the block says the day."""
    slot = entry.slot
    if slot is None or slot.starts_at.date() != slot.ends_at.date():
        return when(entry)
    return f"{wording.clock_text(slot.starts_at)}–{wording.clock_text(slot.ends_at)}"


def card(entry: Entry, now: datetime) -> dict[str, Any]:
    """An entry for `activity_card`."""
    return {
        "href": url_for("public.activity", code=entry.code),
        "theme": entry.theme,
        "date": block(entry, now.date()),
        "when": _beside_block(entry),
        "venue": entry.venue,
        "agency": entry.agency,
        "audience": shortened(entry.audience_text, _LONGEST_AUDIENCE),
        "seats": seats(entry.slot, now) if entry.slot else _vague_seats(entry),
        "state": "cancelled" if entry.cancelled else "postponed" if entry.slot and entry.slot.postponed else "",
    }


def _vague_seats(entry: Entry) -> dict[str, Any] | None:
    if entry.mode is SignupMode.OPEN_DOOR:
        return {"state": "open_door", "text": _("无需报名")}
    if entry.mode is SignupMode.CLOSED:
        return {"state": "invited", "text": _("不公开报名")}
    return {"state": "invited"} if entry.mode is SignupMode.INVITATION else None


def sign_up_address(slot: Slot, now: datetime) -> str:
    """Where one signs up, or gets onto the waitlist, for this occurrence now; '' when one cannot."""
    if slot.state(now) not in ("open", "waitlist"):
        return ""
    return address_of("public.registration_new", code=slot.code)


def shortened(text: str, longest: int) -> str:
    """The text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def month_table(
    month: Month, query: dict[str, Any], now: datetime, holidays: dict[date, tuple[bool, str]]
) -> dict[str, Any]:
    """A month for the macro of that name; `query` are the filters, which the links keep."""
    first = date(month.year, month.month, 1)
    beginning = url_for("public.activity", code="-").removesuffix("-")  # built once: there may be ninety
    days = [
        {
            "number": day.day.day,
            "text": _day_of_month(day.day),
            "entries": [_entry(entry, day.day, beginning, now) for entry in day.entries],
            "more": day.total - len(day.entries),
            "more_href": _day_address(day, query),
            "today": day.day == now.date(),
            "rest": holidays.get(day.day, (day.day.weekday() > 4, ""))[0],
            "festival": "" if english() else holidays.get(day.day, (False, ""))[1],
        }
        for day in month.days
    ]
    cells: list[dict[str, Any] | None] = [None] * first.weekday() + days
    cells += [None] * (-len(cells) % 7)
    return {
        "title": month_name(first),
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "vague": [_band_entry(entry) for entry in month.vague],
        "prev": _turn(first - timedelta(days=1), query),
        "next": _turn(first + timedelta(days=31), query),
    }


def _day_of_month(day: date) -> str:
    if english():
        return f"{day.day} {wording_en.MONTHS[day.month - 1]}, {wording_en.WEEKDAYS[day.weekday()]}"
    return f"{day.month}月{day.day}日 {wording.day_text(day)[-4:-1]}"


def _day_address(day: Day, query: dict[str, Any]) -> str:
    if day.total == len(day.entries):
        return ""
    return url_for("public.calendar_day", day=day.day.isoformat(), **query)


def _entry(entry: DayEntry, day: date, beginning: str, now: datetime) -> dict[str, str]:
    full = entry.full and entry.ends_at > now  # what is over has no seats to speak of
    return {
        "href": f"{beginning}{entry.code}",
        "theme": entry.theme,
        "time": wording.clock_text(entry.starts_at) if entry.starts_at.date() == day else "",
        "state": "cancelled" if entry.cancelled else "postponed" if entry.postponed else "full" if full else "",
    }


def _band_entry(entry: Entry) -> dict[str, str]:
    return {
        "href": url_for("public.activity", code=entry.code),
        "theme": entry.theme,
        "label": _band_label(entry),
        "agency": entry.agency,
    }


def _band_label(entry: Entry) -> str:
    if entry.cancelled:
        return str(_("已取消"))
    return shortened(date_block.short_text(entry.period, english=english()), _LONGEST_LABEL)


def _turn(day: date, query: dict[str, Any]) -> dict[str, str] | None:
    if not 2000 <= day.year <= 2100:
        return None
    href = url_for("public.calendar", **{**query, "month": f"{day.year}-{day.month:02d}"})
    return {"href": href, "label": month_name(day)}
