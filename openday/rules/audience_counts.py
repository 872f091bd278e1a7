"""How many, one by one: every number in the 活动对象 cell that counts who may come, with its bounds.

A number is a count only with a counter for people, families, teams or enterprises behind it (名, 人, 位, 户, 家企业),
or bare at the end of 人数 or of a named group. Years, floors, telephone numbers, ages and stages of an event have none
and are never seen. What such a number is about is judged in `audience_roles`.
"""

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from openday.rules.audience_groups import Naming, is_people, name_after
from openday.rules.chinese_counts import NUMBER, read_number


class Unit(StrEnum):
    """What is counted."""

    PERSON = "person"
    FAMILY = "family"
    GROUP = "group"
    ENTERPRISE = "enterprise"


class Mark(StrEnum):
    """How a number is announced as a total."""

    NONE = ""
    TOGETHER = "together"  # 共
    SUM = "sum"  # 共计, 合计, 总计 …


@dataclass(frozen=True, slots=True)
class Count:
    """One number. `begin` stands before its modifiers, `end` behind them; both are positions in the plain wording."""

    begin: int
    end: int
    low: int | None
    high: int | None
    approx: bool
    unit: Unit
    mark: Mark = Mark.NONE
    each: bool = False  # 各5名: for every group of the list
    labelled: bool = False  # 人数:12人, 限额10人: the number is about everybody
    per_session: bool = False
    past: bool = False
    visits: bool = False  # 人次: one person may count twice
    floor: int = 0  # where the number before this one ends


_ATTRIBUTE = r"[^0-9,;:。、()的每]{0,8}?"
_HOUSEHOLD = r"(?:家庭|亲子|母子|母女|父子|父女|[三四五]口之家)"
_FIRM = r"(?:企业|公司|商户|商家|工厂|厂家|合作社|门店|店铺|工商户|经营户|农家乐|[市经营]\w主体)"
_HOUSEHOLDS_BEHIND = re.compile(rf"{_ATTRIBUTE}{_HOUSEHOLD}|\((?:亲子|家庭)|\(?[一两二12]大[一两二12]小")
_FIRMS_BEHIND = re.compile(_ATTRIBUTE + _FIRM)
_TEAMS_BEHIND = re.compile(_ATTRIBUTE + r"(?:团体|团队|队伍|社团|集体)")
_HOUSEHOLDS_BEFORE, _FIRMS_BEFORE = (
    re.compile(rf"(?:{_HOUSEHOLD}|家长|家庭为单位[^0-9。;]{{0,12}})$"),
    re.compile(_FIRM + r"(?:代表)?$"),
)
_TEAM = re.compile(r"团队|队伍|集体$")
_PLACES = re.compile(
    r"社区|[街镇乡市区县厅]|村(?!民)|部门|单位|学校|机构|行业|类|方面|界|党派|网格|支部|系统|站|年级|[班组队所级]"
)
_NUMBER = re.compile(rf"(?P<number>{NUMBER})")
_SPAN = re.compile(rf"(?:名|人|位|户|组|家|个)?(?:-{{1,3}}|~{{1,2}}|至|到)(?P<number>{NUMBER})")
_MORE = re.compile(r"(?:余|多|来|几)(?!次|样|元)")
_NO_NUMBER = re.compile(r"[第0-9]$|[0-9]\.$|[0-9]{2}、$|(?:^|[^\u4e00-\u9fff])-+$")
_ITEM_NUMBER = re.compile(r"(?:^|[,;。:])[0-9]{1,2}\.$")
_PERSONS = re.compile(
    r"人次(?!序)|个?(?:名额|席位|座位)|名(?![称录胜]|单(?![位身亲])|师(?![生傅范]))额?|位(?![于置数])|席"
    r"|个?人(?![大才员士力口社事武行工制份间格均]|民[^营企]|计划|会|制)"
)
_BEFORE = re.compile(
    r"(?:(?P<high>不(?:得|能|可|要|宜|应)?(?:超过|超出|多于|大于|高于|超)|上限|限额|名额限制?|可?容纳"
    r"|(?:[至最]多|最[大高]|仅限|(?<![有无年权界极期局不上])限(?:定|制|量|流)?)[可能]?(?:接待"
    r"|容纳|承载|邀请|安排|招[募收]?|参[加观]|开放|接受|报名?|收)?(?:总?人数|名额|容?量|能力|规模)?|少于|低于|小于|不足|≤|<=?)"
    r"|(?P<low>不(?:得|能|可|应)?(?:少于|低于|小于)(?:邀请|组织|安排|招募)?|(?:至少|最少)(?:邀请|组织|安排|招募|接待|有)?|超过|超出|(?<!高)超|逾|多于|大于|高于|≥|>=?)"
    r"|(?P<approx>大约|(?<![预签契合制条特大邀])约|将近|接近|(?<![附最亲邻远靠就])近|大概|大致|差不多|估计)"
    r"|(?P<sum>共计|合计|总计|总共|一共|总(?:人[数次]|名额|数|量|规模)|(?:^|(?<=[,;。、等)]))计)"
    r"|(?P<together>(?<![公中])共)"
    r"|(?P<each>各)"
    r"|(?P<idle>控制在|限定在|预计|预估|原则上|一般|暂定"
    r"|(?<=[共约还另中只仅])有|(?<=[限收取录])前|(?<!不)仅|达到|[为是了达到:(×xX*]))$"
)
_BEHIND = re.compile(
    r"\(?(?:\(含[^()]{0,4}\)|及|含)?(?:(?P<low>以上(?![人社各])|起(?!来))"
    r"|(?P<high>以内|之内|以下|为限|封顶|为止|即止|截止|内(?![部外地容]))|(?P<approx>左右|上下)|(?P<idle>不等|为宜))\)?"
    r"|\(?[/每](?P<session>场次?|次|批次?|团|期|班|天|日|时段)\)?"
)
_SESSION_BEHIND_NOUN = re.compile(r"[^0-9,;:。、()/每]{1,10}/(?:场次?|次|批次?|团|期|班|天|日|时段)")
_SHARE_BEHIND = re.compile(r"\(?[/每](?:家|户|单位|企业|村|社区|组|人|队|个|镇)(?![^,;。()]{0,8}[0-9一二两三])")
_LABEL = re.compile(r"(?:人数|规模|名额|席位|数量|总额)(?:[^,;。:()]{0,6})?$")
_RESIDENTS_BEFORE = re.compile(r"(?:[居村农牧渔灾军移]民|群众|农户|住户|[困贫脱]\w?户|[家军烈]属)(?:代表)?$")
_SEATS_BEHIND = re.compile(r"[^0-9,;:。、()]{0,6}(?:名额|席位|座位)")
_SEATS_BEFORE = re.compile(r"(?:名额|席位|座位)(?:数量?)?$")
_BARE_END = re.compile(r"$|[,;。、() ]|/(?![场次批团期班天日时])")
_ENUMERATED = re.compile(r"(?:^|[,;。: ])1[、.)]")
_NOTE_BEFORE = re.compile(r"\([^()]*\)$")  # 亲子家庭(1名家长带1名孩子)20组: the noun stands in front of the brackets
_WINDOW = 60


