"""The door without a network: what a device takes along, when its scans happened, and what becomes of each.

Names and numbers are not taken along: a ticket is recognised by a keyed hash, with a key of its own per list.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from openday.rules.door import CLOSES_AFTER

HAND_IN_WITHIN = timedelta(days=7)
"""How long after the list has expired what was scanned with it can still be handed in."""
MOST_SCANS = 200
"""Scans handed in at once; a device with more hands them in bit by bit."""

_SCAN = re.compile(r"([0-9a-z-]{8,64}) ([0-9a-f]{64}) ([0-9]{1,15}) ([0-9]{1,2})( rest)?")


class Answer(StrEnum):
    """What became of one scan that was handed in."""

    ADMITTED = "admitted"
    REPEATED = "repeated"
    CONFLICT = "conflict"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Scan:
    """One scan as the device noted it: its own key, the ticket's keyed hash, milliseconds since 1970 by the device's
    clock, and how many came (0: the whole party, or all who were missing). `rest`: others of the party were in."""

    key: str
    digest: str
    at: int
    people: int
    rest: bool = False


@dataclass(frozen=True)
class Standing:
    """The entry that stands for a party; `own`: made at the same gate by the same person."""

    at: datetime
    walk_in: bool = False
    own: bool = False


@dataclass(frozen=True)
class Verdict:
    """What to do with a scan; `first`: it was the earlier one, and the entry that stood becomes the second."""

    answer: Answer
    first: bool = False


def expires_at(ends_at: datetime) -> datetime:
    """Until when a list may be used: as long as the door is open."""
    return ends_at + CLOSES_AFTER


def can_hand_in(expires: datetime, now: datetime) -> bool:
    """Whether scans made with a list that expired at `expires` are still taken."""
    return now <= expires + HAND_IN_WITHIN


def digest(key: str, text: str) -> str:
    """How a list names a ticket code or a six-digit number: HMAC-SHA-256 under the list's key (hex), as hex."""
    return hmac.new(bytes.fromhex(key), text.encode(), sha256).hexdigest()


def read_scans(lines: list[str]) -> list[Scan]:
    """The scans of a batch, one text each: "key digest milliseconds people", with " rest" after it.

    Raises ValueError when there are none, too many, or one is none.
    """
    if not 1 <= len(lines) <= MOST_SCANS:
        raise ValueError(f"每次上传1至{MOST_SCANS}条记录")
    found = [_SCAN.fullmatch(line) for line in lines]
    if not all(found):
        raise ValueError("签到记录不完整")
    return [Scan(each[1], each[2], int(each[3]), int(each[4]), bool(each[5])) for each in found if each]


def true_time(at: int, sent_at: int, taken: datetime, now: datetime) -> datetime:
    """When a scan happened by the server's clock: as long before now as the device says it was before sending.

    So a device whose clock is wrong does no harm. Never before the list was taken along and never after `now`.
    """
    ago = timedelta(milliseconds=min(max(0, sent_at - at), 10**12))
    return min(now, max(taken, now - ago))


def judge(at: datetime, *, confirmed: bool, standing: Standing | None, undone_at: datetime | None) -> Verdict:
    """What becomes of a scan made at `at`.

    The earlier time is the first entry. An admission that was taken back after the scan was made is for people to look
    at, not to be made again by a machine; so is a scan of somebody who was let in as a walk-in.
    """
    if not confirmed:
        return Verdict(Answer.CANCELLED)
    if standing is None:
        taken_back = undone_at is not None and at <= undone_at
        return Verdict(Answer.CONFLICT) if taken_back else Verdict(Answer.ADMITTED, first=True)
    if standing.own:
        return Verdict(Answer.REPEATED)
    if at < standing.at and not standing.walk_in and (undone_at is None or undone_at < at):
        return Verdict(Answer.ADMITTED, first=True)
    return Verdict(Answer.CONFLICT)
