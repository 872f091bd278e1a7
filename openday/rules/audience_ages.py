"""From what age: the lower bound of an age in the 活动对象 cell (年满18周岁, 6岁以上, 18-60周岁)."""

import re

from openday.rules.chinese_counts import read_number

_NUMERAL = r"(?P<{}>[0-9]{{1,3}}|[一二三四五六七八九十]{{1,3}})"
_YEARS = r"(?:周岁|岁)"
_INCLUDING = r"(?:\(含[^()]{0,8}\)|\(不含\))?"
_FROM = _NUMERAL.format("age")
_LOWER_BOUNDS = (
    re.compile(rf"(?<![0-9]){_FROM}{_YEARS}?{_INCLUDING}(?:-{{1,3}}|~{{1,2}}|至|到){_NUMERAL.format('to')}{_YEARS}"),
    re.compile(rf"(?<![未不])满{_FROM}{_YEARS}(?!以下|以内)"),
    re.compile(rf"(?<![0-9-]){_FROM}{_YEARS}{_INCLUDING}(?:及|含)?{_INCLUDING}(?:以上|起(?!来))"),
    re.compile(rf"(?:不小于|不低于|不少于|(?<!不)大于|(?<!不)超过|≥|>=?){_FROM}{_YEARS}"),
    re.compile(rf"年龄(?:在|为|:)?{_FROM}(?:-{{1,3}}|~{{1,2}}|至|到){_NUMERAL.format('to')}"),
)
_OLDEST = 120
# Who is old or young may need company or a paper; that does not keep the others out.
_WITH_A_DUTY = re.compile(r"[^,;。(]{0,10}[须需应请](?![^,;。]{0,4}[满])[^,;。]{0,14}(?:陪|证明|体检|健康)")
_ACCOMPANIED = re.compile(
    rf"(?:[未不]满{_FROM}{_YEARS}|{_NUMERAL.format('below')}{_YEARS}{_INCLUDING}(?:及"
    rf"|含)?以下)[^;。]{{0,16}}(?:陪|监护|家长)"
)


def read_min_age(plain: str) -> int | None:
    """The youngest age admitted, in years; None without a lower bound. `plain` comes from `plain_wording`."""
    if "岁" not in plain and "年龄" not in plain:
        return None
    accompanied = {read_number(found["age"] or found["below"]) for found in _ACCOMPANIED.finditer(plain)}
    ages = set[int]()
    for pattern in _LOWER_BOUNDS:
        for found in pattern.finditer(plain):
            age = read_number(found["age"])
            if age and age <= _OLDEST and age not in accompanied and not _WITH_A_DUTY.match(plain, found.end()):
                ages.add(age)
    return min(ages, default=None)
