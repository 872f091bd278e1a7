"""Text that any document format can hold."""

import re
from collections.abc import Iterable

# What XML 1.0 (section 2.2) and RFC 5545 (CONTROL) cannot hold: control characters but TAB, LF and CR, lone halves of
# surrogate pairs, and the two code points that Unicode keeps for nobody.
_UNHOLDABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def holdable(text: str) -> str:
    """Return text without the characters that XML or iCalendar cannot hold; everything else stays as it is."""
    return _UNHOLDABLE.sub("", text)


def all_holdable(texts: Iterable[str]) -> list[str]:
    """`holdable` of every text; looks at all of them at once, because nearly always nothing has to go."""
    kept = list(texts)
    return [holdable(text) for text in kept] if _UNHOLDABLE.search("".join(kept)) else kept


def lines(text: str) -> list[str]:
    """Return the holdable lines of text, whichever line end was typed; an empty text has one empty line."""
    return [holdable(line) for line in _LINE_END.split(text)]


def one_line(text: str) -> str:
    """Return text as one holdable line: every run of white space and line ends becomes one space."""
    return " ".join(" ".join(lines(text)).split())
