"""Activities in the public calendar, and plans on record that wait for it. Written as rows, not through use-cases."""

import uuid
from datetime import date, timedelta

from openday import clock
from openday.db import db, use_case
from openday.models.activities import Activity, ActivityChange
from openday.models.plans import Plan, PlanVersion
from openday.rules.fuzzy_date import Precision
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SignupMode
from openday.rules.wording import day_text
from openday.services.republish import CALENDAR, bump, rewrite_events
from tests.factories.people import House, Persona

_TEXTS = {
    "venue": "云溪区图书馆一楼大厅",
    "content": "参观采编、修复和自助借还，现场听取意见。",
    "audience_text": "市民代表20人、企业代表10人",
    "contact": "何文",
    "contact_phone": "0000-8880001",
}
_PERIOD = ("precision", "first_day", "last_day", "start_time", "end_time", "day_part", "tentative")


def page_url(code: str) -> str:
    """The address of an activity's page as the factories write it into calendar entries."""
    return f"https://open.example.gov.cn/activities/{code}"


def ticket_url(code: str) -> str:
    """The address of a ticket as tests hand it to use-cases."""
    return f"https://open.example.gov.cn/tickets/{code}"


@use_case
def plan_on_record(
    house: House,
    *,
    theme: str = "走进图书馆",
    signup_text: str = "电话报名",
    agency_id: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
    author: Persona | None = None,
) -> Plan:
    """A plan that the office approved, by default for 上旬 of the month after next; `house.filer` wrote it."""
    plan = _plan(house, PlanStatus.ON_RECORD, theme, signup_text, agency_id, first_day, last_day)
    if author is not None:
        plan.versions[0].author_id = author.id
    return plan


@use_case
def published_activity(
    house: House,
    *,
    theme: str = "走进图书馆",
    vague: bool = True,
    signup_mode: SignupMode = SignupMode.FIRST_COME,
    signup_text: str = "网上报名",
    agency_id: int | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> Activity:
    """A published activity of `house.agency_id` (or another agency) without occurrences.

    By default its time is 上旬 of the month after next. `open_occurrence` makes it firm; `vague=False` only sets the
    flag, for a test that adds occurrences by itself.
    """
    now = clock.now()
    plan = _plan(house, PlanStatus.PUBLISHED, theme, signup_text, agency_id, first_day, last_day)
    activity = Activity(
        uid=f"{uuid.uuid4().hex}@openday",
        plan_id=plan.id,
        agency_id=plan.agency_id,
        signup_mode=signup_mode.value,
        theme=plan.theme,
        time_text=plan.time_text,
        signup_text=signup_text,
        published_at=now,
        changed_at=now,
        changes=[ActivityChange(kind="published", text="活动发布", at=now)],
        **_TEXTS,
        **{name: getattr(plan, name) for name in _PERIOD},
    )
    db.session.add(activity)
    db.session.flush()
    rewrite_events(activity, page_url)
    bump(CALENDAR, now)
    activity.vague = vague
    return activity


def _plan(
    house: House,
    status: PlanStatus,
    theme: str,
    signup_text: str,
    agency_id: int | None,
    first_day: date | None,
    last_day: date | None,
) -> Plan:
    now = clock.now()
    start = first_day or _first_of_the_month_after_next(now.date())
    plan = Plan(
        agency_id=agency_id or house.agency_id,
        status=status.value,
        theme=theme,
        time_text=f"{start.year}年{start.month}月上旬" if first_day is None else day_text(start, weekday=False),
        signup_text=signup_text,
        precision=(Precision.XUN if first_day is None else Precision.RANGE).value,
        first_day=start,
        last_day=last_day or (start + timedelta(days=9) if first_day is None else start),
        created_at=now,
        updated_at=now,
        submitted_at=now,
        versions=[PlanVersion(number=1, author_id=house.filer.id, saved_at=now, fields={"theme": theme})],
        **_TEXTS,
    )
    db.session.add(plan)
    db.session.flush()
    return plan


def _first_of_the_month_after_next(day: date) -> date:
    months = day.year * 12 + day.month - 1 + 2
    return date(months // 12, months % 12 + 1, 1)
