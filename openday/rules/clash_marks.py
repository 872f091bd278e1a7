"""What two plans can have in common, told from their words: a place, an invited group, a leader who takes part.

Place: the name without marks and without its room. “本单位会议室” is a place of one agency; “另行通知” is none.
Invited group: people of whom there are few and whom everybody invites (人大代表、政协委员、监督员、媒体、企业), and
groups with a name of their own (青石社区、云溪小学); 市民 and 居民 in general are never the same people.
Leader: 区长 and 区委书记 are one person in a place, 局长 and 主要负责人 one person in an agency; the word must stand in
the content or the audience, and not as part of another name (市长热线).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from openday.rules.timetable import Filing

PLACE, AUDIENCE, FIGURE = "place", "audience", "figure"


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that plans may share: equal `key` means the same. `detail` is the room within a place. `broad` marks
    groups that are asked so often that only an exact day is worth a word."""

    kind: str
    key: str
    label: str
    detail: str = ""
    broad: bool = False


_PUNCTUATION = re.compile(r"[\s·・,，.。、;；:：!！\"'“”‘’()（）\[\]【】《》<>〈〉/\\|_~—–-]+")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_ROOM = re.compile(
    r"(?:[0-9]{1,4}|[一二三四五六七八九十]{1,3}|负[0-9一二三])(?:楼|层|号楼|号厅|号会议室|会议室|室|厅)"
    r"|大厅|会议室|报告厅|多功能厅"
)
_NOWHERE = re.compile(r"待定|另行|通知|线上|网络|直播|各(?:镇|街|社区|单位|村)|全[区市县]|辖区|若干|多处|多个")
_AT_HOME = re.compile(
    r"(?:本|我|该)(?:单位|局|院|馆|校|中心|镇|街道)|(?:单位|机关|局|办公楼|会议室|大厅|报告厅|多功能厅)"
    r"|[0-9一二三四五六七八九十]+(?:楼|层|号)"
)

_FEW = {
    "人大代表": "人大代表",
    "政协委员": "政协委员",
    "党代表": "党代表",
    "监督员": "监督员",
    "民主党派": "民主党派",
    "媒体": "媒体",
    "记者": "媒体",
    "企业": "企业代表",
}
_BROAD = frozenset({"企业代表"})
_NAMED = r"(?:社区|小学|中学|幼儿园|大学|学院|商会|协会)"
_GROUPS = re.compile(
    rf"(?P<few>{'|'.join(_FEW)})|(?P<named>[^\W\d_和与及或等各名个位人在由]{{2,8}}?{_NAMED})"
)  # fmt: skip
_ANY = re.compile(r"部分|有关|相关|周边|附近|辖区|所在|全[区市县]|邀请|组织|驻区|本地|不同|多个|老年|各类|行业")

_OF_PLACE = r"(?:[省市区县镇乡](?:委)?(?:副)?书记|(?:街道|党)工委(?:副)?书记|(?:副)?(?:[市区县镇乡])长)"
_OF_AGENCY = (
    r"(?:局长|主任|院长|馆长|校长|所长|行长|支队长|大队长|关长|台长"
    r"|主要负责人|主要领导|主要负责同志|一把手|领导班子)"
)
_NOT_THEMSELVES = r"(?!信箱|热线|办公|质量奖|接待室|基金|邮箱|专线|助理)"
_LEADERS = re.compile(rf"(?P<place>{_OF_PLACE}){_NOT_THEMSELVES}|(?<!副)(?P<agency>{_OF_AGENCY}){_NOT_THEMSELVES}")


def marks_of(filing: Filing) -> tuple[Mark, ...]:
    """The groups that it invites and the leaders who take part in it."""
    leaders = (*leaders_in(filing.content), *leaders_in(filing.audience))
    figures = {mark.key: mark for mark in (_figure(leader, filing) for leader in leaders)}
    return (*audience_marks(filing.audience), *figures.values())


@lru_cache(maxsize=20_000)
def place_mark(venue: str, agency_id: int) -> Mark | None:
    """The place that a venue names; None for one that is not known yet or that is everywhere."""
    plain = unicodedata.normalize("NFKC", venue)
    whole = _PUNCTUATION.sub("", _BRACKETS.sub("", plain))
    if len(whole) < 2 or _NOWHERE.search(whole):
        return None
    if _AT_HOME.match(whole):
        return Mark(PLACE, f"{agency_id}:{whole}", venue)
    room = _ROOM.search(whole, 2)
    base = whole[: room.start()] if room else whole
    return Mark(PLACE, base, base, detail=whole[len(base) :])


@lru_cache(maxsize=20_000)
def audience_marks(text: str) -> tuple[Mark, ...]:
    """The invited groups of whom two activities on one day would ask the same people."""
    found = {}
    for match in _GROUPS.finditer(text):
        label = _FEW.get(match["few"] or "", match["named"] or "")
        if label and not (match["named"] and _ANY.match(label)):
            found[label] = Mark(AUDIENCE, label, label, broad=label in _BROAD)
    return tuple(found.values())


@lru_cache(maxsize=20_000)
def leaders_in(text: str) -> tuple[tuple[str, str], ...]:
    """(whose, title) of every leader named in a text: whose is "place" or "agency"."""
    found = {("place", m["place"]) if m["place"] else ("agency", m["agency"]) for m in _LEADERS.finditer(text)}
    return tuple(sorted(found))


def _figure(leader: tuple[str, str], filing: Filing) -> Mark:
    whose, title = leader
    if whose == "agency":
        return Mark(FIGURE, f"agency:{filing.agency_id}", f"{filing.agency}主要负责人")
    level = next((char for char in title if char in "省市区县镇乡"), "街道")
    place = next((id_ for name, id_ in filing.places if name.endswith(level)), filing.agency_id)
    return Mark(FIGURE, f"{level}{place}:{title}", title)
