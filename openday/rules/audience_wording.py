"""The signs of a 活动对象 cell made plain, so that the grammar has one comma, one bracket and one dash to know."""

import unicodedata

_PLAIN = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−─﹣ー"), "-"),
    **dict.fromkeys(map(ord, "【[〔"), "("),
    **dict.fromkeys(map(ord, "】]〕"), ")"),
    **dict.fromkeys(map(ord, "\n\r"), ";"),
    ord("〜"): "~",
}
_WIDEST_GAP = 40
_COUNTERS = frozenset("人名位户组家个支对余多来几以左上下批场次团及岁周月日年元万千百至到-~,;。、()/:%起内")


def plain_wording(text: str) -> tuple[str, str]:
    """(plain, written), of the same length: `plain` has one half-width kind of each sign, `written` what stands there.

    Invisible signs and the spaces around numbers go; a space between two words stays, because it separates groups.
    """
    plain: list[str] = []
    written: list[str] = []
    for sign in text:
        half = unicodedata.normalize("NFKC", sign)
        category = unicodedata.category(sign)
        half = (half if len(half) == 1 else sign).translate(_PLAIN)
        if category == "No":
            half = ";"
        elif category in ("Zs", "Zl", "Zp") or sign == "\t":
            half = " "
        elif category.startswith("C") and half != ";":
            continue
        plain.append(half)
        written.append(sign)
    kept = [i for i, sign in enumerate(plain) if sign != " " or _separates(plain, i)]
    return "".join(plain[i] for i in kept), "".join(written[i] for i in kept)


def _separates(plain: list[str], i: int) -> bool:
    """The first of several spaces counts between two words, or between two numbers."""
    before = plain[i - 1] if i else " "
    behind = next((sign for sign in plain[i + 1 : i + 1 + _WIDEST_GAP] if sign != " "), " ")
    if before.isdigit():
        return behind not in _COUNTERS
    if behind.isdigit():
        return False
    return before.isalnum() and behind.isalnum()
