"""Two versions of a plan side by side, with what changed between them marked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday.db import session
from openday.errors import NotFound
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.queries.plans import Comment, PlanPage, plan_page
from openday.rules.permissions import Actor
from openday.rules.plan_states import REVIEWS, PlanAction
from openday.rules.plan_text import FIELD_LABELS, text_from
from openday.rules.text_changes import Piece, new_side, old_side, text_changes

_READ = frozenset({*REVIEWS, PlanAction.RETURN, PlanAction.AGENCY_RETURN})
"""Actions that somebody takes who has read the text."""


@dataclass(frozen=True)
class Version:
    """One saved text: its number counts from 1; `read` when a reviewer decided about it."""

    number: int
    author: str
    saved_at: datetime
    read: bool


@dataclass(frozen=True)
class FieldCompared:
    """One field on both sides; without a change each side is the whole text in one piece."""

    name: str
    label: str
    before: tuple[Piece, ...]
    after: tuple[Piece, ...]
    changed: bool
    comments: tuple[Comment, ...]


@dataclass(frozen=True)
class Comparison:
    """A plan with two of its versions; `left` is never newer than `right`."""

    plan: PlanPage
    versions: tuple[Version, ...]
    left: Version
    right: Version
    fields: tuple[FieldCompared, ...]

    @property
    def changed(self) -> int:
        """In how many fields they differ."""
        return sum(field.changed for field in self.fields)


def comparison(actor: Actor, code: str, left: int | None = None, right: int | None = None) -> Comparison:
    """Two versions of a plan, by default the text that a reviewer decided about last against the one that stands now.

    Numbers that the plan does not have are read as if none were given; given in the wrong order they are turned round.

    Raises:
        NotFound: no such plan within reach, or it has no kept text.
    """
    plan = plan_page(actor, code)
    statement = (
        select(PlanVersion)
        .join(Plan, Plan.id == PlanVersion.plan_id)
        .where(Plan.code == code)
        .options(joinedload(PlanVersion.author))
        .order_by(PlanVersion.number)
    )
    kept = session().scalars(statement).all()
    if not kept:
        raise NotFound()
    read = _read(code, kept)
    versions = tuple(Version(row.number, row.author.name, row.saved_at, row.number in read) for row in kept)
    numbers = {version.number for version in versions}
    newer = right if right in numbers and right is not None else versions[-1].number
    older = left if left in numbers and left is not None else _before(versions, newer)
    older, newer = min(older, newer), max(older, newer)
    by_number = {row.number: row for row in kept}
    by_version = {version.number: version for version in versions}
    fields = _fields(plan, by_number[older], by_number[newer])
    return Comparison(plan, versions, by_version[older], by_version[newer], fields)


def _read(code: str, kept: Sequence[PlanVersion]) -> frozenset[int]:
    """The numbers of the versions that a reviewer had before them when they decided."""
    statement = (
        select(PlanEvent.at)
        .join(Plan, Plan.id == PlanEvent.plan_id)
        .where(Plan.code == code, PlanEvent.action.in_([action.value for action in _READ]))
    )
    moments = session().scalars(statement).all()
    stood = (max((row.number for row in kept if row.saved_at <= at), default=kept[0].number) for at in moments)
    return frozenset(stood)


def _before(versions: Sequence[Version], newer: int) -> int:
    """The version to compare with: the last that was read, else the one before, else the only one there is."""
    earlier = [version for version in versions if version.number < newer]
    read = [version.number for version in earlier if version.read]
    return read[-1] if read else earlier[-1].number if earlier else newer


def _fields(plan: PlanPage, older: PlanVersion, newer: PlanVersion) -> tuple[FieldCompared, ...]:
    before, after = text_from(older.fields), text_from(newer.fields)
    found = []
    for name, label in FIELD_LABELS.items():
        old, new = getattr(before, name), getattr(after, name)
        pieces = text_changes(old, new)
        comments = tuple(plan.pinned[name])
        found.append(FieldCompared(name, label, old_side(pieces), new_side(pieces), old != new, comments))
    return tuple(found)
