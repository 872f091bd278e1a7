"""What the home page shows besides the calendar: the campaign month of an open call, and the latest answers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from openday.db import session
from openday.models.activities import Activity
from openday.models.aftermath import Suggestion
from openday.models.calls import Call
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


@dataclass(frozen=True)
class HomeExtras:
    """Compared as a whole: a kept home page holds while this is the same."""

    campaign: Campaign | None
    answered: tuple[AnsweredSuggestion, ...]


def home_extras(today: date) -> HomeExtras:
    """The campaign of today's month and the latest answers; two statements."""
    call = (
        session()
        .execute(
            select(Call.year, Call.campaign_month, Call.brand)
            .where(Call.status == "open", Call.year == today.year, Call.campaign_month == today.month)
            .order_by(Call.id)
            .limit(1)
        )
        .first()
    )
    answered = (
        select(Suggestion.text, Suggestion.reply, Suggestion.adoption, Agency.name, Activity.theme)
        .join(Agency, Agency.id == Suggestion.agency_id)
        .outerjoin(Activity, Activity.id == Suggestion.activity_id)
        .where(Suggestion.status == SuggestionStatus.ANSWERED)
        .order_by(Suggestion.answered_at.desc(), Suggestion.id.desc())
        .limit(_SHOWN)
    )
    return HomeExtras(
        campaign=Campaign(call[0], call[1], call[2]) if call and call[1] else None,
        answered=tuple(
            AnsweredSuggestion(text, reply or "", Adoption(adoption or Adoption.REFERENCE), agency, theme or "")
            for text, reply, adoption, agency, theme in session().execute(answered)
        ),
    )
