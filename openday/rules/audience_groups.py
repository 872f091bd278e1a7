"""Who: the names of groups beside a number in the 活动对象 cell, and where one name is really a list of several.

A name is accepted only when it ends like a word for people (代表, 委员, …者, …员). What does not is left unnamed: an
unnamed number is still a number, a wrongly named one is a mistake nobody sees.
"""

import re
from dataclasses import dataclass
from enum import Enum

_PEOPLE_ENDINGS = "|".join(
    (
        "代表|干部|领导|主任|书记|主席|秘书|经理|总监|老板|主播|博主"
        "|达人|模范|标兵|先锋|骨干|教授|律师|粉丝|白领|顾问|助理|会计",
        "老年|青年|少年|妇女|孩子|学子|子女|儿童|学童|朋友|侨胞|同胞|台胞|先进"
        "|班子|媒体|对象|乡贤|宝宝|妈妈|爸爸|教练|评委|支书|小哥|医护|劳模|司机|法务|保安|保洁|同志|同事|群体",
        "[家军烈眷]属|[专作画商]家|(?:企业|艺术|科学)家|[选能高骑歌旗]手|(?:之|明|新)星|[嘉来]宾|[业摊店船车户货雇]主",
        "[者员民众人师士官友客兵警匠侨迷]|[职员民社义技农矿护]工|[学师考医女男先新研科]生|(?:毕业|研究)生",
        "[家局校村会院所处科站组队部厅市县区镇乡厂店馆园行社楼网首]长|[商用客贫脱住农大业租养]户",
    )
)
_PEOPLE = re.compile(rf"(?:{_PEOPLE_ENDINGS})们?$")
_NOT_PEOPLE = re.compile(r"(?:(?<!先进)[每个本其多少几单双两他别全共限约近余]人|[全便为利惠亲]民|巴士|[施竣开分]工)$")
_BODIES = re.compile(
    r"(?:企业|公司|商会|协会|社区|学校|[小中大]学|机关|单位|部门|[院高]校|人大|政协|银行|医院|街道|村居?|镇|局|委|办"
    r"|中心|团体|组织|机构|党派|家庭|合作社)$"
)
_NAMELESS = re.compile(
    r"(?:参加|参与|参会|参观|邀请|受邀|到场|与会|出席|活动|报名|开放|入选|主要|面向|招募|预约|体验|现场)*的?"
    r"(?:代表|人员|人士|成员|者|对象|[来嘉]宾|人|员)们?"
)
_LEVELS = re.compile(r"(?:全?[国省市州县区旗镇乡村盟]|街道|社区|国家|大|中|小|幼|老|各?[市县区镇乡村]直?)级?")
_AGENCY = re.compile(r"(?:局|委员会|厅|部|委|办公室|中心|院)")
_JOINT = re.compile(r"[、/ ]|以及|或者|[和及与或暨]")
_REST = re.compile(r"其[他它余](?:人员|代表|人士)?")
NESTED = re.compile(r"\([^()0-9]{1,6}\)")
_LIST_OPEN = re.compile(r"(?<![平高中初优对同头特])等(?!级|候|待|同)")

