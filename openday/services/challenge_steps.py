"""Counting what a form brought along against robots: each challenge once, each sender so often in a quarter of an hour.

A shared piece of use-cases whose forms stand open to everybody; it writes in the caller's transaction, so that a form
that was refused for another reason costs nothing. Why it is done this way: docs/decisions/010-proof-of-work.md.
"""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from openday.db import session
from openday.errors import Duplicate, TooMany
from openday.models.housekeeping import SpentChallenge
from openday.models.people import Throttle
from openday.rules.proof_of_work import WINDOW, Effort


class SpentBefore(Duplicate):
    """The challenge of this form has been counted already."""


def spend(effort: Effort | None, now: datetime) -> None:
    """Count a form in the caller's transaction; None (staff, commands) counts nothing.

    Call it after the look for an earlier sending of the same form, which has its answer already.

    Raises:
        SpentBefore: the same page was sent before.
        TooMany: this network address sent too many forms within a quarter of an hour.
        IntegrityError: the same page is being sent at this very moment; try the use-case again.
    """
    if effort is None:
        return
    if session().get(SpentChallenge, effort.mark) is not None:
        raise SpentBefore("这一页已经提交过一次，本次没有重复计入")
    session().add(SpentChallenge(challenge_hash=effort.mark, expires_at=effort.ends_at))
    row = _counter(effort.sender, now)
    if now - row.since >= WINDOW:
        row.failures, row.since = 0, now
    if row.failures >= effort.most:
        left = row.since + WINDOW - now
        minutes = int(left.total_seconds() // 60) + 1
        raise TooMany(f"本网络地址提交的次数过多，请在{minutes}分钟后再试", retry_after=minutes * 60)
    row.failures += 1
    session().flush()


def _counter(key: str, now: datetime) -> Throttle:
    """The locked row of this sender; when two forms are the first at once, the later one finds the other's row."""
    row = session().get(Throttle, key, with_for_update=True)
    if row is not None:
        return row
    try:
        with session().begin_nested():
            session().add(Throttle(key=key, failures=0, since=now))
    except IntegrityError:
        pass
    return session().get_one(Throttle, key, with_for_update=True)
