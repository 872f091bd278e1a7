"""Telephone numbers: one written form for each, so that the same number typed five ways is found again."""

import re
import unicodedata

from openday.rules.privacy import clean_text, plain_text

PHONE_HINT = "手机号码应为11位数字，例如 13800000000"
LANDLINE_HINT = "这里请填写手机号码，不能填写固定电话。手机号码应为11位数字，例如 13800000000"
CONTACT_HINT = "联系方式应包含电话号码或电子邮箱，例如 0755-00000000"
CONTACT_LIMIT = 200

_LONGEST = 64
_FILLERS = re.compile(r"[\s\-‐-―−﹘﹣－.·()（）/]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_ABROAD = re.compile(r"\+[1-9][0-9]{7,14}")
# With or without area code, service numbers (400, 800), and an extension behind.
_LANDLINE = re.compile(r"((\+?86)?0[1-9][0-9]{8,10}|\+86[2-9][0-9]{8,10}|[2-8][0-9]{6,7}|[48]00[0-9]{7})([^0-9].*)?")
_MAILBOX = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")


def normalise_phone(text: str) -> str:
    """The canonical form of a number to register with: 11 digits for a mainland mobile, else E.164 (`+85291234567`).

    Full-width digits, spaces, dashes, brackets and invisible characters are dropped, as are +86, 0086 and 86 before a
    mobile number. Numbers abroad need + or 00 and the country's code, 8 to 15 digits in all. Anything else, landlines
    included, raises ValueError with the reason. Mainland mobiles: 11 digits, the first 1, the second 3 to 9.
    """
    if len(text) > _LONGEST:
        raise ValueError(PHONE_HINT)
    number = _FILLERS.sub("", unicodedata.normalize("NFKC", plain_text(text)))
    if number.startswith("00"):
        number = "+" + number[2:]
    mobile = number.removeprefix("+").removeprefix("86") if len(number) > 11 else number
    if _MOBILE.fullmatch(mobile) and number.startswith(("1", "86", "+86")):
        return mobile
    if _ABROAD.fullmatch(number) and not number.startswith("+86"):
        return number
    raise ValueError(LANDLINE_HINT if _LANDLINE.fullmatch(number) else PHONE_HINT)


def contact_phone(text: str) -> str:
    """The free text of 联系方式 (landline, extension, several numbers, a mailbox), cleaned and otherwise as written.

    Raises ValueError with the reason when it is empty, holds neither a mailbox nor three digits, or is longer than 200
    characters. Short numbers such as 12345 are real ones, therefore no more is asked.
    """
    written = clean_text(text, limit=CONTACT_LIMIT, lines=True)
    readable = unicodedata.normalize("NFKC", written)
    if len(re.findall(r"[0-9]", readable)) >= 3 or _MAILBOX.search(readable):
        return written
    raise ValueError(CONTACT_HINT)


def spaced_phone(phone: str) -> str:
    """A canonical number in groups, easier to compare: 138 0000 0000; one from abroad stays as it is."""
    return f"{phone[:3]} {phone[3:7]} {phone[7:]}" if _MOBILE.fullmatch(phone) else phone


def mask_phone(phone: str) -> str:
    """A canonical number with its middle hidden: 138****1234, or +****4567 for one abroad; all else becomes ****."""
    if _MOBILE.fullmatch(phone):
        return f"{phone[:3]}****{phone[-4:]}"
    if _ABROAD.fullmatch(phone):
        return f"+****{phone[-4:]}"
    return "****"
