"""The 活动对象 cell of the plan form as a value: how many may come, of which groups, for each date or in all, how old.

What officials write is kept as written and printed back as written. What is read beside it serves sorting, filtering
and quotas; where the wording allows two readings the answer is "unknown": a wrong number would not be noticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from openday.rules.audience_ages import read_min_age
from openday.rules.audience_counts import Mark, Unit
from openday.rules.audience_items import Item, audience_items
from openday.rules.audience_totals import Size, settle
from openday.rules.audience_wording import plain_wording

__all__ = ["LONGEST_WORDING", "Audience", "AudiencePart", "Unit", "read_audience"]

LONGEST_WORDING = 2000
_COUNTERS = {Unit.PERSON: "人", Unit.FAMILY: "个家庭", Unit.GROUP: "个团体", Unit.ENTERPRISE: "家企业"}


@dataclass(frozen=True)
class AudiencePart:
    """A named group and its number, in the unit of the whole."""

    group: str
    n: int


@dataclass(frozen=True)
class Audience:
    """One 活动对象 as read. Numbers are counts of `unit`; None means not printed, or not certain."""

    text: str
    total_min: int | None
    total_max: int | None
    approx: bool
    unit: Unit | None
    parts: tuple[AudiencePart, ...]
    per_session: bool
    min_age: int | None
    reason: str

    @property
    def understood(self) -> bool:
        """Whether a total or at least one part was read."""
        return self.total_min is not None or self.total_max is not None or bool(self.parts)

    @property
    def sort_key(self) -> int:
        """How many at most, as far as known, for sorting by size; 0 when nothing was read."""
        known = self.total_max if self.total_max is not None else self.total_min
        return sum(part.n for part in self.parts) if known is None else known

    def label(self) -> str:
        """The wording exactly as it was written."""
        return self.text

    def explained(self) -> str:
        """One line in Chinese for the filer: how the wording was understood."""
        lead = "理解为：" if self.understood else ""
        return lead + self.meaning() + (f"；{self.reason}" if self.reason else "")

    def meaning(self) -> str:
        """How many of whom and from what age, or that no number was read; without the warning in `reason`."""
        pieces = [self._sizes() if self.understood else "未读出人数，按原文显示"]
        if self.min_age is not None:
            pieces.append(f"年满{self.min_age}周岁")
        return "；".join(pieces)

    def _sizes(self) -> str:
        counter = _COUNTERS[self.unit] if self.unit else ""
        parts = "、".join(f"{part.group}{part.n}{counter}" for part in self.parts)
        each = "每场" if self.per_session else ""
        total = _size_in_words(self.total_min, self.total_max, self.approx)
        if not total:
            return f"{each}{parts}，总数未读出"
        if not parts:
            return f"{each or ('共' if total[0].isdigit() else '')}{total}{counter}"
        if len(self.parts) == 1 and self.parts[0].n == self.total_min == self.total_max:
            return f"{each}{self.parts[0].group}{total}{counter}"
        return f"{each or '共'}{total}{counter}，其中{parts}"

    def as_label(self) -> dict[str, object]:
        """The reading as a JSON object in the format of the labelled wordings, plus `understood`."""
        return {
            "text": self.text,
            "total_min": self.total_min,
            "total_max": self.total_max,
            "approx": self.approx,
            "unit": self.unit.value if self.unit else None,
            "parts": [{"group": part.group, "n": part.n} for part in self.parts],
            "per_session": self.per_session,
            "min_age": self.min_age,
            "understood": self.understood,
        }


def read_audience(text: str) -> Audience:
    """Read any wording; more than 2,000 characters, and all that is not certain, are unknown. Never raises."""
    if len(text) > LONGEST_WORDING:
        return Audience(text, None, None, False, None, (), False, None, "")
    plain, written = plain_wording(text)
    items = audience_items(plain, written)
    whole = [item for item in items if not item.count.per_session]
    size, used = settle(whole, plain), whole
    if size is None and len(whole) < len(items):
        used = [item for item in items if item.count.per_session]
        size = settle(used, plain)
    parts = _parts(used, size)
    per_session = bool(size or parts) and any(item.count.per_session for item in used)
    return Audience(
        text=text,
        total_min=size.low if size else None,
        total_max=size.high if size else None,
        approx=size.approx if size else False,
        unit=size.unit if size else None,
        parts=parts,
        per_session=per_session,
        min_age=read_min_age(plain),
        reason=_disagreement(used, size),
    )


def _size_in_words(low: int | None, high: int | None, approx: bool) -> str:
    about = "约" if approx else ""
    if low is None:
        return "" if high is None else f"至多{high}"
    if high is None:
        return f"至少{low}"
    return f"{about}{low}" if low == high else f"{about}{low}至{high}"


def _parts(items: Sequence[Item], size: Size | None) -> tuple[AudiencePart, ...]:
    """Every number tied to one named group. The group of the total itself is no part when others share it out."""
    chosen = [item for item in items if item.part_names and (size is None or item.count.unit is size.unit)]
    others = [item for item in chosen if size is None or item is not size.source]
    if (
        size
        and size.source
        and len(others) < len(chosen)
        and sum(_heads(item) for item in others) == size.low == size.high
    ):
        chosen = others
    if len(chosen) == 1 and chosen[0].body and chosen[0].count.unit is not Unit.PERSON:
        return ()
    return tuple(AudiencePart(name, item.count.low) for item in chosen for name in item.part_names if item.count.low)


def _heads(item: Item) -> int:
    return (item.count.low or 0) * item.times


def _disagreement(items: Sequence[Item], size: Size | None) -> str:
    """A warning in Chinese when the numbers of the groups do not add up to the printed total, else empty."""
    if size is None or size.source is None:
        return ""
    shares = [item for item in items if item is not size.source and item.count.unit is size.unit]
    if not shares or any(
        not item.times or item.count.low is None or item.count.low != item.count.high for item in shares
    ):
        return ""
    together = sum(_heads(item) for item in shares)
    counter = _COUNTERS[size.unit]
    if size.high is not None and together > size.high + _slack(size):
        return f"各组相加为{together}{counter}，多于总数{size.high}{counter}，请核对"
    complete = not any(item.inside or item.open_list or item.count.approx for item in [*shares, size.source])
    if (
        size.low is not None
        and together < size.low
        and complete
        and not size.approx
        and size.source.count.mark is not Mark.NONE
    ):
        return f"各组相加为{together}{counter}，少于总数{size.low}{counter}，请核对"
    return ""


def _slack(size: Size) -> int:
    """余 and 约 leave room up to the next round number of the same length."""
    return 10 ** (len(str(size.high)) - 1) - 1 if size.approx else 0
