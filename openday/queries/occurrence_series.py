"""What the plan of an activity proposes for its occurrences: days, and quotas from the audience."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday.clock import SHANGHAI
from openday.db import session
from openday.models.plans import Plan
from openday.queries.activities import ActivityDetail, activity_detail
from openday.queries.working_calendar import working_calendar
from openday.rules.audience import read_audience
from openday.rules.fuzzy_date import FuzzyDate, read_period
from openday.rules.fuzzy_date_text import time_text
from openday.rules.permissions import Actor
from openday.rules.quota_proposals import QuotaProposal, propose_quotas
from openday.rules.rhythms import Expansion, expand
from openday.rules.states import OccurrenceStatus


@dataclass(frozen=True)
class OccurrenceSeries:
    """An activity and what follows from its wording; on the days in `taken` it has an occurrence or a proposal."""

    activity: ActivityDetail
    period: FuzzyDate
    expansion: Expansion
    quotas: QuotaProposal
    taken: frozenset[date]

    @property
    def clock_text(self) -> str:
        """The time of day as the plan has it: 14:30–16:30, 上午, or nothing."""
        return time_text(self.period)


def occurrence_series(actor: Actor, code: str, now: datetime) -> OccurrenceSeries:
    """Read the time and the audience of an activity for whoever schedules it.

    Raises:
        NotFound: not there, or not within reach.
    """
    activity = activity_detail(actor, code, now)
    statement = select(Plan).where(Plan.code == activity.plan_code).options(joinedload(Plan.call))
    period = read_period(activity.text.time_text, year=session().scalars(statement).one().reading_year)
    today = now.astimezone(SHANGHAI).date()
    standing = (row for row in activity.occurrences if row.status is not OccurrenceStatus.CANCELLED)
    return OccurrenceSeries(
        activity=activity,
        period=period,
        expansion=expand(period, today=today, working=working_calendar().is_working_day),
        quotas=propose_quotas(read_audience(activity.text.audience_text), agency=activity.agency),
        taken=frozenset(row.starts_at.astimezone(SHANGHAI).date() for row in standing),
    )
