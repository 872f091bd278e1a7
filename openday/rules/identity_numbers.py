"""Numbers of identity documents, asked for only where an activity states its legal basis.

Resident identity cards: GB 11643-1999, 17 digits and a check character (ISO 7064 MOD 11-2).
"""

import re
import unicodedata
from datetime import date
from enum import StrEnum

from openday.rules.privacy import plain_text

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_CARD = re.compile(r"[1-9][0-9]{16}[0-9X]")
_LONGEST = 40
_FIRST_YEAR = 1880


class Document(StrEnum):
    """Which document somebody comes with."""

    RESIDENT_CARD = "resident_card"
    FOREIGNER_CARD = "foreigner_card"
    PASSPORT = "passport"
    HONG_KONG_MACAU = "hong_kong_macau"
    TAIWAN = "taiwan"

    @property
    def label(self) -> str:
        """The Chinese name of the document."""
        return {
            "resident_card": "居民身份证",
            "foreigner_card": "外国人永久居留身份证",
            "passport": "护照",
            "hong_kong_macau": "港澳居民来往内地通行证",
            "taiwan": "台湾居民来往大陆通行证",
        }[self.value]


_PATTERNS = {
    # New cards have 18 digits with the resident's check and begin with 9; the old ones had 3 letters and 12 digits.
    Document.FOREIGNER_CARD: (re.compile(r"9[0-9]{16}[0-9X]|[A-Z]{3}[0-9]{12}"), "应为18位数字，或3个字母加12位数字"),
    Document.PASSPORT: (re.compile(r"[A-Z0-9]{5,15}"), "应为5至15个字母或数字"),
    Document.HONG_KONG_MACAU: (re.compile(r"[HM][0-9]{8}([0-9]{2})?"), "应为字母H或M加8位数字"),
    Document.TAIWAN: (re.compile(r"[0-9]{8}([0-9A-Z]{2})?"), "应为8位数字"),
}


def normalise_number(kind: Document, text: str) -> str:
    """The canonical form: half-width capitals without spaces and dashes.

    Raises:
        ValueError: it is no number of this kind; the message is a Chinese sentence that does not repeat the number.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"{kind.label}号码过长，请核对")
    number = re.sub(r"[\s\-‐-―−·]", "", unicodedata.normalize("NFKC", plain_text(text))).upper()
    if not number:
        raise ValueError(f"请填写{kind.label}号码")
    if kind is Document.RESIDENT_CARD:
        _check_card(number)
        return number
    pattern, shape = _PATTERNS[kind]
    if not pattern.fullmatch(number):
        raise ValueError(f"{kind.label}号码{shape}，请核对")
    if kind is Document.FOREIGNER_CARD and number[0] == "9" and _check_character(number) != number[-1]:
        raise ValueError(f"{kind.label}号码的校验位不符，请逐位核对")
    return number


def birthday(number: str) -> date | None:
    """The day of birth in a canonical 18-digit number; None for a number that holds none."""
    if not _CARD.fullmatch(number):
        return None
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def age_on(born: date, day: date) -> int:
    """Full years of age (周岁) on a day: the birthday itself does not count yet, it is the day after that does.

    最高人民法院 counts 周岁 from the day after the birthday; see 法释〔2006〕1号, article 2.
    """
    return day.year - born.year - ((day.month, day.day) <= (born.month, born.day))


def mask_number(number: str) -> str:
    """The last four characters behind stars; everything of a shorter one is hidden."""
    return "*" * (len(number) - 4) + number[-4:] if len(number) > 8 else "*" * len(number)


def _check_card(number: str) -> None:
    if not _CARD.fullmatch(number):
        raise ValueError("居民身份证号码应为18位，最后一位可以是X，请核对")
    born = birthday(number)
    if born is None or born.year < _FIRST_YEAR:
        raise ValueError("居民身份证号码中的出生日期不存在，请核对第7至14位")
    if _check_character(number) != number[-1]:
        raise ValueError("居民身份证号码的校验位不符，请逐位核对")


def _check_character(number: str) -> str:
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11]
