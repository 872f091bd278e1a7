"""What the columns of plan tables are called in different places, and which lines of a table are no plans."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from openday.rules.privacy import plain_text

KEYS = (
    "agency", "theme", "time", "place", "content", "audience",
    "signup", "contact", "phone", "city", "year", "source",
)  # fmt: skip

# Best name first: where a table has several columns for one key, the first of these wins.
_ALIASES: dict[str, tuple[str, ...]] = {
    "agency": (
        "单位名称", "单位", "填报单位", "报送单位", "申报单位", "承办单位", "责任单位", "开放单位", "举办单位",
        "实施单位", "牵头单位", "主办单位", "部门", "部门名称", "责任部门", "单位部门", "agency",
    ),
    "theme": (
        "活动主题", "活动名称主题", "活动名称", "主题", "活动项目", "开放主题", "活动主题名称", "主题名称", "活动题目",
        "项目名称", "theme", "title",
    ),
    "time": (
        "开展时间", "活动时间", "时间", "开放时间", "举办时间", "活动开展时间", "计划时间", "计划开展时间",
        "拟开展时间", "拟定时间", "实施时间", "活动日期", "日期", "timetext", "time", "period",
    ),
    "place": (
        "开展地点", "活动地点", "地点", "开放地点", "举办地点", "活动开展地点", "活动场所", "开放场所", "地址",
        "活动地址", "place", "venue",
    ),
    "content": ("活动内容", "内容", "主要内容", "开放内容", "活动内容及形式", "活动主要内容", "活动安排", "content"),
    "audience": (
        "活动对象", "活动邀请对象", "邀请对象", "参与对象", "参加对象", "活动参与对象", "面向对象", "参加人员",
        "参与人员", "邀请人员", "受众", "audience",
    ),
    "signup": (
        "活动报名方式", "报名方式", "报名渠道", "报名途径", "参与方式", "报名方法", "报名链接",
        "signuptext", "signup",
    ),
    "contact": (
        "联系人", "活动联系人", "联系人姓名", "联络员", "负责人", "联系人及联系方式", "联系人及电话",
        "contact",
    ),
    "phone": (
        "联系方式", "联系电话", "电话", "联系人电话", "联系人联系方式", "咨询电话", "手机", "手机号", "手机号码",
        "办公电话", "联系号码", "phone",
    ),
    "city": ("城市", "市", "地市", "地区", "区划", "所在地区", "city"),
    "year": ("年度", "年份", "年", "year"),
    "source": ("来源", "来源网址", "信息来源", "链接", "网址", "sourceurl", "source"),
}  # fmt: skip
# These stand in when a table has no column of the proper kind; numbers of participants otherwise join the audience.
_FORMS = ("活动形式", "开展形式", "开放形式", "形式")
_NUMBERS = ("拟参与人数", "参与人数", "拟邀请人数", "邀请人数", "参加人数", "活动人数", "人数", "活动规模", "人数规模")
_SERIALS = ("序号", "编号", "no", "id")
_RANK = {alias: (key, rank) for key, aliases in _ALIASES.items() for rank, alias in enumerate(aliases)}

# Headers carry guidance in brackets, but nothing longer than this is a header.
_LONGEST_HEADER = 300
_BRACKETS = re.compile(r"[(\[【〔{][^(\[【〔{)\]】〕}]*[)\]】〕}]")
_NOT_WORD = re.compile(r"[\W_]+")
_FOOTER = re.compile(
    r"(备注|注|说明|填表|填报|制表|审核|审批|负责人|联系人|联系电话|联系方式|电话|日期|时间|单位|盖章)[^:]{0,12}:"
)
_RUNNING_NUMBER = re.compile(r"[(（]?[0-9０-９一二三四五六七八九十百]{1,6}[)）、.．]?")
_TOTAL = re.compile(r"(合计|总计|小计|共计)(\s|:|$)")
_AGENCY_LINE = re.compile(r"(?:填报|报送|申报|承办)?单位(?:名称)?(?:\([^()]{0,20}\))?:\s*([^\s_]+)")


@dataclass(frozen=True)
class ColumnMatch:
    """A header as printed and the key it was taken for; None for a column that is not read."""

    header: str
    key: str | None

    @cached_property
    def numbers_rows(self) -> bool:
        """Whether the column holds running numbers (序号)."""
        return _word(self.header) in _SERIALS


def match_columns(header: Sequence[str]) -> tuple[ColumnMatch, ...]:
    """What each cell of a header row stands for. A key is given once, to the best name, but for `audience`, which the
    column with the number of participants shares."""
    words = [_known_word(cell) for cell in header]
    keys: list[str | None] = [None] * len(words)
    for key in KEYS:
        named = [(_RANK[word][1], place) for place, word in enumerate(words) if _RANK.get(word, ("", 0))[0] == key]
        if named:
            keys[min(named)[1]] = key
    forms = [place for place, word in enumerate(words) if word in _FORMS]
    if "content" not in keys and forms:
        keys[forms[0]] = "content"
    numbers = [place for place, word in enumerate(words) if word in _NUMBERS]
    if numbers:
        keys[numbers[0]] = "audience"
    return tuple(ColumnMatch(plain_text(cell), key) for cell, key in zip(header, keys, strict=True))


def is_running_number(cell: str) -> bool:
    """Whether a cleaned cell can be a running number: tables are handed out with rows numbered in advance."""
    return _RUNNING_NUMBER.fullmatch(cell) is not None


def is_footer(filled: Sequence[str]) -> bool:
    """Whether the filled cells of a row (cleaned, none empty) are a signature line, remarks or a total."""
    texts = [unicodedata.normalize("NFKC", cell) for cell in filled]
    return all(_FOOTER.match(text) for text in texts) or bool(_TOTAL.match(texts[0]))


def agency_above(lines: Sequence[str]) -> str:
    """The agency in a line 单位名称：…, which forms print above the header when one agency fills the whole table;
    an empty string when there is none."""
    for line in lines:
        match = _AGENCY_LINE.search(unicodedata.normalize("NFKC", line))
        if match:
            return match[1]
    return ""


def _known_word(cell: str) -> str:
    """The header reduced to its letters; without what stands in brackets when only that is a known name."""
    if len(cell) > _LONGEST_HEADER:
        return ""
    word = _word(cell)
    known = word in _RANK or word in _FORMS or word in _NUMBERS or word in _SERIALS
    return word if known else _word(_BRACKETS.sub("", unicodedata.normalize("NFKC", plain_text(cell))))


def _word(cell: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", plain_text(cell))).lower()