_SESSION = r"每(?:一)?(?:个)?(?:参观|活动|开放)?(?:团|场次?|次|批次?|期|班次|天|日|周|月|季度?|轮|时段)"
_LEAD = re.compile(
    r".*(?:邀请|征集|招募|选取|遴选|抽取|抽选|随机抽|招收|接待|吸引|面向|包括|包含|其中|来自于?|报名|:|^[由含]"
    r"|(?:分别|主要)[为是]|(?<![勇行作人以])为|(?<!于)是"
    r"|(?:[共还另中只仅设]|^)有|(?:诚|拟|共|已|将|另)邀|^(?:拟|诚|特|敬)?请"
    r"|(?:拟|将|计划|统一|集中|共|已|^)组织|^[共已拟]|^(?:参[加与观]|到场|受邀)(?=.{2})(?!者|人|活动)|(?:参[加与观会]|邀请|活动|主要|受众)(?:人员|对象|群体)"
    rf"|{_SESSION}(?:活动|参观|开放)?)(?:了|到|有|的|来自|部分)*"
)
_ENUMERATOR = re.compile(r"^(?:\(?[0-9]{1,2}[.、)]|\(?[一二三四五六七八九十]{1,3}[、)])")
_HEAD_SCRAPS = re.compile(r"^(?:[),;、: ]|以及|并且?|另外|外加|还有|另有|[和及与或]|部分|广大|一些)+")
_TAIL_SCRAPS = re.compile(r"(?:[,;、:( ]|以及|[和及与或]|一行|人数|名额)+$")
_QUOTES = str.maketrans("”’」》", "“‘「《")
_VERB = re.compile(
    r"参加|参与|参观|受邀|到场|到访|到会|前来|前往|走进|走入|进入|出席"
    r"|开展|进行|组成|作为|担任|报名(?![者人])|观摩|座谈|现场|实地"
    r"|一同|一起|共同|统一|左右|通过|赴|即可|满额|额满|先到|随机|名单|及其|深入|零距离|共(?=商|话|谋|进|享|聚|计)"
    r"|体验(?![官员者团师])|在(?![校职读编岗册建外])|[将可须需应](?![届急])|(?<![自理缘])由(?!来)"
)
_SEPARATOR_FIRST = re.compile(r"[和及与或、/ ]|以及")
_JOINED = re.compile(r"[^:(](?:、|以及|[和及与])$")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z“”\"]+")
_OTHER = re.compile(r"[^0-9各每共其:,;。()]{2,12}")
# Stages, channels and labels in front of a number: 上午场30人, 线上20人, 活动规模50人.
_NO_GROUP = re.compile(
    r"[场批期次午日天月年组队限座]|线[上下]|网[上络站]|电话|规模|名额|人数|席位|总|计划|预|另|余|代表$|人员$|[男女]性?$"
)
_LONGEST_NAME = 24


class Naming(Enum):
    """How a number is tied to the words beside it."""

    GROUP = "group"  # one named group
    SHARED = "shared"  # several groups share the number
    OTHER = "other"  # words that are not certainly people; the number is theirs, but it has no name
    NONE = "none"  # no group, or none that is certainly one


@dataclass(frozen=True, slots=True)
class Named:
    """What stands beside a number: one name for GROUP, those of the list for SHARED; `open_list` = it ends in 等."""

    naming: Naming
    names: tuple[str, ...] = ()
    open_list: bool = False
    body: bool = False  # 企业, 社区: a name of people only when nothing better stands behind the number


NOBODY = Named(Naming.NONE)


def is_people(name: str) -> bool:
    """Whether a name ends like a word for people."""
    name = name.rstrip("”’\"'」》")
    return bool(_PEOPLE.search(name)) and not _NOT_PEOPLE.search(name)


def name_before(context: str) -> Named:
    """The group in front of a number (市民代表 in 市民代表12名); `context` reaches back to the last boundary."""
    if _LIST_OPEN.search(context) or re.search(r"在内的?$", context):
        return Named(Naming.SHARED, tuple(_items(_LIST_OPEN.split(context)[0])), open_list=True)
    if ends_joined(context):
        return NOBODY
    named = _named(context, bodies=True)
    phrase = strip_lead(context)
    if named.naming is Naming.NONE and _OTHER.fullmatch(phrase) and not _NAMELESS.fullmatch(phrase):
        return NOBODY if _NO_GROUP.search(phrase) else Named(Naming.OTHER)
    return named


def ends_joined(context: str) -> bool:
    """Whether the words in front end with 和, 及 or 、: then the number begins the next group of a list."""
    return bool(_JOINED.search(context)) and not _GLUED.search(context[-2:])


def starts_joined(context: str) -> bool:
    """Whether the words behind a number begin the next group of a list."""
    return bool(_SEPARATOR_FIRST.match(context))


def name_after(context: str) -> Named:
    """The group written behind a number (市民代表 in 20名市民代表参加). `context` reaches on to the next boundary."""
    context = context.removeprefix("的").lstrip()
    if starts_joined(context):
        return NOBODY
    if _LIST_OPEN.search(context):
        return Named(Naming.SHARED, open_list=True)
    verb = _VERB.search(context)
    phrase = context[: verb.start()] if verb else context
    named = _named(phrase, bodies=False)
    if verb and named.naming is Naming.NONE and "的" in context[verb.end() :]:  # 12名由社区推荐的居民代表
        return name_after(context.rpartition("的")[2])
    if named.naming is Naming.NONE and _OTHER.fullmatch(phrase) and not _NAMELESS.fullmatch(phrase):
        return Named(Naming.OTHER)
    return named


