"""What the home page shows besides the calendar: the campaign month of an open call, and the latest answers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from openday.db import peek, session
from openday.models.activities import Activity
from openday.models.aftermath import Suggestion
from openday.models.people import Agency
from openday.rules.states import Adoption, SuggestionStatus

_SHOWN = 3


@dataclass(frozen=True)
class Campaign:
    """The campaign month that is now; `brand` may be empty."""

    year: int
    month: int
    brand: str


@dataclass(frozen=True)
class AnsweredSuggestion:
    """A suggestion with its public answer."""

    text: str
    reply: str
    adoption: Adoption
    agency: str
    theme: str


def campaign_now(today: date) -> Campaign | None:
    """The campaign month of an open call, when it is this month; one small statement."""
    question = "SELECT brand FROM calls WHERE status = 'open' AND year = ? AND campaign_month = ? ORDER BY id LIMIT 1"
    rows = peek(question, (today.year, today.month))
    return Campaign(today.year, today.month, rows[0][0]) if rows else None


def answered_lately() -> tuple[AnsweredSuggestion, ...]:
    """The latest public answers; one statement. Each new one is a public change, which raises the revision."""
    statement = (
        select(Suggestion.text, Suggestion.reply, Suggestion.adoption, Agency.name, Activity.theme)
        .join(Agency, Agency.id == Suggestion.agency_id)
        .outerjoin(Activity, Activity.id == Suggestion.activity_id)
        .where(Suggestion.status == SuggestionStatus.ANSWERED)
        .order_by(Suggestion.answered_at.desc(), Suggestion.id.desc())
        .limit(_SHOWN)
    )
    return tuple(
        AnsweredSuggestion(text, reply or "", Adoption(adoption or Adoption.REFERENCE), agency, theme or "")
        for text, reply, adoption, agency, theme in session().execute(statement)
    )
