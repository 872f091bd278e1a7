"""How a person stands with their second factor; never the secret."""

from dataclasses import dataclass

from sqlalchemy import func, select

from openday.db import session
from openday.models.people import RecoveryCode, User


@dataclass(frozen=True)
class Standing:
    """`codes_left` counts the recovery codes that are not used yet."""

    login: str
    enrolled: bool
    codes_left: int


def standing(user_id: int) -> Standing:
    """The standing of the person who asks about themselves."""
    user = session().get_one(User, user_id)
    unused = select(func.count()).where(RecoveryCode.user_id == user_id, RecoveryCode.used_at.is_(None))
    return Standing(user.login, user.has_second_factor, session().scalar(unused) or 0)
