"""What stands beside a field of the plan form: how its wording was understood, and what is to be checked."""

from dataclasses import dataclass
from datetime import date

from openday.rules.audience import Audience
from openday.rules.fuzzy_date import FuzzyDate, Precision
from openday.rules.fuzzy_date_text import meaning


@dataclass(frozen=True)
class FieldReading:
    """Chinese lines for the person who types: the reading, or else why there is none; `warnings` to be checked.

    All three are empty for a field that is still empty.
    """

    understood: str = ""
    unclear: str = ""
    warnings: tuple[str, ...] = ()


def time_reading(period: FuzzyDate, today: date | None = None) -> FieldReading:
    """The 开展时间 as understood; with `today` it is said when that time has passed already."""
    if not period.text.strip():
        return FieldReading()
    if not period.understood:
        return FieldReading(unclear=period.reason)
    warnings = [part for part in period.reason.rstrip("。").split("；") if part]
    passed = past_warning(period, today) if today else ""
    return FieldReading(meaning(period), warnings=tuple(f"{line}。" for line in [*warnings, passed] if line))


def past_warning(period: FuzzyDate, today: date) -> str:
    """What to say of a time that lies before `today` in whole or, for days named one by one, in part; else empty."""
    if period.last is not None and period.last < today:
        return "这个时间已经过去，活动已经开展的请核对年份"
    gone = [day for day in period.dates if day < today]
    if gone:
        return (
            f"其中{'、'.join(f'{day.month}月{day.day}日' for day in gone[:3])}{'等' if len(gone) > 3 else ''}已经过去"
        )
    if period.precision is Precision.RANGE and period.first is not None and period.first < today:
        return "所写的时间已经开始"
    return ""


def audience_reading(audience: Audience) -> FieldReading:
    """The 活动对象 as understood; shares that do not add up to the total are a warning."""
    if not audience.text.strip():
        return FieldReading()
    warnings = (f"{audience.reason}。",) if audience.reason else ()
    if not audience.understood:
        return FieldReading(unclear=audience.meaning(), warnings=warnings)
    return FieldReading(audience.meaning(), warnings=warnings)
