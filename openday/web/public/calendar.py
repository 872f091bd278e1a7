"""The calendar by month, as a list and by day, and search."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.clock import SHANGHAI
from openday.errors import NotFound
from openday.queries import calendar as queries
from openday.queries.calendar import Filters
from openday.queries.calendar_rows import EntryPage, Month, next_change, seats_shown
from openday.queries.working_calendar import departing_days
from openday.rules.states import SignupMode
from openday.web import kept
from openday.web.access import ANYONE, open_to
from openday.web.forms.calendar import LONGEST, CalendarFilter
from openday.web.public import cards
from openday.web.public.blueprint import bp

_PAGE_SIZE = 30
_DAY_SIZE = 100
_MOST_AGENCIES = 60
"""More than these do not fit a list to choose from; the words find agencies too."""
_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_DAY = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class _Asked:
    """What was asked after the question mark, read; `query` is its canonical form."""

    filters: Filters
    narrowed: dict[str, Any]
    as_list: bool
    month: date | None
    page: int

    @property
    def query(self) -> dict[str, Any]:
        found = dict(self.narrowed)
        if self.as_list:
            found["view"] = "list"
        if self.month:
            found["month"] = f"{self.month:%Y-%m}"
        if self.page > 1:
            found["page"] = str(self.page)
        return found


@bp.get("/calendar")
@open_to(ANYONE)
def calendar() -> ResponseReturnValue:
    """A month as a table, or what comes (or one month) as a list."""
    asked = _asked()
    render = _as_list if asked.as_list else _as_month
    return kept.page(lambda layout: render(asked, layout), asked.query)


@bp.get("/calendar/<day>")
@open_to(ANYONE)
def calendar_day(day: str) -> ResponseReturnValue:
    """Everything on one day."""
    the_day = _day(day)
    asked = _asked()
    return kept.page(lambda layout: _one_day(the_day, asked, layout), asked.narrowed)


@bp.get("/search")
@open_to(ANYONE)
def search() -> ResponseReturnValue:
    """Activities that hold all the words."""
    words = _words()
    now = clock.now()
    found = queries.search(words, now.date(), limit=_PAGE_SIZE, page=_page())
    return render_template(
        "public/search.html",
        q=words,
        found=[cards.card(entry, now) for entry in found.entries],
        pager=_pager(found, "public.search", {"q": words}),
        list_url=url_for("public.calendar", view="list"),
    )


def _as_month(asked: _Asked, layout: Mapping[str, Any]) -> kept.Rendered:
    now = clock.now()
    first = asked.month or now.date().replace(day=1)
    month = queries.month(first.year, first.month, asked.filters)
    last = month.days[-1].day
    holidays = {each.day: (each.rests, each.name) for each in departing_days(first, last)}
    html = render_template(
        "public/calendar.html",
        month=cards.month_table(month, asked.narrowed, now, holidays),
        vague_more=month.vague_total - len(month.vague),
        **_around(asked, first),
        **layout,
    )
    return kept.Rendered(html, month.seats, _month_changes(month, now), only_full=not month.shares)


def _month_changes(month: Month, now: datetime) -> datetime:
    """When the month changes by itself: at midnight, or when an occurrence of which it says 已满 is over."""
    ends = [entry.ends_at for day in month.days for entry in day.entries if entry.full and entry.ends_at > now]
    return min([next_change((), now), *ends])


def _as_list(asked: _Asked, layout: Mapping[str, Any]) -> kept.Rendered:
    now = clock.now()
    first = asked.month or now.date()
    last = _month_end(asked.month) if asked.month else None
    found = queries.activities_between(first, last, asked.filters, limit=_PAGE_SIZE, page=asked.page)
    html = render_template(
        "public/calendar_list.html",
        found=[cards.card(entry, now) for entry in found.entries],
        pager=_pager(found, "public.calendar", asked.query),
        total=found.total,
        title=cards.month_name(asked.month) if asked.month else "",
        **_around(asked, first),
        **layout,
    )
    return _rendered(html, found, now)


def _one_day(day: date, asked: _Asked, layout: Mapping[str, Any]) -> kept.Rendered:
    now = clock.now()
    found = queries.activities_between(day, day, asked.filters, limit=_DAY_SIZE)
    html = render_template(
        "public/calendar_day.html",
        day_name=cards.day_name(day),
        firm=[cards.card(entry, now) for entry in found.entries if entry.slot],
        vague=[cards.card(entry, now) for entry in found.entries if not entry.slot],
        more=found.total - len(found.entries),
        filtered=bool(asked.filters),
        all_url=url_for("public.calendar_day", day=day.isoformat()),
        list_url=url_for("public.calendar", view="list", month=f"{day:%Y-%m}", **asked.narrowed),
        month_url=url_for("public.calendar", month=f"{day:%Y-%m}", **asked.narrowed),
        month_name=cards.month_name(day),
        prev=_neighbour(day, -1, asked),
        next=_neighbour(day, 1, asked),
        **layout,
    )
    return _rendered(html, found, now)


def _rendered(html: str, found: EntryPage, now: datetime) -> kept.Rendered:
    slots = [entry.slot for entry in found.entries if entry.slot]
    return kept.Rendered(html, seats_shown(slots), next_change(slots, now))


def _around(asked: _Asked, first: date) -> dict[str, Any]:
    """What month and list share: the filter and the way from one to the other."""
    agencies = queries.agencies_shown(_MOST_AGENCIES + 1)
    form = CalendarFilter(data={**asked.query})
    form.offer(agencies if len(agencies) <= _MOST_AGENCIES else [])
    if not form.month.data:
        del form.month
    if not form.view.data:
        del form.view
    month: dict[str, Any] = {"month": f"{first:%Y-%m}"}
    carried = {name: value for name, value in asked.query.items() if name in ("view", "month")}
    return {
        "filter": form,
        "offers_agencies": len(agencies) <= _MOST_AGENCIES,
        "filtered": bool(asked.filters),
        "reset_url": url_for("public.calendar", **carried) if asked.filters else "",
        "month_url": url_for("public.calendar", **asked.narrowed, **month),
        "list_url": url_for("public.calendar", view="list", **asked.narrowed, **month),
        "coming_url": url_for("public.calendar", view="list", **asked.narrowed),
        "shows_month": asked.month is not None,
    }


def _asked() -> _Asked:
    mode = request.args.get("mode", "")
    filters = Filters(
        agency=request.args.get("agency", "").replace("\x00", "")[:60],
        mode=SignupMode(mode) if mode in set(SignupMode) else None,
        q=_words(),
    )
    narrowed = {"agency": filters.agency, "mode": filters.mode.value if filters.mode else "", "q": filters.q}
    return _Asked(
        filters=filters,
        narrowed={name: value for name, value in narrowed.items() if value},
        as_list=request.args.get("view") == "list",
        month=_month(request.args.get("month", "")),
        page=_page(),
    )


def _words() -> str:
    """The words as they can be shown and sent again: one line, without what no page or address can hold."""
    typed = request.args.get("q", "")[: LONGEST * 4]
    printable = "".join(c if c.isprintable() else " " for c in typed)
    return " ".join(printable.split())[:LONGEST].strip()


def _page() -> int:
    text = request.args.get("page", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _month(text: str) -> date | None:
    if not text:
        return None
    found = _MONTH.fullmatch(text)
    if found is None:
        raise NotFound("没有这个月份，月份应写作年-月，例如2026-09")
    return date(int(found[1]), int(found[2]), 1)


def _month_end(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _day(text: str) -> date:
    try:
        return datetime.combine(date.fromisoformat(text if _DAY.fullmatch(text) else ""), time(), SHANGHAI).date()
    except ValueError:
        raise NotFound("没有这一天，日期应写作年-月-日，例如2026-09-16") from None


def _neighbour(day: date, step: int, asked: _Asked) -> dict[str, str] | None:
    other = day + timedelta(days=step)
    if not 2000 <= other.year <= 2099:
        return None
    href = url_for("public.calendar_day", day=other.isoformat(), **asked.narrowed)
    return {"href": href, "label": cards.day_name(other)}


def _pager(found: EntryPage, endpoint: str, query: dict[str, Any]) -> dict[str, Any]:
    """The arguments of the macro of that name."""

    def at(page: int) -> str:
        if not 1 <= page <= found.pages or page == found.page:
            return ""
        return url_for(endpoint, **{**query, "page": str(page)})

    return {
        "page": found.page,
        "pages": found.pages,
        "prev_url": at(found.page - 1),
        "next_url": at(found.page + 1),
        "total": found.total,
    }
