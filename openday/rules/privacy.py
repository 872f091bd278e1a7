"""Cleaning of what people type, masks for what others may see, and when personal data goes."""

import re
import unicodedata
from datetime import date, timedelta

# Every kind of line break becomes "\n" before control characters go, so that words do not run together.
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
# Control characters but \t and \n, invisible format characters (zero width, bidirectional overrides, tags), surrogates,
# non-characters, and letters that show nothing and would pass for a name.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    "\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0003fffe\U0003ffff\U0004fffe\U0004ffff\U0005fffe\U0005ffff"
    "\U0006fffe\U0006ffff\U0007fffe\U0007ffff\U0008fffe\U0008ffff\U0009fffe\U0009ffff\U000afffe\U000affff"
    "\U000bfffe\U000bffff\U000cfffe\U000cffff\U000dfffe\U000dffff\U000efffe\U000effff\U000ffffe\U000fffff"
    "\U0010fffe\U0010ffff"
    "\u034f\u115f\u1160\u2800\u3164\uffa0]"
)
# Texts of these characters alone need nothing done: they show, they are composed, and none of them is a mark. Nearly
# every text is one, and a table has a hundred thousand cells.
_STEADY = re.compile(
    "[\n -~\xa1-\xac\xae-\xff\u2010-\u2027\u2030-\u205e\u2460-\u24ff\u2500-\u25ff"
    "\u3001-\u3029\u3400-\u4dbf\u4e00-\u9fff\uff01-\uff5e]*"
)
# More marks on one letter than any language uses (UAX #15, section 13): they smear over the page, and ordering a long
# run of them takes quadratic time.
_MOST_MARKS = 30
# No character decomposes into more than four, so that composing cannot shorten a text to less than a quarter.
_MOST_PARTS = 4


def plain_text(value: str, *, lines: bool = False) -> str:
    """`value` without anything that cannot be seen, trimmed, in NFC; never fails.

    NFC, not NFKC: full-width punctuation and characters such as ① or ㎡ stay as they were typed. With `lines` line
    breaks stay as "\\n"; without, each break or tab becomes one space. Take care of the length first: see `clean_text`.
    """
    if _STEADY.fullmatch(value):
        text = value.strip()
        return text if lines else text.replace("\n", " ")
    return _composed(_visible(value, lines))


def clean_text(value: str, *, limit: int, lines: bool = False) -> str:
    """`plain_text` of at most `limit` characters; may be empty, which is for the caller to judge.

    Raises ValueError with the reason when it is longer.
    """
    if len(value) <= limit and _STEADY.fullmatch(value):
        return plain_text(value, lines=lines)
    visible = _visible(value, lines)
    if len(visible) <= limit * _MOST_PARTS:
        text = _composed(visible)
        if len(text) <= limit:
            return text
    raise ValueError(f"最多{limit}个字")


def mask_name(name: str) -> str:
    """The first character and stars for the rest, as in 张**; at most two stars, so that the length says little.

    A name of one character is hidden altogether; an empty one stays empty.
    """
    text = plain_text(name)
    if len(text) < 2:
        return "*" * len(text)
    return text[0] + "*" * min(2, len(text) - 1)


def name_fragment(name: str) -> str:
    """First and last character with one star between, as in 张*丰; for lists in which people find their own row.

    Stands beside the last four digits of a telephone number or a code, where `mask_name` would make too many alike.
    Names of two characters give the first only (张*), as there is nothing between to hide.
    """
    text = plain_text(name)
    if len(text) < 3:
        return mask_name(text)
    return f"{text[0]}*{text[-1]}"


def delete_after(last_day: date, days: int) -> date:
    """The last day on which personal data may be kept: `days` calendar days after `last_day`, the last day it was
    needed. It is deleted on the day that follows. Negative `days` raise ValueError."""
    if days < 0:
        raise ValueError("retention cannot end before the data was needed")
    return last_day + timedelta(days=days)


def is_due_for_deletion(last_day: date, days: int, today: date) -> bool:
    """Whether data needed until `last_day` and kept for `days` must be gone on `today`."""
    return today > delete_after(last_day, days)


def _visible(value: str, lines: bool) -> str:
    if value.isascii() and value.isprintable():
        return value.strip()
    text = _INVISIBLE.sub("", _BREAKS.sub("\n", value)).strip()
    return text if lines else text.replace("\n", " ").replace("\t", " ")


def _composed(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            kept.append(character)
    return unicodedata.normalize("NFC", "".join(kept)).strip()
