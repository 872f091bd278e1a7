"""Guidance of the printed form that was left standing beside, before or instead of an answer.

Guidance tells somebody how to fill a cell in; whatever could be said of an activity is no guidance. Only whole brackets
and whole lines are taken away.
"""

import re
import unicodedata

from openday.rules.privacy import plain_text

# Words that speak of the form and not of the activity.
_OF_THE_FORM = re.compile(
    r"填写|填报|填入|填列|填明|不填|可填|必填|选填|留空|可为空|可空|此处|本栏|该栏|此栏|字以内|字左右|[0-9]+字|字数|示例|样例|举例"
    r"|另起一行|仿宋|宋体|字号|按此格式|格式为|可另附|可附页|可附|可加页|加盖|不必写|无需写|不写|写明|请写|请注明|请列"
    r"|(?:单击|点击)(?:或点击)?(?:此处|这里|输入)|请输入|请选择|选择一项|在此输入"
)
# The answer itself may hold these, said to residents: "请填写姓名", "填写报名表", "扫码填写".
_TO_RESIDENTS = re.compile(r"扫|链接|报名表|问卷|姓名|身份|登记|网址|小程序|公众号|https?:|@")
_BY_FIELD = {
    "time": re.compile(
        r"(?:具体|精确|明确|细化|确定|落实)[到至].{0,6}[年月日旬周]|至少.{0,4}月份|上.{0,2}中.{0,2}下.{0,2}旬"
    ),
    "place": re.compile(
        r"门牌|名称即可|(?:不需|无需|不用|不必|不要求|不须).{0,6}(?:地址|街道|号)|^(?:填?写?)?(?:场所|地点|场馆|单位|具体)名称"
    ),
    "audience": re.compile(
        r"^(?:例如?|比如|示例|格式|样式|如)\s*[:,]?\s*[\"“]?企业代表\s*(?:10|十|\*\*?|x{1,2}|_+)?\s*[人名]"
        r"|人员?类别.{0,6}人?数"
    ),
    "signup": re.compile(
        r"非公开(?:招募|报名|征集|邀请)|不(?:是|通过|面向)?公开(?:招募|报名|征集)"
        r"|^(?:例?如|可为|可以是|包括)?[:,]?(?:报名|电子)?(?:邮箱|二维码).{0,16}(?:等|\.\.\.)+(?:方式|形式|渠道)?$"
    ),
    "agency": re.compile(r"^(?:加盖)?(?:单位)?(?:公章|盖章|签章|印章)(?:处)?$|全称|规范简称"),
    "contact": re.compile(r"^(?:签字|签名|姓名|姓名职务)$"),
    "phone": re.compile(r"(?:座机|固定电话|手机).{0,6}(?:均可|都可|皆可|即可)|(?:加|含|带|注明)区号"),
}
# What is still open is an answer, not guidance: （具体到哪一天另行通知）.
_STILL_OPEN = re.compile(r"另行|待定|通知|公布|为准|以.{0,6}为|暂定|拟定|届时")
_BRACKET = re.compile(r"[(（\[［【〔<＜《]([^()（）\[\]［］【】〔〕<>＜＞]{1,200})[)）\]］】〕>＞]")
_OPENING = re.compile(
    r"^\s*(?:[*※]+|填[表写]说明\s*[:：]|说明\s*[:：]|提示\s*[:：]|注\s*[:：]|备注\s*[:：]|要求\s*[:：])\s*"
)
_SIGNUP_LIST = re.compile(
    r"(?:(?:报名)?(?:电子)?(?:邮箱|邮件|二维码|电话|链接|网址|现场报名|微信)(?:、|,|/|或|和|及|等|…|\.|\s)*)+"
)
_EXAMPLE = re.compile(
    r"^\s*(?:[(（\[【]\s*(?:例如|比如|示例|例|如)\s*[:：，,]?[^()（）]*[)）\]】]|(?:例如|比如|示例|例|如)\s*[:：].*)\s*[。.]?\s*$"
)
_BARE = re.compile(r"(?:必填|选填|非必填|可不填|可填可不填|必填项|选填项|必须填写|可留空)")
_LONGEST_LINE = 200


def without_hints(key: str, text: str) -> str:
    """The value of field `key` without guidance; what cannot be told for certain stays."""
    if not text or len(text) > 100_000:
        return text
    kept = []
    for line in text.split("\n"):
        bare = _BRACKET.sub(lambda found: "" if _is_hint(key, found[1], bracketed=True) else found[0], line)
        if bare != line and not bare.strip(" \t\u3000:：*，,。.;；"):
            continue
        if not _is_hint_line(key, _BRACKET.sub("", bare)):
            kept.append(bare if bare == line else bare.rstrip())
    left = "\n".join(kept)
    return "" if key != "content" and "\n" not in left.strip() and _EXAMPLE.match(left) else left


def _is_hint_line(key: str, line: str) -> bool:
    """Whether a line, its brackets left out, tells how to fill the cell in."""
    text = _plain(line)
    if not text or len(text) > _LONGEST_LINE:
        return False
    opened = _OPENING.sub("", text, count=1)
    speaks_of_ways = _OF_THE_FORM.search(opened) and _BY_FIELD["signup"].search(opened)
    if key == "signup" and (_is_list_of_ways(opened) or speaks_of_ways):
        return True
    return _is_hint(key, opened, bracketed=opened != text)


def _is_hint(key: str, text: str, *, bracketed: bool) -> bool:
    plain = _plain(text).strip(" ,;.。:")
    if not plain or len(plain) > _LONGEST_LINE or _STILL_OPEN.search(plain):
        return False
    if key == "signup" and bracketed and _is_list_of_ways(plain):
        return True
    by_field = _BY_FIELD.get(key)
    if (
        by_field
        and by_field.search(plain)
        and (bracketed or key in ("time", "audience", "place") or _OF_THE_FORM.search(plain))
    ):
        return _only_of_the_form(key, plain)
    if _BARE.fullmatch(plain):
        return True
    if _OF_THE_FORM.search(plain) and not (key in ("signup", "content") and _TO_RESIDENTS.search(plain)):
        return bracketed or bool(re.match(r"(?:请|需|须|应|可|单击|点击|选择|此处|本栏|在此|如)", plain))
    return False


def _is_list_of_ways(plain: str) -> bool:
    """邮箱、二维码、…… as printed: ways to sign up and nothing else, left open at the end."""
    return bool(_SIGNUP_LIST.fullmatch(plain.strip(" 。;,如")) and re.search(r"等|\.\.", plain))


def _only_of_the_form(key: str, plain: str) -> bool:
    """Guidance names no day, no house and no number of its own."""
    if key == "time":
        return not re.search(r"[0-9]{1,2}\s*[月日时点:]|[一二三四五六七八九十]月", plain) or bool(
            _OF_THE_FORM.search(plain) or re.search(r"如", plain)
        )
    if key == "place":
        return not re.search(r"[0-9]", plain)
    if key == "phone":
        return not re.search(r"[0-9]{7}", plain)
    return not (key == "signup" and re.search(r"https?:|@|[0-9]{7}", plain))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", plain_text(text)).strip()
