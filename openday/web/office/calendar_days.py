"""The calendar of working days: days off and days worked to make up for them."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, NotFound, Refused
from openday.queries.working_calendar import calendar_year
from openday.rules.permissions import Role
from openday.services import working_days
from openday.services.working_days import FIRST_YEAR, LAST_YEAR
from openday.web.access import open_to, the_actor
from openday.web.forms.reviews import number_of
from openday.web.forms.texts import put_problem, show_cleaned
from openday.web.forms.working_days import DayForm
from openday.web.office.blueprint import bp

_KEEPERS = (Role.OFFICER, Role.ADMIN)


@bp.get("/calendar-days")
@open_to(*_KEEPERS)
def calendar_days() -> ResponseReturnValue:
    """The days of one year, by default of this one."""
    return _page(_year(), DayForm(formdata=None))


@bp.post("/calendar-days")
@open_to(*_KEEPERS)
def calendar_day_add() -> ResponseReturnValue:
    """Enter or correct a day."""
    form = DayForm()
    if form.validate_on_submit() and form.day.data is not None:
        try:
            working_days.set_day(
                the_actor(), form.day.data, rests=form.kind.data == "holiday", name=form.name.data or ""
            )
        except (Refused, ChangedByAnother) as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash("已写入工作日历，今后的期限按此推算。", "done")
            return _back(form.day.data.year)
    return _page(form.day.data.year if form.day.data else _year(), form, 422)


@bp.post("/calendar-days/<day>/remove")
@open_to(*_KEEPERS)
def calendar_day_remove(day: str) -> ResponseReturnValue:
    """Take a day out again."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError as unreadable:
        raise NotFound() from unreadable
    working_days.remove_day(the_actor(), chosen)
    flash("已移除，这一天恢复为平常安排。", "done")
    return _back(chosen.year)


@bp.post("/calendar-days/load")
@open_to(*_KEEPERS)
def calendar_days_load() -> ResponseReturnValue:
    """Take over the State Council's notice for a year."""
    year = number_of(request.form, "year") or clock.today().year
    changed = working_days.load_state_holidays(the_actor(), year)
    flash(f"已载入{year}年放假安排，写入{changed}天。" if changed else f"{year}年放假安排早已载入，没有变化。", "done")
    return _back(year)


def _year() -> int:
    year = number_of(request.args, "year") or clock.today().year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _back(year: int) -> ResponseReturnValue:
    return redirect(url_for("office.calendar_days", year=year), code=303)


def _page(year: int, form: DayForm, status: int = 200) -> ResponseReturnValue:
    show_cleaned(form.day)
    shown = calendar_year(min(max(year, FIRST_YEAR), LAST_YEAR))
    this_year = clock.today().year
    page = render_template(
        "office/calendar_days.html", shown=shown, form=form, years=range(this_year - 1, this_year + 2)
    )
    return page, status