def find_counts(plain: str) -> list[Count]:
    """Every count of the audience in reading order, whatever its role; `plain` comes from `plain_wording`."""
    counts: list[Count] = []
    end = 0
    for number in _NUMBER.finditer(plain):
        if number.start() >= end:
            count = _read_count(plain, number, end)
            if count is not None:
                counts.append(count)
                end = count.end
    return counts


def _read_count(plain: str, number: re.Match[str], floor: int) -> Count | None:
    written, start, at = number["number"], number.start(), number.end()
    before = plain[max(floor, start - _WINDOW) : start]
    if _NO_NUMBER.search(before) and not _ITEM_NUMBER.search(before):
        return None
    if written[0] in "十百千万" and before.endswith(("几", "数")):
        return None
    low = high = read_number(written)
    span = _SPAN.match(plain, at)
    if span:
        high, at = read_number(span["number"]), span.end()
        low = _scaled(written, span["number"], low)
    if not low or high is None or low > high:
        return None
    kinds: set[str] = set()
    if _MORE.match(plain, at):
        kinds.add("approx")
        at += 1
    begin = _read_modifiers(plain, start, floor, kinds)
    counter = _counter(plain, begin, at, floor, bare_scale=written in ("百", "千", "万") and not kinds)
    if counter is None:
        return None
    return _bounded(plain, Count(begin, counter[1], low, high, False, counter[0], floor=floor), kinds)


def _scaled(low: str, high: str, value: int | None) -> int | None:
    """In 1-2万 the scale belongs to both ends; in 三至五百 nobody can tell."""
    scale = {"百": 100, "千": 1000, "万": 10_000}.get(high[-1])
    if scale is None or value is None or low[-1] in "百千万" or len(high) == 1:
        return value
    return value * scale if low.isascii() and high[:-1].isascii() else None


