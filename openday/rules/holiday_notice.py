"""The State Council's yearly notice (国务院办公厅关于部分节假日安排的通知), read from its own words.

A notice is a numbered list, one item for each festival: “四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日
（周六）上班。” The days in front of 放假 or 补休 are off, those in front of 上班 are worked. What the notice says twice
(weekdays, the number of days) is compared; whatever does not agree is a doubt for a person to settle, never corrected.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from openday.rules.working_days import missing_festivals

LONGEST = 5000
_SATURDAY = 5
_LONGEST_RANGE = 15
_WEEKDAYS = "一二三四五六日"
_YEAR = re.compile(r"关于([0-9]{4})年(?:[^。]{0,12})?节假日")
_ITEM = re.compile(r"[一二三四五六七八九十]+、((?:元旦|春节|清明节|劳动节|端午节|中秋节|国庆节)[^::。;]{0,20})[::]")
_DATE = r"(?:([0-9]{4})年)?(?:([0-9]{1,2})月)?([0-9]{1,2})日(?:\(([^()]{0,20})\))?"
_TOKEN = re.compile(
    rf"(?P<days>{_DATE}(?:至{_DATE})?)|(?P<off>放假|补休)|(?P<on>上班)|(?P<stop>[。;])|共(?P<count>[0-9]+)天"
)
_ADVICE = re.compile(r"鼓励[^。;]*")
_SAID_WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")


@dataclass(frozen=True, order=True)
class NoticeDay:
    """One day of the notice: off (`rests`) or a weekend day that is worked, and the festival it belongs to."""

    day: date
    rests: bool
    name: str


@dataclass(frozen=True)
class HolidayNotice:
    """What was read. `days` by date; `doubts` are Chinese sentences to check before it is kept, empty when all agrees.

    `year` is the year that the heading names, else None.
    """

    year: int | None
    days: tuple[NoticeDay, ...]
    doubts: tuple[str, ...]


@dataclass(frozen=True)
class _Item:
    """The days of one festival as written, before two items are compared."""

    name: str
    off: tuple[date, ...]
    worked: tuple[date, ...]
    doubts: tuple[str, ...]


def read_notice(text: str, *, year: int) -> HolidayNotice:
    """Read the text of a notice for `year`; no text makes it raise.

    Days without a year belong to `year`, as in the notices; December in front of New Year's Day to the year before.
    """
    plain = _plain(text[: 2 * LONGEST])
    heading = _YEAR.search(plain)
    named = int(heading[1]) if heading else None
    items = [_read_item(name, words, year) for name, words in _items(plain)]
    days, doubts = _joined(items)
    if named is not None and named != year:
        doubts.insert(0, f"通知写的是{named}年，所选的是{year}年")
    missing = missing_festivals((day.day for day in days if day.rests), year) if days else ()
    if missing:
        doubts.append(f"没有读到{'、'.join(missing)}的放假日期")
    return HolidayNotice(named, tuple(sorted(days)), tuple(doubts))


def _plain(text: str) -> str:
    """Half-width digits and brackets, no blanks and line breaks: notices are pasted from pages that break anywhere."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def _items(plain: str) -> Iterator[tuple[str, str]]:
    heads = list(_ITEM.finditer(plain))
    for head, following in zip(heads, [*heads[1:], None], strict=False):
        body = plain[head.end() : following.start() if following else len(plain)]
        if following is None:
            body = _without_the_end(body)
        yield head[1], body


def _without_the_end(body: str) -> str:
    """The last item ends where the closing words begin (“节假日期间，各地区、各部门要……” and the date of issue)."""
    return re.split(r"节假日期间|鼓励单位|国务院办公厅", body, maxsplit=1)[0]


def _read_item(name: str, words: str, year: int) -> _Item:
    off: list[date] = []
    worked: list[date] = []
    waiting: list[date] = []
    doubts: list[str] = []
    for token in _TOKEN.finditer(_ADVICE.sub("", words)):
        if token["days"]:
            waiting += _days_of(token, name, year, doubts)
        elif token["off"]:
            off += waiting
            waiting = []
        elif token["on"]:
            worked += waiting
            waiting = []
        elif token["count"] and int(token["count"]) != len(off) and "连休" not in words:
            doubts.append(f"{name}写明共{token['count']}天，读到{len(off)}天")
        elif token["stop"] and waiting:
            doubts.append(f"{name}中{_listed(waiting)}没有写明放假还是上班，未计入")
            waiting = []
    if waiting:
        doubts.append(f"{name}中{_listed(waiting)}没有写明放假还是上班，未计入")
    weekdays = [day for day in worked if day.weekday() < _SATURDAY]
    if weekdays:
        doubts.append(f"{_listed(weekdays)}不是星期六或星期日，不能作为调休上班日，未计入")
    return _Item(name, tuple(off), tuple(day for day in worked if day not in weekdays), tuple(doubts))


def _days_of(token: re.Match[str], name: str, year: int, doubts: list[str]) -> list[date]:
    """The days of one date or range; nothing, and a doubt, when there is no such day."""
    first_year, first_month, first_day, first_note, last_year, last_month, last_day, last_note = token.groups()[1:9]
    if first_month is None:
        doubts.append(f"{name}中“{token['days']}”没有写月份，未计入")
        return []
    guessed = name.startswith("元旦") and first_month == "12" and first_year is None
    if guessed:
        doubts.append(f"{name}中的12月按{year - 1}年12月计")
    try:
        first = date(int(first_year or (year - 1 if guessed else year)), int(first_month), int(first_day))
        _check_weekday(first, first_note, doubts)
        if last_day is None:
            return [first]
        after = year if guessed else first.year
        last = date(int(last_year or after), int(last_month or first_month), int(last_day))
    except ValueError:
        doubts.append(f"{name}中“{token['days']}”不是日历上的日子，未计入")
        return []
    _check_weekday(last, last_note, doubts)
    if not first <= last <= first + timedelta(days=_LONGEST_RANGE):
        doubts.append(f"{name}中“{token['days']}”起止不合常理，未计入")
        return []
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def _check_weekday(day: date, note: str | None, doubts: list[str]) -> None:
    said = _SAID_WEEKDAY.search(note or "")
    if said and _WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
        doubts.append(f"{_listed([day])}写的是星期{said[1]}，实际是星期{_WEEKDAYS[day.weekday()]}")


def _joined(items: list[_Item]) -> tuple[list[NoticeDay], list[str]]:
    """The days of all items; a day that is off in one and worked in another stays off, and is a doubt."""
    doubts = [doubt for item in items for doubt in item.doubts]
    found: dict[date, NoticeDay] = {}
    for item in items:
        for day in item.off:
            found.setdefault(day, NoticeDay(day, True, item.name))
    for item in items:
        for day in item.worked:
            if day in found and found[day].rests:
                doubts.append(f"{_listed([day])}既放假又上班，按放假计")
            found.setdefault(day, NoticeDay(day, False, item.name))
    return list(found.values()), doubts


def _listed(days: list[date]) -> str:
    return "、".join(f"{day.year}年{day.month}月{day.day}日" for day in days)
