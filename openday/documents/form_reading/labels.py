"""What the cells and lines of plan forms are called: the columns of tables, and what only forms have."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from openday.documents.plan_columns import match_columns
from openday.rules.privacy import plain_text

FIELDS = ("agency", "theme", "time", "place", "content", "audience", "signup", "contact", "phone")
NAMES = dict(
    zip(
        FIELDS,
        ("单位名称", "活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式", "联系人", "联系方式"),
        strict=True,
    )
)

_LONGEST = 300
_LONGEST_WORD = 20
_BRACKETS = re.compile(r"\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|【[^【】]{0,200}】|〔[^〔〕]{0,200}〕|<[^<>]{0,200}>")
_NOT_WORD = re.compile(r"[\W_]+")
# 1. 1、 (1) 一、（一） ① before a name.
_SERIAL = re.compile(r"\s*(?:\(?(?:[0-9]{1,2}|[一二三四五六七八九十]{1,3})\s*[.、,)．]|[0-9]{1,2}(?=[\s一-鿿]))\s*")
_AND = "(?:及其|以及|及|和|与|、|/|,|;|\\+|&|\n| )"
_PERSON = "(?:活动|业务|具体|单位)?(?:联系人|联络人|联络员|负责人|对接人|联系人姓名|联系人员)(?:姓名)?"
_NUMBER = "(?:联系|办公|手机|移动|联络)?(?:电话|方式|手机|号码|手机号码?|电话号码)"
_PERSON_AND_NUMBER = re.compile(f"{_PERSON}{_AND}+(?:其)?{_NUMBER}")
_PERSON_NUMBER = re.compile(f"{_PERSON}{_NUMBER}")
_TIME_AND_PLACE = re.compile(f"(?:活动|开展|举办|拟开展|活动开展|计划)?时间{_AND}*(?:活动|开展|举办)?地点")
_MORE = {
    **dict.fromkeys(
        (
            "活动对象及人数",
            "活动对象和人数",
            "参与对象及人数",
            "邀请对象及人数",
            "邀请对象和人数",
            "参加对象及人数",
            "参与人员及人数",
            "邀请人员及人数",
            "活动对象及规模",
            "活动邀请对象及人数",
            "邀请范围",
            "参加范围",
            "参与群体",
            "服务对象",
            "开放对象",
            "邀请代表",
            "对象",
        ),
        "audience",
    ),
    **dict.fromkeys(
        (
            "报名方式及链接",
            "预约方式",
            "活动预约方式",
            "公众报名方式",
            "报名方式及时间",
            "报名方式及渠道",
            "报名渠道方式",
            "参与途径",
            "活动报名",
            "活动报名方法",
            "活动报名渠道",
            "报名二维码",
            "活动报名二维码",
            "报名方式二维码",
            "报名方式及二维码",
            "报名咨询方式",
        ),
        "signup",
    ),
    **dict.fromkeys(
        ("拟开展活动主题", "开放活动主题", "开放日主题", "活动标题", "主题活动名称", "政府开放日主题", "开放主题名称"),
        "theme",
    ),
    **dict.fromkeys(
        (
            "活动内容及流程",
            "活动流程及内容",
            "活动主要内容及形式",
            "活动内容和形式",
            "活动内容简介",
            "活动简介",
            "活动内容安排",
            "活动形式及内容",
            "活动内容形式",
            "主要活动内容",
            "开展内容",
            "活动内容与形式",
            "活动方案",
            "具体内容",
        ),
        "content",
    ),
    **dict.fromkeys(
        ("开展时间段", "活动时间段", "开放日期", "举办日期", "开展日期", "活动开始时间", "拟开展日期"), "time"
    ),
    **dict.fromkeys(("开展场所", "举办场所", "活动具体地点", "具体地点", "活动场地", "集合地点"), "place"),
    **dict.fromkeys(("联络人", "联络人员", "联系人员", "具体联系人", "业务联系人", "对接人"), "contact"),
    **dict.fromkeys(
        ("联络方式", "联络电话", "咨询方式", "联系手机", "移动电话", "电话号码", "联系人手机", "联系电话手机"), "phone"
    ),
    **dict.fromkeys(
        (
            "单位全称",
            "填报单位名称",
            "报送单位名称",
            "承办单位名称",
            "活动单位",
            "组织单位",
            "开放单位名称",
            "实施部门",
        ),
        "agency",
    ),
}
# What a person may also answer with: right of another name they are its value.
_ANSWERS = {
    "电话",
    "手机",
    "手机号",
    "手机号码",
    "联系电话",
    "办公电话",
    "咨询电话",
    "链接",
    "网址",
    "单位",
    "部门",
    "人数",
    "形式",
    "内容",
    "主题",
    "市",
    "年",
    "城市",
    "地区",
    "地市",
    "年度",
    "日期",
    "时间",
    "地点",
    "地址",
    "负责人",
    "联系人",
    "姓名",
    "联络员",
    "来源",
    "活动安排",
    "报名链接",
    "no",
    "id",
    "title",
    "time",
    "place",
    "content",
    "source",
}
# Inside a cell that lists several things, these names begin nothing new.
_OTHERS = re.compile(
    r"[一-鿿]{0,8}(?:时间|日期|地点|方式|形式|人数|单位|部门|电话|备注|意见|级别|类型|类别|名称|编号|序号|规模|负责人|联系人"
    r"|填表人|填报人|制表人|报送人|经办人|审核人|审批人|签发人|签字|签名|签章|盖章|时长|天数|预算|经费|要求|职务|邮箱|传真|微信"
    r"|流程|措施|预案|领域|主题|内容|对象|情况|说明|目的|背景|安排|亮点|效果|备案号|审查|领导|特色|次数|性质|来源|地址|年度|年份)"
)
_SIGNATURE = re.compile(r"(?:填表|填报|制表|报送|经办|审核|审批|签发|分管|主管|主要|单位负责|单位领导|领导)")
_PREFIXES = re.compile(r"(?:拟|计划|预计|本次|此次|政府开放日|政府开放|开放日|政府开放活动)(?=.{2})")


@dataclass(frozen=True)
class Label:
    """The name of a field. `word`: reduced to its letters; `name`: a name that
    tables know for it; `keys`: what it holds, nothing when it is not read, two when
    one cell holds both; `may_be_answer`: whether people also write the word as a value; `signature`: who signed."""

    word: str
    keys: tuple[str, ...]
    name: str = ""
    may_be_answer: bool = False
    signature: bool = False


@lru_cache(maxsize=4096)
def read_label(text: str) -> Label | None:
    """The label that `text` is as a whole, its guidance in brackets and its number aside; None when it is no label."""
    if not text or len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", plain_text(text, lines=True)).strip(" \n\t:*_")
    plain = _SERIAL.sub("", plain, count=1) if _SERIAL.match(plain) else plain
    bare = _BRACKETS.sub("", plain)
    for candidate in dict.fromkeys((plain, bare)):
        word = _NOT_WORD.sub("", candidate).lower()
        if not word or len(word) > _LONGEST_WORD:
            continue
        keys = _keys_of(candidate, word)
        if keys is not None:
            known = match_columns((word,))[0].key is not None
            name = word if known or len(keys) != 1 else NAMES[keys[0]]
            return Label(word, keys, name, word in _ANSWERS, bool(_SIGNATURE.match(word)))
    return None


def looks_like_label(text: str) -> bool:
    """Whether a text that is no known label is named like one: 活动时长, 审核意见."""
    word = _NOT_WORD.sub("", _BRACKETS.sub("", unicodedata.normalize("NFKC", text[:_LONGEST])))
    return bool(_OTHERS.fullmatch(word))


def is_signature(text: str) -> bool:
    """Whether a name belongs to whoever filled in or signed the form rather than to the activity."""
    return bool(_SIGNATURE.match(_NOT_WORD.sub("", text)))


def assign(labels: Sequence[Label]) -> list[tuple[str, list[int], list[int]]]:
    """Which of several labels speak for each field: (field, places that count, places that stand in for them).

    As for the columns of a table, the better name wins, and a number of participants joins the audience.
    """
    words = [label.name for label in labels]
    matches = match_columns(words)
    result = []
    for key in FIELDS:
        mine = [place for place, label in enumerate(labels) if label.keys == (key,)]
        chosen = [place for place in mine if matches[place].key == key]
        if mine:
            result.append((key, chosen or mine[:1], [place for place in mine if place not in (chosen or mine[:1])]))
    return result


def _keys_of(candidate: str, word: str) -> tuple[str, ...] | None:
    squeezed = re.sub(r"[ \t]*\n[ \t]*|(?<=[一-鿿])[ \t]+(?=[一-鿿])", "", candidate).strip(" :*")
    if _PERSON_AND_NUMBER.fullmatch(squeezed) or _PERSON_AND_NUMBER.fullmatch(candidate):
        return ("contact", "phone")
    if _TIME_AND_PLACE.fullmatch(squeezed):
        return ("time", "place")
    for each in dict.fromkeys((word, _PREFIXES.sub("", word, count=1))):
        if each in _MORE:
            return (_MORE[each],)
        key = match_columns((each,))[0].key
        if key is not None:
            return (key,) if key in FIELDS else ()
    if word == "姓名":
        return ("contact",)
    return () if word in ("序号", "备注", "编号") else None
