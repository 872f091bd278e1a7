"""Which numbers of a 活动对象 cell are about the audience as a whole, which about one date, and which about neither."""

import re
from dataclasses import replace

from openday.rules.audience_counts import Count, Mark, find_counts

_TOGETHER_VERB = re.compile(
    r"(?:(?P<sum>共计|合计|总计|总共|一共)|累计|(?<![公中])共)(?:拟|计划|有|邀请"
    r"|征集|招募|组织|接待|吸引|迎来|选取|遴选|抽取|招收|安排|开放|设置?|提供"
    r"|发动|动员|覆盖|服务)(?:了|到|来)?$"
)
_LABEL = re.compile(r"(?:人数|规模|名额|席位|数量|总额)[^,;。:()]{0,6}$")
_DATE_OF_MANY = re.compile(
    r"每一?个?(?:参观)?(?:团(?!体?成员)|场次?|次|批次?|期|班次|轮|时段|时间段)|单[场次批团]|(?<![第首])一[场批团期](?=[0-9]|$)"
)
_RHYTHM = re.compile(r"每一?个?(?:天|日|半天|周|星期|月|季度?|年|双月|工作日)")
_RHYTHM_OF_A_DAY = re.compile(r"每(?:周|星期)[一二三四五六日末天1-7]|每(?:个|双)?月[0-9第上中下末底初]|每年|每季度?第")
_TOLD_OTHERWISE = re.compile(r"^[^,;。]{0,4}?[0-9一二两三四五六七八九十半]+个?(?:小时|分钟|课时|天|场|次|批|期|团|轮)")
_SHARE = re.compile(r"各[^,;。、]{1,10}(?:推荐|选派|推选|派出?|报送|遴选|邀请)$|(?:任何|任意|同)一?$")
_BROUGHT = re.compile(r"(?:携带?|[可能许]带|带(?![队头动领])|陪同|陪护|随行|同行|配备|配置|配有)[^,;。]{0,6}$")
_GUARD, _GUARDED = (
    re.compile(r"(?:由|需|须|应|请)[^,;。]{0,6}$"),
    re.compile(r"^[^,;。]{0,10}(?:陪同|陪护|监护|带领|陪伴)"),
)
_IF_BEFORE, _IF_SIGNED_UP = (
    re.compile(r"(?:^|[,;。(])(?:如果?|若|倘若|假如|一旦)[^,;。]*$"),
    re.compile(r"报名(?:人数|人员|者)?$"),
)
_TOO_FEW_OR_MANY = re.compile(r"超|不足|少于|低于|达|大于|多于|未")
_IF_BEHIND = re.compile(
    r"^的?[,、]?(?:报名)?(?:时|则|即?可?成[团行班]|开[团班课]|取消|不予|顺延|分批|抽签"
    r"|摇号|择期|方可|才|为?一[组队桌批]|同行)|^的(?:团体|团队|单位|会议|场|教室|报告厅)"
)
_PRIZE, _GIFT = (
    re.compile(r"(?:等?奖|人口)$"),
    re.compile(r"^[^,;。]{0,10}(?:可获|获赠|赠送|可领|领取|幸运)"),
)
_OF_A_PARTY = re.compile(r"(?<!每)(?:团体|团队|集体)[^,;。]{0,6}$")
_HELPERS = re.compile(
    r"(?:全程)?(?:负责|引导|维持|提供)|(?:工作人员|讲解员|引导员|志愿者)[^,;。]{0,4}(?:负责|引导|讲解|维持|提供|陪同)"
)
_IF_AT_LEAST = re.compile(r"的?(?:团体|团队|集体|单位|企业|公司|家庭|[可须需应请]|即可|方可|才能)")
_OUT_OF, _OUT_OF_BEHIND = (
    re.compile(r"从[^,;。]*$"),
    re.compile(r"^[^,;。]{0,12}中(?:随机|抽|选|遴|摇|产|择|确定|挑|公开)"),
)
# 亲子家庭(一名家长带一名孩子)20组: how a family is made up
_MAKE_UP = re.compile(r"(?:家庭|亲子|[每一]组)\([^()]*$|每[一个]*(?:家庭|组|户|对)[^,;。()]*$")
_LARGEST_FAMILY = 4
_PAST = re.compile(r"去年|往年|上年|历年|以往|累计|截至")
_CLAUSE, _SENTENCE = re.compile(r"[,;。!?()]"), re.compile(r"[;。!?]")


def audience_counts(plain: str) -> list[Count]:
    """The counts that say who may come, with `mark`, `labelled` and `per_session` settled; others are left out."""
    counts = [_with_role(plain, count) for count in find_counts(plain) if not _about_something_else(plain, count)]
    now = [count for count in counts if not count.past]
    return now or counts


def _with_role(plain: str, count: Count) -> Count:
    before = plain[: count.begin]
    mark = count.mark
    verb = _TOGETHER_VERB.search(before[-12:])
    if verb and mark is Mark.NONE:
        mark = Mark.SUM if verb["sum"] else Mark.TOGETHER
    sentence = _tail(_SENTENCE, before)
    return replace(
        count,
        mark=mark,
        labelled=bool(_LABEL.search(before[-16:])),
        per_session=count.per_session or (mark is Mark.NONE and _per_session(sentence)),
        past=bool(_PAST.search(_tail(_CLAUSE, before))),
    )


def _tail(ends: re.Pattern[str], before: str) -> str:
    return ends.split(before[-200:])[-1]


def _per_session(sentence: str) -> bool:
    """每场 anywhere before in the sentence, 每天 in the same clause; 每场2小时 and 每月1次 tell something else."""
    clause = _tail(_CLAUSE, sentence)
    for pattern, text in ((_DATE_OF_MANY, sentence), (_RHYTHM, clause)):
        for found in pattern.finditer(text):
            if _RHYTHM_OF_A_DAY.match(text, found.start()) or _TOLD_OTHERWISE.match(text[found.end() :]):
                continue
            return True
    return False


def _about_something_else(plain: str, count: Count) -> bool:
    """What each one may bring, who accompanies, what happens if too few sign up, out of how many one chooses."""
    before, behind = plain[count.floor : count.begin], plain[count.end : count.end + 40]
    clause = _tail(_CLAUSE, before)
    return bool(
        _is_share(clause)
        or _BROUGHT.search(clause)
        or (_GUARD.search(clause) and _GUARDED.match(behind))
        or _IF_BEFORE.search(before[-40:])
        or (
            _MAKE_UP.search(plain[: count.begin + plain.startswith("(", count.begin)][-60:])
            and (count.high or count.low or 0) <= _LARGEST_FAMILY
        )
        or (_IF_SIGNED_UP.search(before[-8:]) and _TOO_FEW_OR_MANY.match(plain, count.begin))
        or _IF_BEHIND.match(behind)
        or _PRIZE.search(before[-6:])
        or _GIFT.match(behind)
        or _HELPERS.match(behind)
        or (count.high is None and (_IF_AT_LEAST.match(behind) or _OF_A_PARTY.search(clause)))
        or (_OUT_OF.search(before[-40:]) and _OUT_OF_BEHIND.match(behind))
    )


def _is_share(clause: str) -> bool:
    """每户, 每村, 每人 …: a number for each of something that is not a date of the activity."""
    for place in re.finditer("每", clause):
        if not (_DATE_OF_MANY.match(clause, place.start()) or _RHYTHM.match(clause, place.start())):
            return True
    return bool(_SHARE.search(clause))
