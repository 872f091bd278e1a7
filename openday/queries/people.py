"""Who is there: actors of sessions, people of an agency."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, selectinload

from openday.db import session
from openday.errors import NotFound
from openday.models.people import Agency, DeskAssignment, Invitation, Jurisdiction, LoginSession, User, UserRole
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right, Role, Subject, can, reaches_subtree
from openday.rules.plan_states import ReviewStep, steps_from

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


@dataclass(frozen=True)
class Presence:
    """The person behind a session, when they were last seen, and whether they have a second factor."""

    actor: Actor
    seen_at: datetime
    second_factor: bool


def actor_of_session(token_hash: str, now: datetime) -> Presence | None:
    """The person behind a session token; None when it is over or revoked."""
    row = (
        session()
        .execute(
            select(LoginSession, User)
            .join(User, User.id == LoginSession.user_id)
            .where(LoginSession.token_hash == token_hash)
            .options(joinedload(User.jurisdiction), selectinload(User.roles))
        )
        .first()
    )
    if row is None:
        return None
    login, user = row
    over = login.revoked_at is not None or now - login.seen_at > IDLE or now - login.created_at > LONGEST
    if over or not user.active:
        return None
    return Presence(actor_from(user), login.seen_at, user.has_second_factor)


def actor_from(user: User) -> Actor:
    """The facts about a user that rights depend on."""
    roles = frozenset(Role(role.role) for role in user.roles)
    assigned: frozenset[int] = frozenset()
    if Role.DESK in roles:
        ids = session().scalars(select(DeskAssignment.occurrence_id).where(DeskAssignment.user_id == user.id))
        assigned = frozenset(ids)
    return Actor(
        user_id=user.id,
        name=user.name,
        roles=roles,
        agency_id=user.agency_id,
        jurisdiction_path=user.jurisdiction.path,
        occurrence_ids=assigned,
    )


INVITABLE_BY_REVIEWER = frozenset({Role.FILER, Role.REVIEWER, Role.DESK})
"""An agency brings in its own people; everything else is the administrator's."""


@dataclass(frozen=True)
class PersonRow:
    """A line of the directory."""

    id: int
    login: str
    name: str
    agency: str
    roles: tuple[Role, ...]
    active: bool
    waiting: bool
    """True until the invitation has been used."""
    second_factor: bool = False


def user_in_reach(actor: Actor, right: Right, user_id: int) -> User:
    """The user, when the right reaches them; an agency's reviewer reaches the agency's people only.

    Raises:
        NotFound: not there or not within reach.
    """
    user = session().get(User, user_id, options=[joinedload(User.jurisdiction), selectinload(User.roles)])
    if user is None:
        raise NotFound()
    subject = Subject(agency_id=user.agency_id, jurisdiction_path=user.jurisdiction.path)
    within = can(actor, right, subject)
    if Role.ADMIN not in actor.roles:
        within = within and {Role(role.role) for role in user.roles} <= INVITABLE_BY_REVIEWER
    if not within:
        raise NotFound()
    return user


def directory(actor: Actor, *, search: str = "", limit: int = 500) -> list[PersonRow]:
    """The people within the actor's reach, by agency and name."""
    statement = (
        select(User)
        .outerjoin(Agency, Agency.id == User.agency_id)
        .join(Jurisdiction, Jurisdiction.id == User.jurisdiction_id)
        .options(selectinload(User.roles), joinedload(User.agency))
        .order_by(Agency.name.nulls_first(), User.name, User.id)
        .limit(limit)
    )
    if reaches_subtree(actor, Right.PEOPLE_READ):
        statement = statement.where(Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True))
    else:
        statement = statement.where(User.agency_id == actor.agency_id)
    if search:
        pattern = f"%{search}%"
        statement = statement.where(or_(User.name.like(pattern), User.login.like(pattern), Agency.name.like(pattern)))
    return [
        PersonRow(
            id=user.id,
            login=user.login,
            name=user.name,
            agency=user.agency.name if user.agency else "",
            roles=tuple(sorted(Role(role.role) for role in user.roles)),
            active=user.active,
            waiting=user.password_hash is None,
            second_factor=user.has_second_factor,
        )
        for user in session().scalars(statement)
    ]


def agencies_in_reach(actor: Actor, right: Right) -> list[Agency]:
    """The agencies that the right reaches, by name."""
    statement = select(Agency).where(within_reach(actor, right), Agency.active).order_by(Agency.name)
    return list(session().scalars(statement.options(joinedload(Agency.jurisdiction))))


def agency_in_reach(actor: Actor, right: Right, slug: str) -> Agency:
    """The agency with this slug.

    Raises:
        NotFound: it is not there or not within reach.
    """
    found = session().scalar(
        select(Agency).where(Agency.slug == slug.replace("\x00", "\ufffd"), within_reach(actor, right))
    )
    if found is None:
        raise NotFound()
    return found


def agency_stamp(agency: Agency) -> str:
    """A short word that changes with everything that an editor of an agency can change."""
    return hashlib.sha256(repr((agency.name, agency.phone)).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class ReviewSetting:
    """How an agency reviews its plans, and the people who may."""

    slug: str
    name: str
    reviews: bool
    steps: tuple[ReviewStep, ...]
    reviewers: tuple[str, ...]

    @property
    def short(self) -> bool:
        """Whether there are more steps than people: nobody takes two steps of one plan."""
        return self.reviews and len(self.reviewers) < len(self.steps)


def review_setting(actor: Actor, slug: str) -> ReviewSetting:
    """The review of the agency with this slug.

    Raises:
        NotFound: it is not there or not within reach.
    """
    agency = agency_in_reach(actor, Right.REVIEW_STEPS_SET, slug)
    statement = (
        select(User.name)
        .join(UserRole, UserRole.user_id == User.id)
        .where(User.agency_id == agency.id, User.active, UserRole.role == Role.REVIEWER.value)
        .order_by(User.name)
    )
    people = tuple(session().scalars(statement))
    return ReviewSetting(agency.slug, agency.name, agency.reviews, steps_from(agency.review_steps), people)


def own_slug(actor: Actor) -> str:
    """The slug of the person's own agency; empty for nobody's."""
    return session().scalar(select(Agency.slug).where(Agency.id == actor.agency_id)) or ""


def invitation_is_open(token_hash: str, now: datetime) -> bool:
    """Whether a one-time link can still be used."""
    row = session().scalar(select(Invitation).where(Invitation.token_hash == token_hash))
    return row is not None and row.used_at is None and row.expires_at > now


def jurisdictions_in_reach(actor: Actor) -> list[tuple[int, str]]:
    """(id, name) of the actor's jurisdiction and everything below it, in the order of the tree."""
    statement = (
        select(Jurisdiction.id, Jurisdiction.name)
        .where(Jurisdiction.path.startswith(actor.jurisdiction_path, autoescape=True))
        .order_by(Jurisdiction.path)
    )
    return [(row.id, row.name) for row in session().execute(statement)]
