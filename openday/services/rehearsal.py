"""One published activity with open sign-up, for rehearsals and load tests, made in one go without any review."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from openday import clock
from openday.db import session, use_case
from openday.models.activities import Activity
from openday.models.columns import new_code
from openday.models.occurrences import Occurrence, Quota
from openday.models.people import Agency, Jurisdiction, User, UserRole
from openday.models.plans import Plan, PlanVersion
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus, SignupMode
from openday.rules.wording import day_text
from openday.services import ledger
from openday.services.republish import announce

PARTY_LIMIT = 5
STARTS_IN = timedelta(days=7)
_PLACE = "演练区"


@dataclass(frozen=True)
class Rehearsal:
    """The codes of what was made, and the log-in of the filer who may read its lists."""

    activity: str
    occurrences: tuple[str, ...]
    login: str


@dataclass(frozen=True)
class Stage:
    """What to rehearse on: so many occurrences, each with so many seats, shared out evenly among its quotas."""

    occurrences: int
    seats: int
    waitlist: bool
    quotas: int = 1


@use_case
def prepare_rehearsal(stage: Stage, password_hash: str, page_url: Callable[[str], str]) -> Rehearsal:
    """Make an agency with its filer and one activity of theirs with the occurrences of `stage`.

    Sign-up is open from now on, first come, in parties of up to five; the first occurrence begins in seven days, each
    further one a day later. Every call makes its own agency, so that rehearsals do not meet.
    """
    now = clock.now()
    mark = new_code(6)
    agency = _agency(mark)
    filer = _filer(agency, mark, password_hash, now)
    activity = _activity(agency, filer, now)
    codes = [_occurrence(activity, filer, number, stage, now) for number in range(1, stage.occurrences + 1)]
    announce(activity, "published", "活动发布，报名开始", now=now, page_url=page_url)
    ledger.record(
        "rehearsal.prepare",
        actor=None,
        record_type="activity",
        record_id=activity.id,
        now=now,
        agency_id=agency.id,
        occurrences=stage.occurrences,
        seats=stage.seats,
        waitlist=stage.waitlist,
    )
    return Rehearsal(activity.code, tuple(codes), filer.login)


def _agency(mark: str) -> Agency:
    place = session().scalar(select(Jurisdiction).where(Jurisdiction.name == _PLACE, Jurisdiction.parent_id.is_(None)))
    if place is None:
        place = Jurisdiction(name=_PLACE, path=secrets.token_hex(8))
        session().add(place)
        session().flush()
        place.path = f"/{place.id}/"
    agency = Agency(jurisdiction_id=place.id, name=f"演练单位{mark}", slug=f"rehearsal-{mark}", phone="0000-0000000")
    session().add(agency)
    session().flush()
    return agency


def _filer(agency: Agency, mark: str, password_hash: str, now: datetime) -> User:
    filer = User(
        login=f"rehearsal-{mark}",
        name="演练填报人",
        password_hash=password_hash,
        agency_id=agency.id,
        jurisdiction_id=agency.jurisdiction_id,
        created_at=now,
        roles=[UserRole(role=Role.FILER.value)],
    )
    session().add(filer)
    session().flush()
    return filer


def _activity(agency: Agency, filer: User, now: datetime) -> Activity:
    first = (now + STARTS_IN).date()
    texts = {
        "theme": "报名演练",
        "time_text": day_text(first, weekday=False),
        "venue": "演练大厅",
        "content": "用于演练和测试，不对应真实活动。",
        "audience_text": "公众",
        "signup_text": "网上报名",
        "contact": "演练填报人",
        "contact_phone": "0000-0000000",
    }
    period = {"precision": "day", "first_day": first, "last_day": first}
    plan = Plan(
        agency_id=agency.id,
        status=PlanStatus.PUBLISHED.value,
        created_at=now,
        updated_at=now,
        submitted_at=now,
        versions=[PlanVersion(number=1, author_id=filer.id, saved_at=now, fields=texts)],
        **texts,
        **period,
    )
    session().add(plan)
    session().flush()
    activity = Activity(
        uid=f"{secrets.token_hex(16)}@openday",
        plan_id=plan.id,
        agency_id=agency.id,
        signup_mode=SignupMode.FIRST_COME.value,
        published_at=now,
        changed_at=now,
        **texts,
        **period,
    )
    session().add(activity)
    session().flush()
    return activity


def _occurrence(activity: Activity, filer: User, number: int, stage: Stage, now: datetime) -> str:
    starts_at = (now + STARTS_IN + timedelta(days=number - 1)).replace(minute=0, second=0, microsecond=0)
    row = Occurrence(
        activity_id=activity.id,
        number=number,
        status=OccurrenceStatus.SCHEDULED.value,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        venue=activity.venue,
        signup_mode=SignupMode.FIRST_COME.value,
        party_limit=PARTY_LIMIT,
        waitlist=stage.waitlist,
        created_by_id=filer.id,
        created_at=now,
        changed_at=now,
        quotas=_quotas(stage),
    )
    session().add(row)
    session().flush()
    return row.code


def _quotas(stage: Stage) -> list[Quota]:
    if stage.quotas == 1:
        return [Quota(position=1, name="公众", capacity=stage.seats)]
    each, more = divmod(stage.seats, stage.quotas)
    return [Quota(position=n, name=f"公众{n}", capacity=each + (n <= more)) for n in range(1, stage.quotas + 1)]
