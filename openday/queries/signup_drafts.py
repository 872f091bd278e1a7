"""A sign-up form that somebody put aside."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.occurrences import Occurrence
from openday.models.registrations import SignupDraft
from openday.queries.registrations import sayable


@dataclass(frozen=True)
class Draft:
    """What was typed, for which occurrence, and until when it is kept."""

    code: str
    occurrence: str
    typed: dict[str, list[str]]
    expires_at: datetime


def draft(code: str, now: datetime) -> Draft:
    """The draft with this code.

    Raises:
        NotFound: there is none, or its time is over.
    """
    row = (
        session()
        .execute(
            select(SignupDraft.code, SignupDraft.typed, SignupDraft.expires_at, Occurrence.code.label("occurrence"))
            .join(Occurrence, Occurrence.id == SignupDraft.occurrence_id)
            .where(SignupDraft.code == sayable(code), SignupDraft.expires_at > now)
        )
        .first()
    )
    if row is None or not row.typed:
        raise NotFound("没有找到保存的报名表，可能已经提交，或者超过了保存时间。请重新填写。")
    return Draft(row.code, row.occurrence, json.loads(row.typed), row.expires_at)
