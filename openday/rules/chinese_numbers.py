"""Chinese numerals and typing habits turned into plain ASCII digits and signs.

Office staff write the same date as 9月16日, ９月１６日, 九月十六日 or 二〇二六年九月十六日, with any of a dozen dashes.
Everything that reads such text first passes it through `plain_text`, so that a grammar only meets one spelling.
"""

import re
import unicodedata

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
_CN = r"(?:[二三四五六]?十[一二三四五六七八九]?|廿[一二三四五六七八九]?|卅一?|[一二两三四五六七八九])"
_UNIT = (
    r"(?:月|日(?!期|程|常)|号|时(?!间|段|期|长|候|常)|点|分|刻|季|年|个|天|周"
    r"|次|场|人|名|批|期|届|家|楼|层|户|组|小时|岁|余|多|项|类)"
)
_SEPARATOR = r"[、,和及与或至到\-~/]"
# 周一, 初一, 统一, 十一(月) and the like are words, not counts: the character before decides.
_NUMERAL = re.compile(
    rf"(?<!星期)(?<![周拜初统同唯单进之专任一二三四五六七八九十])(?!两月){_CN}(?=(?:{_SEPARATOR}第?(?:{_CN}|[0-9]{{1,2}}))*{_UNIT})"
)
_AFTER_WEEKDAY = re.compile(
    r"(?<=[周期拜][一二三四五六日天])(?:[二三]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=[时点])"
)
_MINUTES = re.compile(r"(?<=[0-9][点时])[二三四五]?十[一二三四五六七八九]?(?=分|$|[^\u4e00-\u9fff0-9])")
_YEAR = re.compile(r"[一二][〇零○一二三四五六七八九]{3}(?=年)")
_NEIGHBOURS = re.compile(r"(?<![一二三四五六七八九十第])([一二三四五六七八])([二三四五六七八九])(?=月|季度)")
_DASH_TYPED_AS_ONE = re.compile(r"(?<=[0-9日号月时点半分])一+(?=[0-9]{1,2}[:月日号时点年.]|[0-9]{4}年)")

_SIGNS = (
    dict.fromkeys(map(ord, "‐‑−﹣－­"), "-")
    | dict.fromkeys(map(ord, "‒–—―─━〜∼～〰ー﹘⁓→"), "~")
    | dict.fromkeys(map(ord, "∶：﹕︰꞉"), ":")
    | dict.fromkeys(map(ord, "【〔［｛〖[{"), "(")
    | dict.fromkeys(map(ord, "】〕］｝〗]}"), ")")
    | dict.fromkeys(map(ord, "﹑､"), "、")
    | dict.fromkeys(map(ord, "•・‧∙⋅"), "·")
    | dict.fromkeys(map(ord, "…⋯"), ";")
    | dict.fromkeys(map(ord, "．"), ".")
)
# ①9月 would become 19月 under NFKC; a circled or bracketed number only opens an item of a list.
_LIST_MARKS = re.compile("[①-⓿❶-➓⑴-⒛㈠-㈩㉑-㉟㊱-㊿]")
_ITEM = re.compile(
    r"(?:^|(?<=[;。 ]))\([0-9一二三四五六七八九十]{1,2}\)"
    r"|(?:^[1一]|(?<=[;。 ])[0-9一二三四五六七八九十]{1,2})[.、](?=(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}[日号])"
    r"|\([0-9]{1,2}\)(?=(?:[0-9]{4}年)?[0-9]{1,2}月[0-9]{1,2}[日号])"
)


def chinese_to_int(numeral: str) -> int:
    """Value of a Chinese numeral from 0 to 69 (`二十三`, `廿三`, `两`) or ASCII digits; else ValueError."""
    if numeral.isascii():
        return int(numeral)
    spelled = numeral.replace("廿", "二十").replace("卅", "三十")
    tens, ten, ones = spelled.rpartition("十")
    if not ten:
        return _digit(spelled)
    return 10 * (_digit(tens) if tens else 1) + (_digit(ones) if ones else 0)


def int_to_chinese(number: int) -> str:
    """Chinese numeral of 0 to 99: 3 → 三, 12 → 十二, 20 → 二十."""
    tens, ones = divmod(number, 10)
    names = "零一二三四五六七八九"
    if not tens:
        return names[ones]
    return (names[tens] if tens > 1 else "") + "十" + (names[ones] if ones else "")


def plain_text(text: str) -> str:
    """`text` in one spelling: NFKC, ASCII digits for numerals before a unit, `-` for hyphens, `~` for longer dashes.

    Spaces stay only between two digits (2026-09-16 09:00); elsewhere they carry no meaning in Chinese text.
    """
    text = unicodedata.normalize("NFKC", _LIST_MARKS.sub(";", text.translate(_SIGNS))).translate(_SIGNS)
    text = "".join(_visible(c) for c in text).replace("！", "!").replace("--", "~")
    text = re.sub(r"~[~\-]*|-~+", "~", text)
    text = re.sub(r"\s+", " ", text).strip()
    text = re.sub(r"(?<![0-9]) | (?![0-9])", "", text)
    text = _YEAR.sub(lambda m: "".join(str(_DIGITS[c]) for c in m[0]), text)
    text = _NEIGHBOURS.sub(_spread, text)
    text = _AFTER_WEEKDAY.sub(lambda m: str(chinese_to_int(m[0])), text)
    text = re.sub(r"(?<![纪公开])元月(?=[0-9一二三廿份上中下初底末,;。、至到~-]|$)", "1月", text)
    text = _NUMERAL.sub(lambda m: str(chinese_to_int(m[0])), text)
    text = _MINUTES.sub(lambda m: str(chinese_to_int(m[0])), text)
    text = re.sub(r"(?<=[日号晨晚夜])零(?=[时点])", "0", text)
    text = _DASH_TYPED_AS_ONE.sub("~", text)
    text = re.sub(r"(?<=[0-9日号月时点])致(?=[0-9])", "至", text)
    return _ITEM.sub(";", text).lstrip(";")


def _digit(character: str) -> int:
    if character not in _DIGITS:
        raise ValueError(f"not a Chinese numeral: {character!r}")
    return _DIGITS[character]


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Mn") else character


def _spread(match: re.Match[str]) -> str:
    """三四月 means 三、四月; other pairs are left alone."""
    first, second = chinese_to_int(match[1]), chinese_to_int(match[2])
    return f"{first}、{second}" if second == first + 1 else match[0]


def spoken(plain: str) -> str:
    """Counts of a plain text as they are said: 第3周 → 第三周, 2个月1次 → 两个月一次; dates keep their digits."""
    plain = re.sub(r"(?<=第)[0-9]{1,2}", lambda m: int_to_chinese(int(m[0])), plain)
    plain = re.sub(r"^1(?=[月年周季])", "一", plain)
    return re.sub(
        r"(?<![-~至到0-9])[0-9]{1,2}(?=次|个|场|期|周)",
        lambda m: "两" if m[0] == "2" else int_to_chinese(int(m[0])),
        plain,
    )
