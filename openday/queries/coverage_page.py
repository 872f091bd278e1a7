"""The coverage table (各单位进展) of one call: sorted, narrowed, by pages; and one agency before one call."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.calls import Call, Reminder
from openday.models.ledger import AuditEvent
from openday.models.people import Agency, Jurisdiction, User, UserRole
from openday.models.plans import Plan
from openday.queries.coverage import Coverage, coverage, summed
from openday.queries.office_plans import around
from openday.queries.places import PlaceView, place_view
from openday.queries.scope import within_reach
from openday.queries.working_calendar import working_calendar
from openday.rules.deadlines import Deadline, Standing, deadline
from openday.rules.permissions import Actor, Right, Role, Subject, can, may
from openday.rules.working_days import WorkingCalendar

PAGE = 30
SHOWS = ("missing", "overdue", "complete", "all")
SORTS: dict[str, Callable[[Coverage], Any]] = {
    "agency": lambda row: row.agency,
    "owed": lambda row: row.owed,
    "filed": lambda row: row.filed,
    "on_record": lambda row: row.on_record,
    "published": lambda row: row.published,
    "held": lambda row: row.held,
    "reported": lambda row: row.reported,
    "answered": lambda row: row.answered,
    "due": lambda row: (not row.missing, row.due or date.max, -row.missing),
}


@dataclass(frozen=True)
class OpenCall:
    """An open call as the board names it; `mine`: the office may change it."""

    id: int
    title: str
    year: int
    campaign_month: int | None
    brand: str
    due: Deadline
    mine: bool


@dataclass(frozen=True)
class Line:
    """One agency in the table; `deadline` is done when it has filed all that it owes, None when it owes nothing."""

    row: Coverage
    deadline: Deadline | None
    reminded_today: bool

    @property
    def state(self) -> str:
        """overdue, due (today or soon), open, complete, or none when nothing is owed."""
        if self.deadline is None:
            return "none"
        if self.deadline.standing is Standing.DONE:
            return "complete"
        if self.deadline.standing is Standing.OVERDUE:
            return "overdue"
        return "open" if self.deadline.standing is Standing.ON_TIME else "due"


@dataclass(frozen=True)
class PlaceLine:
    """A place below, summed up; `agencies` that owe or have filed, of which so many are `behind`."""

    place_id: int
    row: Coverage
    agencies: int
    behind: int
    staffed: bool


@dataclass(frozen=True)
class Wanted:
    """What an address asks for of the table."""

    show: str = "missing"
    search: str = ""
    sort: str = "due"
    descending: bool = False
    page: int = 1


@dataclass(frozen=True)
class CoveragePage:
    """The table of a place. `counts` holds the number of agencies of each of `SHOWS`; `places` the places right below
    with what lies in them, `silent` the names of those from which nothing is on the list at all."""

    view: PlaceView
    calls: tuple[OpenCall, ...]
    call: OpenCall | None
    total: Coverage
    lines: tuple[Line, ...]
    counts: dict[str, int]
    places: tuple[PlaceLine, ...]
    silent: tuple[str, ...]
    wanted: Wanted
    page: int = 1
    pages: int = 1
    chosen: int = 0


def calls_in_view(actor: Actor, now: datetime, calendar: WorkingCalendar) -> tuple[OpenCall, ...]:
    """The open calls of the person's place, of everything below it, and of the places above, the newest first."""
    here = actor.jurisdiction_path
    statement = (
        select(Call, Jurisdiction.path)
        .join(Jurisdiction, Jurisdiction.id == Call.jurisdiction_id)
        .where(Call.status == "open", around(actor))
        .order_by(Call.year.desc(), (Jurisdiction.path == here).desc(), Call.id.desc())
    )
    rows = session().execute(statement).all() if may(actor, Right.CALL_READ) else ()
    return tuple(
        OpenCall(
            call.id, call.title, call.year, call.campaign_month, call.brand,
            deadline(call.due_on, now, calendar),
            can(actor, Right.CALL_MANAGE, Subject(jurisdiction_path=path)),
        )
        for call, path in rows
    )  # fmt: skip


