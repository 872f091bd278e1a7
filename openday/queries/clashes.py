"""Clashes as the office sees them: of its place, of one month, and of one plan."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from openday.db import session
from openday.models.activities import Activity
from openday.models.plans import Plan
from openday.queries.places import PlaceView, place_view
from openday.queries.timetable import timetable
from openday.rules.clashes import Clash, ClashKind, clashes_of, find_clashes
from openday.rules.permissions import Actor, Right, may

PAGE = 20
AHEAD = timedelta(days=550)
"""How far clashes are looked for: to the end of the year after the present call's."""


@dataclass(frozen=True)
class ClashPage:
    """One page of clashes, with how many there are of each kind before one was chosen."""

    view: PlaceView
    clashes: tuple[Clash, ...]
    counts: dict[str, int]
    certain: int
    total: int
    page: int
    pages: int


def clash_page(
    actor: Actor, today: date, *, place_id: int | None = None, kind: ClashKind | None = None,
    certain: bool = False, page: int = 1,
) -> ClashPage:  # fmt: skip
    """Every clash from today on, the certain ones first; three queries, however many plans there are.

    Raises:
        NotFound: the place is not within reach.
    """
    view = place_view(actor, place_id)
    found = find_clashes(timetable(actor, view, today, today + AHEAD), today)
    counts = {each.value: sum(clash.kind is each for clash in found) for each in ClashKind}
    chosen = [c for c in found if (kind is None or c.kind is kind) and (c.certain or not certain)]
    pages = max(1, -(-len(chosen) // PAGE))
    page = min(max(page, 1), pages)
    return ClashPage(
        view=view,
        clashes=tuple(chosen[(page - 1) * PAGE : page * PAGE]),
        counts=counts,
        certain=sum(clash.certain for clash in found),
        total=len(found),
        page=page,
        pages=pages,
    )


def clashes_of_plan(actor: Actor, code: str, today: date) -> tuple[Clash, ...]:
    """The clashes of one plan with others within the office's reach; nothing for people without a subtree."""
    if not may(actor, Right.PLAN_OFFICE_REVIEW):
        return ()
    period = select(
        func.coalesce(Activity.first_day, Plan.first_day, Plan.last_day),
        func.coalesce(Activity.last_day, Plan.last_day, Plan.first_day),
    )
    statement = period.select_from(Plan).outerjoin(Activity, Activity.plan_id == Plan.id).where(Plan.code == code)
    row = session().execute(statement).one_or_none()
    first, last = (row[0], row[1]) if row else (None, None)
    if first is None or last is None or last < today:
        return ()
    view = place_view(actor)
    near = timetable(actor, view, max(first, today), last)
    return clashes_of(code, find_clashes(near, max(first, today)))
