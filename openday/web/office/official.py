"""The office takes official papers (公文) out, to be signed and stamped."""

from datetime import date

from flask import current_app, request
from flask.typing import ResponseReturnValue

from openday import clock
from openday.config import Settings, Site
from openday.documents.official import OfficialDocument, official_docx
from openday.documents.official_texts import announcement, month_schedule, reminder_notice
from openday.errors import Forbidden, Refused
from openday.queries import calls as call_queries
from openday.queries import official as queries
from openday.queries.working_calendar import working_calendar
from openday.rules.permissions import Role
from openday.services import exports
from openday.services.working_days import FIRST_YEAR, LAST_YEAR
from openday.web.access import open_to, the_actor
from openday.web.downloads import DOCX, download
from openday.web.links import page_url
from openday.web.office.blueprint import bp
from openday.web.pages import absolute_url

ANSWER_WITHIN = 3
"""Working days that a reminder gives once the call's own deadline has passed."""


@bp.get("/publications/<code>/announcement.docx")
@open_to(Role.OFFICER)
def official_announcement(code: str) -> ResponseReturnValue:
    """活动公告 (预告) of one activity."""
    found = queries.announced(the_actor(), code, page_url)
    paper = announcement(found.facts, found.facts.agency, clock.today())
    return _paper(paper, "announcement", "activity", found.activity_id, found.agency_id)


@bp.get("/month-schedule.docx")
@open_to(Role.OFFICER)
def official_month_schedule() -> ResponseReturnValue:
    """活动安排表 of a month."""
    first = _month(request.args.get("month", ""))
    rows = queries.activities_of_month(the_actor(), first)
    if not rows:
        raise Refused(f"{first.year}年{first.month}月没有已发布的活动，请改选月份")
    address = absolute_url("public.calendar")
    paper = month_schedule(first.year, first.month, rows, address, _issuer(), clock.today())
    return _paper(paper, "month_schedule", "call", None, None)


@bp.get("/calls/<int(max=2147483647):call_id>/reminder-notice.docx")
@open_to(Role.OFFICER)
def official_reminder_notice(call_id: int) -> ResponseReturnValue:
    """催报通知 to the agencies that still owe plans to a call."""
    call = call_queries.call_page(the_actor(), call_id)
    if not call.manageable:
        raise Forbidden("这项通知由其他地方的政务公开办办理")
    missing = queries.missing_agencies(call)
    if not missing:
        raise Refused("各单位都已报齐，不需要催报")
    today = clock.today()
    answer_by = max(call.due_on, working_calendar().add_working_days(today, ANSWER_WITHIN))
    paper = reminder_notice(
        call.title, call.year, call.due_on, call.due_on if call.due_on >= today else answer_by, missing,
        address=absolute_url("account.login"), contact=_site().contact,
        issuer=_issuer(), dated=today,
    )  # fmt: skip
    return _paper(paper, "reminder_notice", "call", call_id, None)


def _paper(
    paper: OfficialDocument, kind: str, record_type: str, record_id: int | None, agency_id: int | None
) -> ResponseReturnValue:
    content = official_docx(paper)
    exports.note_official_export(the_actor(), kind, record_type, record_id, agency_id)
    return download(content, f"{paper.title}.docx", DOCX, ascii_name=f"{kind.replace('_', '-')}.docx")


def _site() -> Site:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.site


def _issuer() -> str:
    return _site().organiser


def _month(typed: str) -> date:
    year, _, month = typed.partition("-")
    if year.isascii() and month.isascii() and year.isdigit() and month.isdigit() and len(typed) <= 7:
        plausible = FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12
        if plausible:
            return date(int(year), int(month), 1)
    raise Refused("请选择月份，例如2026-09", field="month")
