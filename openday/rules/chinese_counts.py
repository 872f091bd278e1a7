"""How many: Arabic and Chinese numerals as they stand in front of a counted noun (20, 1,200, 1.5万, 二十, 两百, 百)."""

NUMBER = (
    r"(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+\.[0-9]+(?=[千万])|[0-9]+)[百千万]?"
    r"|[零〇一二两三四五六七八九十百千万廿卅壹贰叁肆伍陆柒捌玖拾佰仟]+"
)
"""To be wrapped in a group by the caller. The pattern finds numerals; `read_number` decides what they are."""

_FORMAL = str.maketrans("〇两壹贰叁肆伍陆柒捌玖拾佰仟", "零二一二三四五六七八九十百千")
_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")}
_SCALES = {"十": 10, "百": 100, "千": 1000}
_TAIL_SCALES = {"百": 100, "千": 1000, "万": 10_000}
_LONGEST = 9


def read_number(written: str) -> int | None:
    """The value of a numeral, or None when it is not one number (七八, 一百二, 二〇二六, more than nine digits)."""
    if not written or len(written) > 2 * _LONGEST:
        return None
    if written[0] in "0123456789":
        return _arabic(written)
    return _chinese(written.translate(_FORMAL).replace("廿", "二十").replace("卅", "三十"))


def _arabic(written: str) -> int | None:
    scale = _TAIL_SCALES.get(written[-1], 1)
    digits = written.rstrip("百千万").replace(",", "")
    whole, _, fraction = digits.partition(".")
    if len(whole) > _LONGEST or len(fraction) > 4:
        return None
    value, rest = divmod(int(whole + fraction) * scale, int(10 ** len(fraction)))
    return value if rest == 0 else None


def _chinese(written: str) -> int | None:
    head, wan, tail = written.partition("万")
    if not wan:
        return _below_ten_thousand(written)
    high = _below_ten_thousand(head) if head else 1
    low = _below_ten_thousand(tail.removeprefix("零")) if tail else 0
    if high is None or low is None or (0 < low < 1000 and not tail.startswith("零")):
        return None
    return high * 10_000 + low


def _below_ten_thousand(written: str) -> int | None:
    """Each digit needs a smaller scale than the last; two digits in a row are an estimate (七八人), no number."""
    total, digit, last_scale, zero = 0, None, 10_000, False
    for sign in written:
        if sign in _SCALES:
            scale = _SCALES[sign]
            if scale >= last_scale or (digit is None and total):
                return None
            total += (1 if digit is None else digit) * scale
            digit, last_scale, zero = None, scale, False
        elif sign == "零":
            if digit is not None or zero or not total:
                return None
            zero = True
        elif sign in _DIGITS:
            if digit is not None:
                return None
            digit = _DIGITS[sign]
        else:
            return None
    if digit is None:
        return total or None
    if total and last_scale > 10 and not zero:
        return None
    return total + digit
