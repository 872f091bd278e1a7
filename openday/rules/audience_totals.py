"""How many in all: the printed total of a 活动对象 cell, else the sum of its groups when nothing is missing from it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from openday.rules.audience_counts import Mark, Unit
from openday.rules.audience_groups import Naming
from openday.rules.audience_items import Item, unnumbered_groups


@dataclass(frozen=True)
class Size:
    """Bounds (None = open), whether about, in which unit; `source` is the number printed as the total, if any."""

    low: int | None
    high: int | None
    approx: bool
    unit: Unit
    source: Item | None = None


def settle(items: Sequence[Item], plain: str) -> Size | None:
    """The total of these numbers, or None when it is not printed and cannot be added up with certainty."""
    tops = _without_attributes([item for item in items if not item.inside], plain)
    if any(item.count.mark is not Mark.NONE for item in tops):
        return _announced(tops)
    if not tops:
        return None
    shared_out = any(item.inside for item in items)
    if len(tops) == 1 and (shared_out or not _grouped(tops[0]) or tops[0].count.labelled):
        return _size(tops[0])
    certain = any(_grouped(item) for item in tops)
    nameless = [item for item in tops if item.naming is Naming.NONE or not certain]
    if nameless:
        return _one_span(tops, plain) or _among(tops, nameless)
    if not shared_out and unnumbered_groups(plain, tops):
        return None
    return _added(tops, plain)


def _grouped(item: Item) -> bool:
    return item.naming in (Naming.GROUP, Naming.SHARED)


def _size(item: Item) -> Size | None:
    count = item.count
    if not item.times:
        return None
    low, high = (bound if bound is None else bound * item.times for bound in (count.low, count.high))
    return Size(low, high, count.approx, count.unit, None if count.each else item)


def _sum(items: Sequence[Item]) -> Size | None:
    """Added up when all are certain and of one unit; a bound open in one is open in the sum."""
    sizes = [_size(item) for item in items]
    known = [size for size in sizes if size is not None]
    if not known or len(known) < len(sizes) or len({size.unit for size in known}) > 1:
        return None
    lows = [size.low for size in known if size.low is not None]
    highs = [size.high for size in known if size.high is not None]
    low = sum(lows) if len(lows) == len(known) else None
    high = sum(highs) if len(highs) == len(known) else None
    if low is None and high is None:
        return None
    return Size(
        low, high, any(size.approx for size in known), known[0].unit, known[0].source if len(known) == 1 else None
    )


def _added(tops: Sequence[Item], plain: str) -> Size | None:
    """The sum of groups; unknown when a list in front of a later number may hold groups without a number."""
    for before, item in pairwise(tops):
        if (
            item.listed_before
            and not item.count.each
            and not any(sign in plain[before.end : item.begin] for sign in ",;。")
        ):
            return None
    return _sum(tops)


def _same(first: Size | None, second: Size | None) -> bool:
    return bool(first and second and (first.low, first.high, first.unit) == (second.low, second.high, second.unit))


def _announced(tops: Sequence[Item]) -> Size | None:
    """With 共 or 共计: that number, unless it closes only its own list among others."""
    marked = [item for item in tops if item.count.mark is not Mark.NONE]
    grand = marked[-1]
    place = next(i for i, item in enumerate(tops) if item is grand)
    before, after, size = tops[:place], tops[place + 1 :], _size(grand)
    named = _grouped(grand) and not grand.open_list
    if after:
        if _same(_sum(after), size) or (not named and _fits(after, size)):
            return size
        return _sum(tops) if all(item.naming is not Naming.NONE for item in tops) else None
    if not before or _same(_sum(before), size):
        return size
    if len(marked) > 1 and not all(_same(_size(item), size) for item in marked):
        sums = [item for item in marked if item.count.mark is Mark.SUM]
        if sums == [grand]:
            return size
        return _sum(tops) if all(item.naming is not Naming.NONE for item in tops) else None
    return size if grand.count.mark is Mark.SUM or not named else None


def _fits(items: Sequence[Item], size: Size | None) -> bool:
    """Whether named groups that follow can be shares of the total."""
    together = _sum(items)
    if size is None or together is None or any(item.naming is Naming.NONE for item in items):
        return False
    return together.unit is size.unit and (together.low or 0) <= (size.high or size.low or 0)


def _among(tops: Sequence[Item], nameless: Sequence[Item]) -> Size | None:
    """A number without a group beside others is the total when it is their sum or when 人数, 限额 announces it."""
    if len(nameless) == len(tops):
        return _one_of(nameless)
    others = _sum([item for item in tops if item not in nameless])
    if len(nameless) > 1:
        return None
    size = _size(nameless[0])
    announced = nameless[0].count.labelled or nameless[0].count.low is None or nameless[0].count.high is None
    return size if announced or _same(others, size) else None


def _one_span(tops: Sequence[Item], plain: str) -> Size | None:
    """群众代表20人以上30人以下: two bounds side by side are those of one group."""
    if len(tops) != 2 or tops[1].count.labelled:
        return None
    side_by_side = plain[tops[0].count.end : tops[1].count.begin] in ("", ",", "、", "且", ",且")
    return _one_of(tops) if side_by_side else None


def _one_of(nameless: Sequence[Item]) -> Size | None:
    """The same number told again with 人数 is one; 不少于20人 with 不超过30人 is one span; else nobody can tell."""
    sizes = [size for item in nameless if (size := _size(item))]
    if not sizes:
        return None
    if any(item.count.labelled for item in nameless) and all(_same(size, sizes[0]) for size in sizes):
        return sizes[0]
    if len(sizes) == 2 and sizes[0].unit is sizes[1].unit:
        first, second = sorted(sizes, key=lambda size: size.low is None)
        if (
            first.low is not None
            and first.high is None
            and second.low is None
            and second.high
            and first.low <= second.high
        ):
            return Size(first.low, second.high, first.approx or second.approx, first.unit, first.source)
    return None


def _without_attributes(tops: Sequence[Item], plain: str) -> list[Item]:
    """来自10家企业的20名代表, 20组家庭约60人: the first number describes the second."""
    kept = list[Item]()
    for i, item in enumerate(tops):
        following = tops[i + 1] if i + 1 < len(tops) else None
        if item.count.unit is not Unit.PERSON and following and following.count.unit is Unit.PERSON:
            gap = plain[item.count.end : following.count.begin]
            listed = any(joint in gap for joint in "、和及与") or (
                following.naming is Naming.GROUP and any(sign in gap for sign in ",;。")
            )
            if not listed:
                continue
        kept.append(item)
    return kept
