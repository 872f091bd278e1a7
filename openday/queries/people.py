"""Who is there: actors of sessions, people of an agency."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from openday.db import session
from openday.models.people import DeskAssignment, LoginSession, User
from openday.rules.permissions import Actor, Role

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


def actor_of_session(token_hash: str, now: datetime) -> tuple[Actor, datetime] | None:
    """The person behind a session token and when they were last seen; None when it is over or revoked."""
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
    return actor_from(user), login.seen_at


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
