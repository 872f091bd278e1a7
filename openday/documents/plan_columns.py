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
        "实施单位", "牵头单位", "组织单位", "开展单位", "活动单位", "主办单位", "单位全称", "部门", "部门名称",
        "责任部门", "承办部门", "牵头部门", "填报部门", "报送部门", "单位部门", "agency",
    ),
    "theme": (
        "活动主题", "活动名称主题", "活动名称", "主题", "活动项目", "开放主题", "活动主题名称", "主题名称",
        "活动题目", "项目名称", "开放活动名称", "开放活动主题", "开放日主题", "开放日名称", "活动标题", "theme",
        "title",
    ),
    "time": (
        "开展时间", "活动时间", "时间", "开放时间", "举办时间", "活动开展时间", "计划时间", "计划开展时间",
        "拟开展时间", "拟定时间", "实施时间", "活动日期", "开展日期", "开放日期", "日期", "时间安排",
        "活动时间安排", "起止时间", "活动起止时间", "具体时间", "开展月份", "计划月份", "月份", "timetext", "time",
        "period",
    ),
    "place": (
        "开展地点", "活动地点", "地点", "开放地点", "举办地点", "活动开展地点", "活动场所", "开放场所", "地址",
        "活动地址", "活动场地", "场地", "场所", "具体地点", "place", "venue",
    ),
    "content": (
        "活动内容", "内容", "主要内容", "开放内容", "活动内容及形式", "活动主要内容", "主要活动内容",
        "活动具体内容", "具体内容", "内容安排", "活动简介", "内容简介", "活动安排", "content",
    ),
    "audience": (
        "活动对象", "活动邀请对象", "邀请对象", "参与对象", "参加对象", "活动参与对象", "面向对象", "参加人员",
        "参与人员", "邀请人员", "开放对象", "活动对象及人数", "邀请对象及人数", "参与对象及人数", "参加对象及人数",
        "参与人员及人数", "邀请人员范围", "参与人员范围", "邀请范围", "参与群体", "受众", "audience",
    ),
    "signup": (
        "活动报名方式", "报名方式", "报名渠道", "报名途径", "参与方式", "报名方法", "公众报名方式", "预约方式",
        "预约报名方式", "报名预约方式", "报名链接", "signuptext", "signup",
    ),
    "contact": (
        "联系人", "活动联系人", "联系人姓名", "联络员", "负责人", "经办人", "责任人", "联系人及联系方式",
        "联系人及电话", "联系人及联系电话", "联系人和联系方式", "联系人和电话", "联络人", "姓名", "contact",
    ),
    "phone": (
        "联系方式", "联系电话", "电话", "联系人电话", "联系人联系方式", "联系人联系电话", "联系人手机", "咨询电话",
        "手机", "手机号", "手机号码", "电话号码", "办公电话", "联系号码", "phone",
    ),
    "city": (
        "城市", "市", "地市", "地区", "区划", "所在地区", "city",
    ),
    "year": (
        "年度", "年份", "年", "year",
    ),
    "source": (
        "来源", "来源网址", "信息来源", "链接", "网址", "sourceurl", "source",
    ),
}  # fmt: skip
# These stand in when a table has no column of the proper kind; numbers of participants otherwise join the audience.
_FORMS = ("活动形式", "开展形式", "开放形式", "形式")
_NUMBERS = ("拟参与人数", "参与人数", "拟邀请人数", "邀请人数", "参加人数", "活动人数", "人数", "活动规模", "人数规模")
_SERIALS = ("序号", "编号", "no", "id")
_RANK = {alias: (key, rank) for key, aliases in _ALIASES.items() for rank, alias in enumerate(aliases)}

_SAMPLE = re.compile("示例|样例|样表|范例|填写说明|填表说明|填报说明")
_EXAMPLE = re.compile(r"[(\[【]?\s*(示例|样例|范例|例|填写示例|填表示例|填写说明|填表说明|填报说明)\s*([)\]】:]|$)")
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
    """Whether the filled cells of a row (cleaned, none empty) are a signature line, remarks, a total or an example."""
    first = unicodedata.normalize("NFKC", filled[0])
    if _TOTAL.match(first) or _EXAMPLE.match(first):
        return True
    return bool(_FOOTER.match(first)) and all(_FOOTER.match(unicodedata.normalize("NFKC", cell)) for cell in filled)


def is_column_name(cell: str) -> bool:
    """Whether a cell is one of the names that columns have."""
    return _is_known(_known_word(cell))


def is_sample(name: str) -> bool:
    """Whether a worksheet is called an example or instructions, which nobody means to import."""
    return _SAMPLE.search(name) is not None


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
    return word if _is_known(word) else _word(_BRACKETS.sub("", unicodedata.normalize("NFKC", plain_text(cell))))


def _is_known(word: str) -> bool:
    return word in _RANK or word in _FORMS or word in _NUMBERS or word in _SERIALS


def _word(cell: str) -> str:
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", plain_text(cell))).lower()
