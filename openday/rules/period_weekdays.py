"""Weekdays as they are written: 星期三, 周三, 礼拜三, 周3, 周日, 周天."""

WEEKDAY_NAMES = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_NUMBERS = {c: i for i, c in enumerate("一二三四五六日")} | {"天": 6} | {str(i + 1): i for i in range(7)}


def weekday_numbers(text: str) -> list[int]:
    """The weekdays named in `text`, Monday 0 to Sunday 6, in the order written (周六、日 → [5, 6])."""
    return [_NUMBERS[c] for c in text.replace("礼拜", "").replace("星期", "") if c in _NUMBERS]