def _read_modifiers(plain: str, start: int, floor: int, kinds: set[str]) -> int:
    """Walk back over what qualifies the number (不少于, 约 …): fills `kinds`, returns their beginning."""
    begin = start
    if plain[start] in "百千万" and plain[floor:start].endswith(("上", "成")):
        kinds.add("approx")
        begin -= 1
    while found := _BEFORE.search(plain[max(floor, begin - 10) : begin]):
        kinds.add(found.lastgroup or "idle")
        begin -= len(found.group())
    return begin


def _counter(plain: str, begin: int, at: int, floor: int, *, bare_scale: bool) -> tuple[Unit, int] | None:
    """What is counted, and where the counter ends; 户, 组, 家 and 个 count what the noun beside them names."""
    persons = _PERSONS.match(plain, at)
    if persons:
        return None if bare_scale and "人" in persons.group() else (Unit.PERSON, persons.end())
    before = plain[max(floor, begin - _WINDOW) : begin]
    sign = plain[at : at + 1]
    if bare_scale or not sign or _BARE_END.match(plain, at):
        return (Unit.PERSON, at) if _bare_is_persons(plain, begin, at, before) else None
    before = _NOTE_BEFORE.sub("", plain[max(0, begin - _WINDOW) : begin]) if before.endswith(")") else before
    if sign in "家户" and (_FIRMS_BEHIND.match(plain, at + 1) or _FIRMS_BEFORE.search(before)):
        return Unit.ENTERPRISE, at + 1
    if sign == "户":
        return None if _no_households(plain, at, before) else (Unit.FAMILY, at + 1)
    if plain.startswith("家庭", at):
        return Unit.FAMILY, at
    if sign in "组对个" and (_of(_HOUSEHOLDS_BEHIND, plain, at) or _HOUSEHOLDS_BEFORE.search(before)):
        return Unit.FAMILY, at + 1
    if sign == "个" and _of(_FIRMS_BEHIND, plain, at):
        return Unit.ENTERPRISE, at + 1
    if sign in "个支" and _of(_TEAMS_BEHIND, plain, at):
        return Unit.GROUP, at + 1
    if sign == "个" and (
        _SEATS_BEFORE.search(before) or _SEATS_BEHIND.match(plain, at + 1) or _people_follow(plain, at + 1)
    ):
        return Unit.PERSON, at + 1
    return None


def _no_households(plain: str, at: int, before: str) -> bool:
    """Whether 户 counts something else: 一户一表, or accounts of people who are no residents (纳税人20户)."""
    of_others = is_people(before) and not _RESIDENTS_BEFORE.search(before)
    return of_others or _NUMBER.match(plain, at + 1) is not None


def _of(pattern: re.Pattern[str], plain: str, at: int) -> bool:
    """Whether the counter at `at` is for such a noun, and not for a place that has them (3个社区的家庭)."""
    found = pattern.match(plain, at + 1)
    return found is not None and not _PLACES.search(_TEAM.sub("", found.group()))


def _people_follow(plain: str, at: int) -> bool:
    phrase = re.match(r"[^0-9,;:。!?()的]{0,12}", plain[at:])
    named = name_after(phrase.group() if phrase else "")
    return named.naming is Naming.GROUP and not _PLACES.search(named.names[0])


def _bare_is_persons(plain: str, begin: int, at: int, before: str) -> bool:
    """A number with no counter: only behind 人数, behind a named group (企业代表:10), or alone in the cell."""
    if not _BARE_END.match(plain, at) or at - begin > 12 or _ENUMERATED.search(plain):
        return False
    digits = re.search(r"[0-9]+$", plain[begin:at])
    if digits and (len(digits.group()) > 4 or 1900 <= int(digits.group()) <= 2100):
        return False
    if (begin == 0 and at == len(plain)) or _LABEL.search(before):
        return True
    chunk = re.split(r"[,;。:()、]", before)[-1]
    return is_people(chunk) and not chunk.endswith("联系人")


def _bounded(plain: str, count: Count, kinds: set[str]) -> Count | None:
    """Apply the qualifiers in front and those behind the counter (以内, 左右, /场)."""
    at, session = count.end, False
    while found := _BEHIND.match(plain, at):
        kinds.add(found.lastgroup or "idle")
        session, at = session or found.lastgroup == "session", found.end()
    session = session or bool(_SESSION_BEHIND_NOUN.match(plain, at))
    if {"low", "high"} <= kinds or _SHARE_BEHIND.match(plain, at):
        return None
    mark = Mark.SUM if "sum" in kinds else Mark.TOGETHER if "together" in kinds else Mark.NONE
    return replace(
        count,
        end=at,
        low=None if "high" in kinds else count.low,
        high=None if "low" in kinds else count.high,
        approx="approx" in kinds,
        mark=mark,
        each="each" in kinds,
        per_session=session,
        visits=plain.endswith("人次", 0, count.end),
    )
