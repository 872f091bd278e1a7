"""Counting what a form brought along against robots: each challenge once, each sender so often in a quarter of an hour.

A shared piece of use-cases whose forms stand open to everybody; it writes in the caller's transaction, so that a form
that was refused for another reason costs nothing. Why it is done this way: docs/decisions/010-proof-of-work.md.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy.exc import IntegrityError

from openday.db import session
from openday.errors import Duplicate, StoreAway, TooMany
from openday.models.housekeeping import SpentChallenge
from openday.models.people import Throttle
from openday.rules.proof_of_work import WINDOW, Effort

T = TypeVar("T")
_ATTEMPTS = 4


class SpentBefore(Duplicate):
    """The challenge of this form has been counted already."""


def first_or_again(act: Callable[[], T]) -> T:
    """Do a use-case whose form may arrive several times at one moment: when another sending was first, look once more,
    for by then it has its answer.

    Raises:
        SpentBefore: the page was sent before, and what came of it is not this.
        StoreAway: it could not be settled.
    """
    again = False
    for _ in range(_ATTEMPTS):
        try:
            return act()
        except IntegrityError:
            continue
        except SpentBefore:
            if again:
                raise
            again = True
    raise StoreAway("系统繁忙，本次没有保存，请用同一页面再提交一次")


def spend(effort: Effort | None, now: datetime) -> None:
    """Count a form in the caller's transaction; None (staff, commands) counts nothing.

    Call it after the look for an earlier sending of the same form, which has its answer already.

    Raises:
        SpentBefore: the same page was sent before.
        TooMany: this network address sent too many forms within a quarter of an hour.
        IntegrityError: the same page is being sent at this very moment; see `first_or_again`.
    """
    if effort is None:
        return
    if session().get(SpentChallenge, effort.mark) is not None:
        raise SpentBefore("这一页已经提交过一次，本次没有重复计入")
    session().add(SpentChallenge(challenge_hash=effort.mark, expires_at=effort.ends_at))
    count(effort.sender, effort.most, WINDOW, now)


def count(key: str, most: int, window: timedelta, now: datetime) -> None:
    """Count one thing done by whoever this key stands for, in the caller's transaction.

    Raises:
        TooMany: they did `most` of them within `window` already.
    """
    row = hold(key, now)
    if now - row.since >= window:
        row.failures, row.since = 0, now
    if row.failures >= most:
        left = row.since + window - now
        minutes = int(left.total_seconds() // 60) + 1
        raise TooMany(f"本网络地址提交的次数过多，请在{minutes}分钟后再试", retry_after=minutes * 60)
    row.failures += 1
    session().flush()


def hold(key: str, now: datetime) -> Throttle:
    """The row of this key, locked until the transaction ends; when two are the first at once, the later one finds the
    other's row."""
    row = session().get(Throttle, key, with_for_update=True)
    if row is not None:
        return row
    try:
        with session().begin_nested():
            session().add(Throttle(key=key, failures=0, since=now))
    except IntegrityError:
        pass
    return session().get_one(Throttle, key, with_for_update=True)
