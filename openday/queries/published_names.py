"""公示: the masked names of those who got into an occurrence, for everybody to read while they are out."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, select

from openday.db import session
from openday.errors import NotFound
from openday.models.activities import Activity
from openday.models.occurrences import Occurrence
from openday.models.people import Agency
from openday.models.registrations import Registration
from openday.queries.registrations import OCCASION_COLUMNS, Occasion, occasion_from, sayable
from openday.rules.published_names import (
    MODES,
    NameLine,
    NamesState,
    in_neutral_order,
    last_day,
    masked_name,
    names_state,
)
from openday.rules.states import OccurrenceStatus, RegistrationStatus


@dataclass(frozen=True)
class NamesPage:
    """The page of one occurrence: `lines` are empty before the end of sign-up. `gone` counts confirmed parties of whom
    no name is kept any more."""

    occasion: Occasion
    state: NamesState
    until: date
    lines: tuple[NameLine, ...]
    gone: int

    @property
    def people(self) -> int:
        """Persons on the page."""
        return sum(line.people for line in self.lines)


_PAGE = (
    select(*OCCASION_COLUMNS)
    .join(Activity, Activity.id == Occurrence.activity_id)
    .join(Agency, Agency.id == Activity.agency_id)
    .where(Occurrence.code == bindparam("code"), Occurrence.status != OccurrenceStatus.PROPOSED)
)


def names_page(code: str, retention_days: int, now: datetime) -> NamesPage:
    """The published names of the occurrence with this code.

    Raises:
        NotFound: there is none, it publishes no names, or their time is over.
    """
    row = session().execute(_PAGE, {"code": sayable(code)}).first()
    if row is None or not row.publish_names:
        raise NotFound()
    occasion = occasion_from(row)
    state = names_state(occasion.facts, occasion.ends_at, retention_days, now)
    if occasion.facts.mode not in MODES or state is NamesState.OVER:
        raise NotFound("公示已经结束，名单不再显示。")
    lines, gone = _lines(occasion.id) if state is NamesState.OUT else ((), 0)
    return NamesPage(occasion, state, last_day(occasion.ends_at, retention_days), lines, gone)


def _lines(occurrence_id: int) -> tuple[tuple[NameLine, ...], int]:
    rows = session().execute(
        select(Registration.name, Registration.phone_last4, Registration.party_size).where(
            Registration.occurrence_id == occurrence_id,
            Registration.status == RegistrationStatus.CONFIRMED.value,
            Registration.source != "walk_in",
        )
    )
    named = [(masked_name(row.name or ""), row) for row in rows]
    lines = in_neutral_order(NameLine(name, row.phone_last4, row.party_size) for name, row in named if name)
    return tuple(lines), sum(1 for name, _row in named if not name)


@dataclass(frozen=True)
class NamesSetting:
    """How an occurrence is set, and whether anybody is or was on its list."""

    publish: bool
    basis: str
    signed_up: bool


def names_setting(code: str) -> NamesSetting:
    """The setting of the occurrence with this code, at whose reach the caller has looked."""
    statement = select(Occurrence.id, Occurrence.publish_names, Occurrence.names_basis)
    row = session().execute(statement.where(Occurrence.code == sayable(code))).one()
    return NamesSetting(row.publish_names, row.names_basis, anybody_signed_up(row.id))


def anybody_signed_up(occurrence_id: int) -> bool:
    """Whether anybody is or was on the list: they signed up by what the form said then."""
    count = select(func.count()).select_from(Registration).where(Registration.occurrence_id == occurrence_id)
    return bool(session().scalar(count))
