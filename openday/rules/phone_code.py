"""A short code sent to a telephone number to prove that it is theirs: how long it holds, how often it may be sent.

Six digits guessed five times, five codes a day: a number that is not theirs is taken once in 40,000 days. The limits
are the same for every number, whether or not it is on a list.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta

from openday.rules.privacy import plain_text

KIND = "phone.code"
"""Of the message that brings the code."""
TO_GUARDIAN = "phone.code_guardian"
"""How the message to a guardian is worded."""
OWN = "phone_code"
GUARDIAN = "guardian_code"
"""The fields in which codes are typed."""
DIGITS = 6
LASTS = timedelta(minutes=10)
TRIES = 5
PAUSE = timedelta(minutes=1)
"""Between two codes to the same number."""
DAY = timedelta(hours=24)
A_DAY = 5
"""Codes to the same number within `DAY`, for whatever they are."""
WINDOW = timedelta(hours=1)
MOST_FROM_NETWORK = 40
"""Codes that one network address may ask for within `WINDOW`: a school or a company may stand behind it."""

_SHAPE = re.compile(r"[0-9]{6}")
_FILLERS = re.compile(r"[\s\-]")


def read_code(text: str) -> str:
    """The six digits of what was typed; full-width digits, spaces and dashes do no harm.

    Raises ValueError with the reason for everything else.
    """
    code = _FILLERS.sub("", unicodedata.normalize("NFKC", plain_text(text[:64])))
    if not code:
        raise ValueError("请填写短信验证码")
    if not _SHAPE.fullmatch(code):
        raise ValueError("短信验证码应为6位数字")
    return code


def next_code_at(sent: Sequence[datetime], now: datetime) -> datetime:
    """From when on the number whose codes were sent at these moments may be sent another; `now` when at once."""
    lately = sorted(moment for moment in sent if moment > now - DAY)
    free = [now]
    if lately:
        free.append(lately[-1] + PAUSE)
    if len(lately) >= A_DAY:
        free.append(lately[-A_DAY] + DAY)
    return max(free)


def numbers_to_prove(phone: str, guardian: str) -> dict[str, str]:
    """The fields for codes that a form needs, each with its canonical number: the one who signs up, and the guardian
    ('' = none) whose number is another one."""
    fields = {OWN: phone}
    if guardian and guardian != phone:
        fields[GUARDIAN] = guardian
    return fields


def failure_text(tries: int) -> str:
    """What is said of a wrong code after so many tries."""
    left = TRIES - tries
    return f"短信验证码不正确，请核对，还可以填写{left}次" if left > 0 else "短信验证码填错次数过多，请重新获取"
