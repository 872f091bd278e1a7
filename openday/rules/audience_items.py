"""Counts and groups brought together: whom each number of a 活动对象 cell is about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum

from openday.rules.audience_counts import Count
from openday.rules.audience_groups import (
    NESTED,
    Named,
    Naming,
    ends_joined,
    is_people,
    is_plain_group,
    name_after,
    name_before,
    starts_joined,
)
from openday.rules.audience_roles import audience_counts

_ENDS = re.compile(r"[,;。!?()]")
_ENDS_BEHIND = re.compile(r"[,;。!?():]")
_SUBSET = re.compile(r"其中|包括|包含|分别[为是有]|(?:^|[,;、])含")
_OPENED = re.compile(r",?[(:]")
_LIST_ENDS = re.compile(r"[,;、()! ]|以及|[和及与]")
# 媒体3家、群众代表10人: the 3 counts no people, and what stands before it has no part in the 10.
_OTHER_COUNTS = re.compile(r"(?<=[0-9一二两三四五六七八九十])余?[家个组支所户批场](?=[、和及与 ])")
_BRACKETS = re.compile(r"\([^()]*\)")
_VAGUE = re.compile(r"[各每]|部分|若干|等")
_WINDOW = 120


class _State(Enum):
    """Where a number lies relative to the numbers before it."""

    TOP = 0
    SHARES = 1
    BRACKET = 2


@dataclass(frozen=True)
class Item:
    """A count with its group; `begin` and `end` enclose both."""

    count: Count
    naming: Naming
    begin: int
    end: int
    open_list: bool = False
    listed_before: bool = False  # the groups of the list stand in front of the number
    joined: bool = False  # words of the same list stand in front of it
    body: bool = False  # the name is that of a body (企业, 家庭), not of people
    inside: bool = False
    times: int = 1  # how many groups have the number each (各5名); 0 = nobody can tell
    part_names: tuple[str, ...] = ()  # as written; empty when the number is no part


def audience_items(plain: str, written: str) -> list[Item]:
    """Every count of the audience with the group that it belongs to, in reading order."""
    items: list[Item] = []
    counts = audience_counts(plain)
    ends = [count.begin for count in counts[1:]] + [len(plain)]
    done, state = 0, _State.TOP
    for count, behind in zip(counts, ends, strict=False):
        gap = plain[done : count.begin + plain.startswith("(", count.begin)] if items else ""
        state = _state(gap, state)
        # In brackets 共45人 tells the size of what stands before them, not a share of it.
        inside = state is _State.SHARES or (state is _State.BRACKET and (not count.mark or bool(_SUBSET.search(gap))))
        item = _item(plain, written, count, max(done, count.floor), behind)
        items.append(replace(item, inside=inside))
        done = item.end
    return items


def _state(gap: str, state: "_State") -> "_State":
    """Whether a number lies inside an earlier one: behind 其中 or a colon until 。, or in the brackets behind it."""
    gap = NESTED.sub("", gap)
    if state is _State.BRACKET and ")" in gap:
        state, gap = _State.TOP, gap.partition(")")[2]
    if "。" in gap:
        state, gap = _State.TOP, gap.rpartition("。")[2]
    opened = _OPENED.match(gap)
    if opened and opened.group().endswith("("):
        return _State.BRACKET
    return _State.SHARES if opened or (_SUBSET.search(gap) and state is _State.TOP) else state


def _item(plain: str, written: str, count: Count, floor: int, behind: int) -> Item:
    context = _context_before(plain, max(floor, count.begin - _WINDOW), count.begin)
    tail = _ENDS_BEHIND.split(plain[count.end : min(behind, count.end + _WINDOW)])[0]
    named, before = name_before(context), True
    if named.naming in (Naming.NONE, Naming.OTHER) or named.body:
        after = name_after(tail)
        if named.naming is Naming.NONE or after.naming in (Naming.GROUP, Naming.SHARED):
            named, before = after, False
    begin = count.begin - len(context) if before else count.begin
    # Words behind a number that has its group in front (12名各界代表) belong to it, unless the next number needs them.
    closed = count.end + len(tail) < behind or behind == len(plain)
    consumed = named.naming is not Naming.NONE and (not before or (closed and not starts_joined(tail)))
    place = begin if before else count.end
    if before and named.naming is Naming.GROUP and _group_in_front(plain, floor, begin):
        named = replace(named, naming=Naming.SHARED)
    names = tuple(_as_written(plain, written, name, place) for name in named.names)
    return Item(
        count,
        named.naming,
        begin,
        count.end + len(tail) * consumed,
        joined=(not before and ends_joined(context)) or starts_joined(context),
        open_list=named.open_list,
        listed_before=before and named.naming is Naming.SHARED,
        body=named.body,
        times=_times(named) if count.each else 1,
        part_names=names if _is_part(count, named) else (),
    )


def _times(named: Named) -> int:
    """How many groups 各 distributes over: the list must be closed and hold only groups of people."""
    closed = named.naming is Naming.SHARED and len(named.names) > 1 and not named.open_list
    certain = closed and all(is_people(name) and not _VAGUE.search(name) for name in named.names)
    return len(named.names) if certain else 0


def _is_part(count: Count, named: Named) -> bool:
    """A range or a bound is no number to print beside a group; a list has parts only with 各."""
    if count.low is None or count.low != count.high or count.visits:
        return False
    return _times(named) > 0 if count.each else named.naming is Naming.GROUP


def _context_before(plain: str, floor: int, end: int) -> str:
    """Back to the nearest end of a clause; a short bracket inside a name, 市(区)人大代表, is none."""
    flat = NESTED.sub(lambda nested: "　" * len(nested.group()), plain[floor:end])
    context = plain[end - len(_ENDS.split(flat)[-1]) : end]
    return _OTHER_COUNTS.split(context)[-1]


def _group_in_front(plain: str, floor: int, begin: int) -> bool:
    """人大代表,政协委员,群众代表20人: with commas too the number belongs to all of them."""
    if begin == 0 or plain[begin - 1] != ",":
        return False
    last = _LIST_ENDS.split(_context_before(plain, floor, begin - 1))[-1]
    return is_plain_group(last) and "若干" not in last


def _as_written(plain: str, written: str, name: str, near: int) -> str:
    at = plain.find(name, near)
    return written[at : at + len(name)] if at >= 0 else name


def unnumbered_groups(plain: str, items: Sequence[Item]) -> bool:
    """Whether a group without a number stands among or behind the numbered ones (市民代表10名、媒体记者若干)."""
    if items[0].joined or "若干" in plain[: items[0].begin]:
        return True
    done = items[0].end
    for item in [*items[1:], None]:
        gap = _BRACKETS.sub("", plain[done : item.begin if item else len(plain)])
        if any(is_plain_group(piece) for piece in _LIST_ENDS.split(gap.partition("。")[0])):
            return True
        if item is None or "。" in gap:
            return False
        done = item.end
    return False
