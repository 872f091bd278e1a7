"""Weekdays as they are written (星期三, 周三, 礼拜三, 周3, 周天), and whether they agree with the dates beside them."""

from datetime import date

from openday.rules.period_kinds import Precision
from openday.rules.period_spans import Span, days_of

WEEKDAY_NAMES = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_NUMBERS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}
_A_WEEK = 7


def weekday_numbers(text: str) -> list[int]:
    """The weekdays named in `text`, Monday 0 to Sunday 6, in the order written (周六、日 → [5, 6])."""
    return [_NUMBERS[c] for c in text.replace("礼拜", "").replace("星期", "") if c in _NUMBERS]


def mismatch(span: Span, days: list[date], values: list[int], ranged: bool) -> date | None:
    """The first of the printed `days` whose weekday is not the one written, else None.

    `span` is what the days make up, `values` the weekdays behind them, `ranged` whether 至 joins those. Weekdays that
    say which days of every week are meant (7月1日至8月31日（周一至周五）) are no statement about the ends.
    """
    whole = days_of(span) if span.precision is Precision.RANGE and len(days) > 1 else days
    if len(values) == 1:
        return None if values[0] in {d.weekday() for d in whole} else days[-1]
    if span.precision is Precision.RANGE:
        if len(whole) > _A_WEEK or (not ranged and len(values) != len(whole)):
            return None
        days = [whole[0], whole[-1]] if ranged and whole else whole
    if len(values) != len(days):
        return None
    return next((d for d, v in zip(days, values, strict=True) if d.weekday() != v), None)