def is_plain_group(piece: str) -> bool:
    """Whether a piece of a list is nothing but a group without a number: no verb, no 的, no condition."""
    name = _TAIL_SCRAPS.sub("", _ENUMERATOR.sub("", _HEAD_SCRAPS.sub("", piece)))
    if not 2 <= len(name) <= 12 or not _PLAIN_NAME.fullmatch(name) or "的" in name:
        return False
    if re.search("若干[名人位个]?$", name) or "部分" in piece:
        return True
    return is_people(name) and not _NAMELESS.fullmatch(name) and not _LEAD.match(name) and not _VERB.search(name)


def strip_lead(context: str) -> str:
    """The last noun phrase of a clause, without verbs, 的-clauses, enumerators and the quotes around it."""
    text = _ENUMERATOR.sub("", _HEAD_SCRAPS.sub("", context))
    lead = _LEAD.match(text)
    if lead and text[lead.end() : lead.end() + 1] not in ("者", "员"):
        text = text[lead.end() :]
    head, particle, tail = text.rpartition("的")
    if particle and tail and not (is_people(_items(head)[0]) if _items(head) else False):
        text = tail
    text = _ENUMERATOR.sub("", _HEAD_SCRAPS.sub("", text))
    return _unquoted(_TAIL_SCRAPS.sub("", text).rstrip("共"))


def _unquoted(name: str) -> str:
    """Without quotation marks around the whole, or with no partner."""
    signs = name.translate(_QUOTES)
    for mark in '“‘「《"':
        if signs.count(mark) == 1 or (signs.count(mark) == 2 and signs[0] == signs[-1] == mark):
            first, last = signs.startswith(mark), signs.endswith(mark)
            name, signs = name[first : len(name) - last], signs[first : len(signs) - last]
    return name


def _named(context: str, *, bodies: bool) -> Named:
    if context.endswith("的"):
        return NOBODY
    phrase = strip_lead(context)
    if not phrase:
        return NOBODY
    items = _items(phrase)
    if len(items) > 1:
        return Named(Naming.SHARED, tuple(items))
    if _REST.fullmatch(phrase):
        return Named(Naming.OTHER)
    if len(phrase) < 2 or len(phrase) > _LONGEST_NAME or _NAMELESS.fullmatch(phrase) or re.search(r"[,;:。!?]", phrase):
        return NOBODY
    if is_people(phrase):
        return Named(Naming.GROUP, (phrase,))
    return Named(Naming.GROUP, (phrase,), body=True) if bodies and _BODIES.search(phrase) else NOBODY


def _items(phrase: str) -> list[str]:
    """The groups of a list. 市、县人大代表 is one group, 林业和草原局代表 too, 企业和市民代表 are two."""
    flat = NESTED.sub(lambda nested: "　" * len(nested.group()), phrase)
    items: list[str] = []
    start = 0
    for joint in _JOINT.finditer(flat):
        left, right = flat[start : joint.start()], flat[joint.end() :]
        if not left.strip("　 "):
            continue
        if _only_levels(left) or _inside_a_name(left, joint.group(), right):
            continue
        items.append(phrase[start : joint.start()])
        start = joint.end()
    if phrase[start:].strip():
        items.append(phrase[start:].strip())
    return items


def _only_levels(left: str) -> bool:
    """市, 省、市: levels of the one group that follows, not groups."""
    pieces = _JOINT.split(left.replace("　", "").removeprefix("各"))
    return all(_LEVELS.fullmatch(piece) for piece in pieces)


def _inside_a_name(left: str, joint: str, right: str) -> bool:
    """和 inside the name of an agency (住房和城乡建设局): the left half names nobody, the right half is an agency."""
    if joint not in ("和", "与", "及") or is_people(left) or _BODIES.search(left):
        return joint in ("和", "及", "与", "或") and bool(_GLUED.search(left[-1:] + joint + right[:1]))
    return bool(_AGENCY.search(_JOINT.split(right)[0]))


_GLUED = re.compile(r"[谐参]与|和谐|和平|共和|及时|普及|以及|涉及|参与")
