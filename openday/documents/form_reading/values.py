"""Values tidied: lines to write on, ticked boxes, people told from their telephone numbers."""

import re
import unicodedata

from openday.documents.form_reading.hints import without_hints
from openday.rules.privacy import plain_text

_FILL = re.compile(r"^(?:[_＿﹍]{2,}|[_＿](?=\s))+[ \t\u3000]*|[ \t\u3000]*[_＿﹍]{2,}$")
_ONLY_FILL = re.compile(r"[_＿﹍\s]*")
_TICKED = "☑☒✔✓√■⊠☑️🗹"
_EMPTY = "□☐○◻"
_OPTION = re.compile(rf"([{_TICKED}{_EMPTY}])")
_PHONE = re.compile(
    r"(?<![0-9])(?:(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"
    r"|\(?0[0-9]{2,3}\)?[-—–－ ]{0,2}[0-9]{7,8}(?:(?:[-—–－]|转|分机)[0-9]{1,6})?"
    r"|400[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}|[2-9][0-9]{6,7}(?:(?:[-—–－]|转)[0-9]{1,6})?|1[0-9]{4})(?![0-9])"
)
_BETWEEN = " \t\n\u3000,，、;；:：/|()（）"
_PHONE_WORD = re.compile(r"(?:联系|办公|移动|固定|手机|咨询)?(?:电话|手机号?码?|方式|号码|座机|tel|Tel|TEL)[:：]?")
_GAP = re.compile(r"[ \t\u3000_＿]{2,}(?=[^ \t\u3000_＿]*(?:年|[0-9]{4}|[:：]))")
_SEAL = re.compile(r"\s*[(（]\s*(?:加盖)?(?:单位)?(?:公章|盖章|签章|印章|章)\s*(?:处)?\s*[)）]\s*$")


def tidy(key: str, text: str) -> str:
    """The value of field `key` as a person meant it: without guidance, lines to write on and what cannot be seen."""
    bare = without_hints(key, text.replace("\ufffd", ""))
    if _ONLY_FILL.fullmatch(bare):
        return ""
    bare = "\n".join(_FILL.sub("", line) for line in bare.split("\n"))
    if key == "agency":
        bare = _SEAL.sub("", bare)
    return plain_text(bare, lines=True)


def agency_name(text: str) -> str:
    """The agency on a line that goes on with a date or another field behind a gap."""
    found = _GAP.search(text.strip())
    return " ".join((text.strip()[: found.start()] if found else text).split())


def ticked(text: str) -> tuple[str, bool]:
    """The options that are ticked, and whether any choice was made by it.

    Where a text lists boxes of which only some are ticked, the others are not what the form says. Without any empty box
    the text stays as it is.
    """
    if not any(mark in text for mark in _EMPTY) or not _OPTION.search(text):
        return text, False
    before, *parts = _OPTION.split(text)
    pairs = list(zip(parts[::2], parts[1::2], strict=True))
    chosen = [after.strip(" \t\n\u3000,，、;；") for mark, after in pairs if mark in _TICKED]
    head = before.strip()
    return (f"{head}{'' if not head or head[-1] in ':：' else ' '}" if chosen else "") + "、".join(chosen), True


def person_and_phone(text: str) -> tuple[str, str] | None:
    """Who and which number, told apart in one text; None when it cannot be done for certain."""
    plain = unicodedata.normalize("NFKC", text) if len(text) < 500 else ""
    if len(plain) != len(text):
        plain = text if len(text) < 500 else ""
    numbers = [match.span() for match in _PHONE.finditer(plain)]
    if not numbers:
        return None
    phones = [text[start:end] for start, end in numbers]
    rest, last = [], 0
    for start, end in [*numbers, (len(text), len(text))]:
        piece = _PHONE_WORD.sub(" ", text[last:start]).strip(_BETWEEN)
        rest += [piece] if piece else []
        last = end
    people = "、".join(rest)
    if not people or any(character.isdigit() for character in people):
        return None
    return people, "、".join(phones)