def coverage_lines(
    actor: Actor, view: PlaceView, call_id: int, now: datetime, calendar: WorkingCalendar
) -> tuple[Line, ...]:
    """Every agency of a place before a call, by name, in one query."""
    in_reach = within_reach(actor, Right.PLAN_READ) & view.below()
    known: dict[tuple[date, bool], Deadline] = {}

    def stands(row: Coverage) -> Deadline | None:
        if row.due is None or not row.owed:
            return None
        key = (row.due, not row.missing)
        if key not in known:
            known[key] = deadline(row.due, now, calendar, done=not row.missing)
        return known[key]

    rows = coverage([Plan.call_id == call_id], in_reach, now, call_id=call_id)
    return tuple(Line(row, stands(row), row.reminded_on == now.date()) for row in rows)


def coverage_page(
    actor: Actor, now: datetime, wanted: Wanted, *, call_id: int | None = None, place_id: int | None = None
) -> CoveragePage:
    """The table as the address asks for it; four queries.

    Raises:
        NotFound: the place is not within reach.
    """
    view, calendar = place_view(actor, place_id), working_calendar()
    calls = calls_in_view(actor, now, calendar)
    call = next((each for each in calls if each.id == call_id), calls[0] if calls else None)
    lines = coverage_lines(actor, view, call.id, now, calendar) if call else ()
    return page_from(view, calls, call, lines, wanted)


