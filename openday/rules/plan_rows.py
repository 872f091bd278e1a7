"""A row of a plan table as a plan: its text, how it is understood, and what keeps it from being imported."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from openday.rules.audience import Audience, read_audience
from openday.rules.fuzzy_date import FuzzyDate, read_period
from openday.rules.plan_text import PlanText, text_from, too_long
from openday.rules.privacy import plain_text

LONGEST_AGENCY = 200
_COLUMNS = {
    "theme": "theme",
    "time_text": "time",
    "venue": "place",
    "content": "content",
    "audience_text": "audience",
    "signup_text": "signup",
    "contact": "contact",
    "contact_phone": "phone",
}
_PLAINLY = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_YEAR = re.compile(r"((?:19|20)[0-9]{2})(?:\.0)?(?:年度?)?")


@dataclass(frozen=True)
class RowReading:
    """One row as read. `year`: the year that a time without one means, `own_year` whether the row itself says so.

    `problems` are Chinese sentences; a row with any is refused, whoever imports it.
    """

    agency: str
    text: PlanText
    year: int
    own_year: bool
    period: FuzzyDate
    audience: Audience
    problems: tuple[str, ...]


def read_row(cells: Mapping[str, str], *, call_year: int, own_agency: str = "") -> RowReading:
    """Read the cells of a row (keys of documents.plan_columns). Never raises.

    With `own_agency` an empty agency means that one, and every other name is a problem: a filer imports their own
    agency's plans only.
    """
    text = text_from({name: cells.get(key, "") for name, key in _COLUMNS.items()})
    agency = plain_text(cells.get("agency", "")) or own_agency
    printed = plain_text(cells.get("year", ""))
    found = _YEAR.fullmatch(printed)
    year = int(found[1]) if found else call_year
    period = _period(text.time_text, year)
    problems = _agency_problems(agency, own_agency)
    if not text.theme:
        problems.append("没有活动主题")
    if printed and not found:
        problems.append(f"年度“{printed[:20]}”无法识别，应为四位数字")
    problems += too_long(text).values()
    if not period.understood:
        problems.append(f"开展时间：{period.reason.rstrip('。')}")
    return RowReading(agency, text, year, found is not None, period, _audience(text.audience_text), tuple(problems))


@lru_cache(maxsize=2048)
def _period(text: str, year: int) -> FuzzyDate:
    """Kept for a while: the rows of a table repeat their times, and each is read for the preview and for the import."""
    return read_period(text, year=year)


@lru_cache(maxsize=2048)
def _audience(text: str) -> Audience:
    return read_audience(text)


def import_key(call_id: int, reading: RowReading) -> str:
    """What makes the same row of the same table the same: a hash over call, agency, text and the row's own year."""
    said = [call_id, reading.agency, reading.text.as_dict(), reading.year if reading.own_year else None]
    return hashlib.sha256(_PLAINLY.encode(said).encode()).hexdigest()


def _agency_problems(agency: str, own_agency: str) -> list[str]:
    if not agency:
        return ["没有单位名称"]
    if len(agency) > LONGEST_AGENCY:
        return [f"单位名称最多{LONGEST_AGENCY}个字"]
    if own_agency and agency != own_agency:
        return [f"这一行是“{agency}”的计划，您只能导入本单位（{own_agency}）的计划"]
    return []
