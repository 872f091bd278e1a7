"""The calendar of working days: days off and days worked to make up for them."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import ChangedByAnother, NotFound, Refused
from openday.queries.working_calendar import CALENDAR_AHEAD, calendar_year, working_calendar
from openday.rules.holiday_notice import HolidayNotice, read_notice
from openday.rules.permissions import Role
from openday.services import working_days
from openday.services.working_days import FIRST_YEAR, LAST_YEAR
from openday.web.access import open_to, the_actor
from openday.web.forms.reviews import number_of
from openday.web.forms.texts import put_problem, show_cleaned
from openday.web.forms.working_days import DayForm, NoticeForm
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


@bp.post("/calendar-days/notice")
@open_to(*_KEEPERS)
def calendar_notice_check() -> ResponseReturnValue:
    """Read a pasted notice and show what would be entered; nothing is kept yet."""
    form = NoticeForm()
    if not form.validate_on_submit():
        return _page(form.notice_year.data or _year(), DayForm(formdata=None), 422, form)
    read = read_notice(form.text.data or "", year=form.notice_year.data)
    if not read.days:
        put_problem(form, "text", "没有读到放假或上班的日期，请粘贴国务院办公厅通知的全文")
        return _page(form.notice_year.data, DayForm(formdata=None), 422, form)
    return _preview(form, read)


@bp.post("/calendar-days/notice/save")
@open_to(*_KEEPERS)
def calendar_notice_save() -> ResponseReturnValue:
    """Enter the days of the notice that was just looked over."""
    form = NoticeForm()
    if form.validate_on_submit():
        year = form.notice_year.data
        try:
            changed = working_days.enter_notice(the_actor(), year, form.text.data or "")
        except (Refused, ChangedByAnother) as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash(
                f"已按通知写入{changed}天，期限已重新推算。" if changed else "通知中的日子早已录入，没有变化。", "done"
            )
            return _back(year)
    return _page(form.notice_year.data or _year(), DayForm(formdata=None), 422, form)


def _preview(form: NoticeForm, read: HolidayNotice) -> ResponseReturnValue:
    """The days as read beside what is entered already."""
    year = form.notice_year.data
    years = sorted({year, *(day.day.year for day in read.days)})
    there = {each.day: each for one in years for each in calendar_year(one).days}
    rows = [{"day": each.day, "rests": each.rests, "name": each.name, "now": there.get(each.day)} for each in read.days]
    named = {each.day for each in read.days}
    others = [each for each in there.values() if each.day not in named and each.day.year == year]
    return render_template(
        "office/calendar_notice.html", form=form, year=year, rows=rows, doubts=read.doubts, others=others
    )


def _year() -> int:
    year = number_of(request.args, "year") or clock.today().year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _back(year: int) -> ResponseReturnValue:
    return redirect(url_for("office.calendar_days", year=year), code=303)


def _page(year: int, form: DayForm, status: int = 200, pasted: NoticeForm | None = None) -> ResponseReturnValue:
    show_cleaned(form.day)
    shown = calendar_year(min(max(year, FIRST_YEAR), LAST_YEAR))
    today = clock.today()
    page = render_template(
        "office/calendar_days.html",
        shown=shown,
        form=form,
        pasted=pasted or NoticeForm(formdata=None, notice_year=shown.year),
        years=range(today.year - 1, today.year + 2),
        unknown=working_calendar().unknown_years(today, today + CALENDAR_AHEAD),
    )
    return page, status
