"""Lists of topic calls and proposals for the desks: what came in, what waits for whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, false, func, select, true
from sqlalchemy.orm import contains_eager, joinedload

from openday.db import session
from openday.models.people import Jurisdiction
from openday.models.topics import TopicCall, TopicProposal
from openday.queries.topics import WAIT_LABELS, wait_of
from openday.rules.permissions import Actor, Right, may, reaches_subtree
from openday.rules.topic_states import SHOWN, CallPhase, ProposalStatus, Verdict, phase

PAGE = 30


@dataclass(frozen=True)
class TopicCallLine:
    """A topic call in the office's list; `counts` by WAITS."""

    id: int
    code: str
    title: str
    place: str
    opens_at: datetime
    closes_at: datetime
    phase: CallPhase
    counts: dict[str, int]

    @property
    def proposals(self) -> int:
        """How many came in."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class TopicLine:
    """A proposal in a desk's list; `wait` is one of WAITS."""

    id: int
    title: str
    supports: int
    agency: str
    wait: str
    verdict: Verdict | None
    received_at: datetime
    call: str

    @property
    def wait_label(self) -> str:
        """The Chinese of what it waits for."""
        return WAIT_LABELS[self.wait]


@dataclass(frozen=True)
class TopicList:
    """One page of proposals; `counts` by WAITS hold before one was chosen."""

    lines: tuple[TopicLine, ...]
    counts: dict[str, int]
    total: int
    page: int
    pages: int


def topic_call_list(actor: Actor, now: datetime) -> tuple[TopicCallLine, ...]:
    """Every topic call of the place and below, the newest first; two statements."""
    reach = _places(actor)
    counted: dict[int, dict[str, int]] = {}
    tally = (
        select(TopicProposal.topic_call_id, _wait_column().label("wait"), func.count())
        .join(TopicProposal.topic_call)
        .join(TopicCall.jurisdiction)
        .where(reach)
        .group_by(TopicProposal.topic_call_id, "wait")
    )
    for topic_call_id, wait, number in session().execute(tally):
        counted.setdefault(topic_call_id, {})[wait] = number
    statement = (
        select(TopicCall)
        .join(TopicCall.jurisdiction)
        .options(contains_eager(TopicCall.jurisdiction))
        .where(reach)
        .order_by(TopicCall.closes_at.desc(), TopicCall.id.desc())
    )
    return tuple(
        TopicCallLine(
            id=found.id,
            code=found.code,
            title=found.title,
            place=found.jurisdiction.name,
            opens_at=found.opens_at,
            closes_at=found.closes_at,
            phase=phase(found.opens_at, found.closes_at, now, ended=found.status == "closed"),
            counts=counted.get(found.id, {}),
        )
        for found in session().scalars(statement)
    )


def topic_list(actor: Actor, *, topic_call_id: int | None = None, wait: str = "", page: int = 1) -> TopicList:
    """The proposals within reach, of one topic call or of all, narrowed to one of WAITS; the longest waiting first,
    of those that are finished the newest. Two statements."""
    conditions = [_readable(actor)]
    if topic_call_id is not None:
        conditions.append(TopicProposal.topic_call_id == topic_call_id)
    tally = select(_wait_column().label("wait"), func.count()).join(TopicProposal.topic_call)
    rows = session().execute(tally.join(TopicCall.jurisdiction).where(*conditions).group_by("wait"))
    counts = {row[0]: row[1] for row in rows}
    if wait:
        conditions.append(_wait_column() == wait)
    total = counts.get(wait, 0) if wait else sum(counts.values())
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    newest = wait in ("", "answered", "removed")
    order = TopicProposal.id.desc() if newest else TopicProposal.id.asc()
    statement = (
        select(TopicProposal)
        .join(TopicProposal.topic_call)
        .join(TopicCall.jurisdiction)
        .options(contains_eager(TopicProposal.topic_call), joinedload(TopicProposal.agency))
        .where(*conditions)
        .order_by(order)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return TopicList(tuple(_line(found) for found in session().scalars(statement)), counts, total, page, pages)


def topics_waiting(actor: Actor, *, limit: int = 20) -> tuple[TopicLine, ...]:
    """What waits for this very person: to moderate and to make public, or to take up. The longest waiting first."""
    wanted = []
    if may(actor, Right.TOPIC_MODERATE):
        wanted += ["received", "drafted"]
    elif may(actor, Right.TOPIC_ANSWER):
        wanted += ["with_agency"]
    if not wanted:
        return ()
    statement = (
        select(TopicProposal)
        .join(TopicProposal.topic_call)
        .join(TopicCall.jurisdiction)
        .options(contains_eager(TopicProposal.topic_call), joinedload(TopicProposal.agency))
        .where(_readable(actor), _wait_column().in_(wanted))
        .order_by(TopicProposal.id)
        .limit(limit)
    )
    return tuple(_line(found) for found in session().scalars(statement))


def _readable(actor: Actor) -> ColumnElement[bool]:
    """A condition on TopicProposal and Jurisdiction: what `proposal_in_reach` would give."""
    if reaches_subtree(actor, Right.TOPIC_READ):
        return _places(actor)
    if not may(actor, Right.TOPIC_READ) or actor.agency_id is None:
        return false()
    shown = TopicProposal.status.in_([status.value for status in SHOWN])
    return (TopicProposal.agency_id == actor.agency_id) & shown


def _places(actor: Actor) -> ColumnElement[bool]:
    if not reaches_subtree(actor, Right.TOPIC_READ):
        return false()
    if actor.jurisdiction_path == "/":
        return true()
    return Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True)


def _wait_column() -> Any:
    public = TopicProposal.status == ProposalStatus.PUBLIC.value
    return case(
        (public & TopicProposal.verdict.is_not(None), "drafted"),
        (public & TopicProposal.agency_id.is_not(None), "with_agency"),
        (public, "gathering"),
        else_=TopicProposal.status,
    )


def _line(found: TopicProposal) -> TopicLine:
    return TopicLine(
        id=found.id,
        title=found.title,
        supports=found.supports,
        agency=found.agency.name if found.agency else "",
        wait=wait_of(found),
        verdict=Verdict(found.verdict) if found.verdict else None,
        received_at=found.received_at,
        call=found.topic_call.title,
    )
