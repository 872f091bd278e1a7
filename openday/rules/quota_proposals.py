"""From a 活动对象 to the quotas of an occurrence: who, and for how many people.

Only a proposal for the person who fills in the occurrence. Own staff takes no seat of the public; what cannot be taken
over as it stands (families, bounds, an estimate, shares that do not add up) is said in `remarks`.
"""

import re
from dataclasses import dataclass

from openday.rules.audience import Audience, Unit
from openday.rules.chinese_counts import read_number
from openday.rules.schedules import LONGEST_QUOTA_NAME, MOST_QUOTAS, MOST_SEATS

EVERYBODY = "公众"

_NUMBER = r"([0-9]{1,2}|[一二两三四五六])"
# 每个家庭限1-4人, 每组不超过3人: the most that one family brings
_PER_FAMILY = re.compile(
    rf"每(?:个|一)?(?:家庭|组|户|家)[^0-9一二两三四五六,，;；。]{{0,8}}(?:{_NUMBER}\s*(?:-|—|~|至|到)\s*)?{_NUMBER}\s*(?:人|名|口)"
)
_BIG_AND_SMALL = re.compile(rf"{_NUMBER}\s*大\s*{_NUMBER}\s*小")
_OWN = re.compile(
    r"本(?:局|委|办|厅|院|所|中心|单位|机关|系统)|我(?:局|委|办|厅|院|单位)|机关干部|机关工作人员|局领导|委领导|班子成员"
    r"|(?:科室|处室|股室|部门)负责人|讲解员|^(?:相关)?工作人员$"
)
_OF_AN_AUTHORITY = re.compile(r"(?:局|委员会|办公室|厅|政府办)(?:代表|干部|职工|工作人员|人员|同志)$")
_REGION = re.compile(r"^.{1,8}?(?:省|自治区|市|州|盟|县|区|旗|镇|乡|街道)(?=.{2,})")


@dataclass(frozen=True)
class QuotaProposal:
    """Lines of (whom, seats for persons); `remarks` are Chinese sentences about what to check before taking them."""

    quotas: tuple[tuple[str, int], ...]
    remarks: tuple[str, ...] = ()


def propose_quotas(audience: Audience, *, agency: str = "") -> QuotaProposal:
    """The quotas that an audience suggests; `agency` is the name of the host, whose own people take no seats."""
    remarks = [audience.reason + "。"] if audience.reason else []
    public = [part for part in audience.parts if not is_own_staff(part.group, agency)]
    own = [part for part in audience.parts if part not in public]
    if own:
        names = "、".join(f"{part.group}{part.n}人" for part in own)
        remarks.append(f"{names}是工作人员，不占公众名额。")
    lines = _merged([(part.group, part.n) for part in public])
    total = audience.total_max if audience.total_max is not None else audience.total_min
    if total is not None:
        rest = total - sum(part.n for part in audience.parts)
        lines = _with_rest(lines, total, rest, audience, remarks)
    lines = [(name, seats * _people_each(audience, remarks)) for name, seats in lines]
    _remark_on_bounds(audience, remarks)
    if len(lines) > MOST_QUOTAS:
        remarks.append(f"名额最多分成{MOST_QUOTAS}类，已合并为一行。")
        lines = [(EVERYBODY, sum(seats for _, seats in lines))]
    fitting = tuple((name[:LONGEST_QUOTA_NAME], seats) for name, seats in lines if 1 <= seats <= MOST_SEATS)
    return QuotaProposal(fitting, tuple(remarks))


def is_own_staff(group: str, agency: str = "") -> bool:
    """Whether a group is of the host's people: 本局工作人员, 讲解员, 市司法局代表, or named like the agency."""
    if _OWN.search(group) or _OF_AN_AUTHORITY.search(group):
        return True
    names = {agency, _REGION.sub("", agency)} - {""}
    return any(len(name) > 1 and group.startswith(name) for name in names)


def _merged(parts: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """A group that is named twice is one quota."""
    seats: dict[str, int] = {}
    for name, number in parts:
        seats[name] = seats.get(name, 0) + number
    return list(seats.items())


def _with_rest(
    lines: list[tuple[str, int]], total: int, rest: int, audience: Audience, remarks: list[str]
) -> list[tuple[str, int]]:
    """Shares that leave something over get one line more; without shares the total is everybody's."""
    if not audience.parts:
        return [(_whom(audience), total)]
    if rest <= 0 or audience.total_max is None or audience.approx:
        return lines
    remarks.append(f"各组相加比总数少{rest}人，已列为“其他”。" if not audience.reason else "差额已列为“其他”。")
    return [*lines, ("其他", rest)]


def _whom(audience: Audience) -> str:
    names = {
        Unit.FAMILY: "亲子家庭" if "亲子" in audience.text else "家庭",
        Unit.ENTERPRISE: "企业",
        Unit.GROUP: "团体",
    }
    return names.get(audience.unit or Unit.PERSON, EVERYBODY)


def _people_each(audience: Audience, remarks: list[str]) -> int:
    """Seats are for persons: of families the most that each may bring, where the text says it."""
    if audience.unit in (None, Unit.PERSON):
        return 1
    each = _family_size(audience.text) if audience.unit is Unit.FAMILY else None
    if each is not None:
        remarks.append(f"按每个家庭{each}人折算成名额，请核对。")
        return each
    counted = {Unit.FAMILY: "家庭", Unit.ENTERPRISE: "企业", Unit.GROUP: "团体"}[audience.unit or Unit.FAMILY]
    remarks.append(f"所写的是{counted}数，名额按人数计，请按每个{counted}来几人折算。")
    return 1


def _family_size(text: str) -> int | None:
    both = _BIG_AND_SMALL.search(text)
    if both:
        return (read_number(both[1]) or 0) + (read_number(both[2]) or 0) or None
    found = _PER_FAMILY.search(text)
    size = read_number(found[2]) if found else None
    return size if size and size <= 10 else None


def _remark_on_bounds(audience: Audience, remarks: list[str]) -> None:
    low, high = audience.total_min, audience.total_max
    if low is not None and high is None:
        remarks.append("所写的是最少人数，请按场地定名额。")
    elif low is not None and high is not None and low < high:
        remarks.append(f"所写的是{low}至{high}，已按最多的{high}列出。")
    elif audience.approx:
        remarks.append("所写的是约数，请核对。")