def page_from(
    view: PlaceView, calls: tuple[OpenCall, ...], call: OpenCall | None, lines: Sequence[Line], wanted: Wanted
) -> CoveragePage:
    """The table out of all lines: narrowed, sorted, one page of it."""
    narrowed = [line for line in lines if _shown(line, wanted.show) and wanted.search in line.row.agency]
    key = SORTS.get(wanted.sort, SORTS["due"])
    narrowed.sort(key=lambda line: line.row.agency)
    narrowed.sort(key=lambda line: key(line.row), reverse=wanted.descending)
    pages = max(1, -(-len(narrowed) // PAGE))
    page = min(max(wanted.page, 1), pages)
    places = _places(view, lines)
    return CoveragePage(
        view=view,
        calls=calls,
        call=call,
        total=summed((line.row for line in lines), id_=view.here.id, name=view.here.name, path=view.here.path),
        lines=tuple(narrowed[(page - 1) * PAGE : page * PAGE]),
        counts={show: sum(_shown(line, show) for line in lines) for show in SHOWS},
        places=places,
        silent=tuple(each.row.agency for each in places if each.place_id and not each.row.filed),
        wanted=wanted,
        page=page,
        pages=pages,
        chosen=len(narrowed),
    )


def _shown(line: Line, show: str) -> bool:
    if show == "missing":
        return bool(line.row.missing)
    if show == "overdue":
        return line.state == "overdue"
    return line.state == "complete" if show == "complete" else True


def _places(view: PlaceView, lines: Iterable[Line]) -> tuple[PlaceLine, ...]:
    """The places right below, the agencies of this place itself first; nothing for a place without any below."""
    if not view.children:
        return ()
    held: dict[int, list[Line]] = {place.id: [] for place in (view.here, *view.children)}
    for line in lines:
        held[view.child_of(line.row.path).id].append(line)
    found = []
    for place in (view.here, *view.children):
        own = place is view.here
        name = f"{place.name}本级" if own else place.name
        row = summed((line.row for line in held[place.id]), id_=place.id, name=name, path=place.path)
        behind = sum(bool(line.row.missing) for line in held[place.id])
        found.append(PlaceLine(0 if own else place.id, row, len(held[place.id]), behind, place.staffed))
    return tuple(found)


@dataclass(frozen=True)
class Extension:
    """Who gave more time, for all (`agency` empty) or for one agency."""

    at: datetime
    who: str
    agency: str
    due: date
    reason: str


@dataclass(frozen=True)
class Reminded:
    """One 催报; `letters` is 0 when nobody there has a mailbox."""

    at: datetime
    who: str
    letters: int


@dataclass(frozen=True)
class AgencyPage:
    """One agency before one call; `mailboxes` is how many addresses a reminder goes to, `email` the agency's own."""

    call: OpenCall
    line: Line
    place: str
    email: str
    mailboxes: int
    extensions: tuple[Extension, ...]
    reminders: tuple[Reminded, ...]


def extensions_of(call_id: int, agency_id: int | None = None) -> tuple[Extension, ...]:
    """Every extension of a call, the newest first; with an agency only those that concern it."""
    statement = (
        select(AuditEvent, User.name, Agency.name)
        .outerjoin(User, User.id == AuditEvent.actor_id)
        .outerjoin(Agency, Agency.id == AuditEvent.agency_id)
        .where(
            AuditEvent.action.in_(("call.extend", "call.extend_agency")),
            AuditEvent.record_type == "call",
            AuditEvent.record_id == call_id,
        )
        .order_by(AuditEvent.id.desc())
    )
    found = []
    for event, who, agency in session().execute(statement):
        one = event.action == "call.extend_agency"
        if agency_id is None or not one or event.agency_id == agency_id:
            due = date.fromisoformat(event.detail["due"])
            found.append(Extension(event.at, who or "", agency or "" if one else "", due, event.detail["reason"]))
    return tuple(found)


def agency_page(actor: Actor, call_id: int, agency_id: int, now: datetime) -> AgencyPage:
    """One agency before one open call, with its reminders and extensions.

    Raises:
        NotFound: the call or the agency is not within reach, or has nothing to do with the other.
    """
    view, calendar = place_view(actor), working_calendar()
    call = next((each for each in calls_in_view(actor, now, calendar) if each.id == call_id), None)
    lines = coverage_lines(actor, view, call_id, now, calendar) if call else ()
    line = next((each for each in lines if each.row.agency_id == agency_id), None)
    if call is None or line is None:
        raise NotFound()
    statement = (
        select(Reminder, User.name)
        .outerjoin(User, User.id == Reminder.sent_by_id)
        .where(Reminder.call_id == call_id, Reminder.agency_id == agency_id)
        .order_by(Reminder.id.desc())
    )
    return AgencyPage(
        call=call,
        line=line,
        place=view.all[line.row.path].name,
        email=session().scalar(select(Agency.email).where(Agency.id == agency_id)) or "",
        mailboxes=len(mailboxes([agency_id]).get(agency_id, ())),
        extensions=extensions_of(call_id, agency_id),
        reminders=tuple(Reminded(row.at, who or "", row.letters) for row, who in session().execute(statement)),
    )


def mailboxes(agency_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    """Agency id to the addresses of its 催报: its own and those of its active filers, each once; two queries."""
    own = select(Agency.id, Agency.email).where(Agency.id.in_(agency_ids), Agency.email != "")
    filers = (
        select(User.agency_id, User.email)
        .join(User.roles)
        .where(User.agency_id.in_(agency_ids), User.active, User.email != "", UserRole.role == Role.FILER.value)
        .order_by(User.id)
    )
    found: dict[int, dict[str, None]] = {}
    for agency_id, address in session().execute(own):
        found.setdefault(agency_id, {})[address] = None
    for row in session().execute(filers):
        found.setdefault(row[0] or 0, {})[row[1]] = None
    return {agency_id: tuple(addresses) for agency_id, addresses in found.items()}


def owing(actor: Actor, call_id: int, now: datetime) -> tuple[OpenCall, tuple[Line, ...]]:
    """An open call and every agency within reach that still owes, the latest deadline last.

    Raises:
        NotFound: no such open call around the person's place.
    """
    view, calendar = place_view(actor), working_calendar()
    call = next((each for each in calls_in_view(actor, now, calendar) if each.id == call_id), None)
    if call is None:
        raise NotFound()
    lines = [line for line in coverage_lines(actor, view, call_id, now, calendar) if line.row.missing]
    return call, tuple(sorted(lines, key=lambda line: SORTS["due"](line.row)))
