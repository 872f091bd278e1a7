"""Being told when an activity's time is fixed or changes: what counts as an address, and how long it may be watched."""

import re
import unicodedata
from datetime import date, timedelta

from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.states import Channel

ADDRESS_LIMIT = 100
MAILS_A_DAY = 3
"""So many confirmations go to one address within a day, whoever asks for them."""
KEPT_AFTER = timedelta(days=3)
"""Addresses go so long after the end: the outbox tries for 72 hours, and then nothing is left to be told."""
KEPT_AT_MOST = timedelta(days=365)
"""Some activities never get a time, and some are put off for ever."""

_MAILBOX = re.compile(r"[^\s@<>\"(),:;\\]{1,64}@[^\s@<>\"(),:;\\]+\.[^\s@<>\"(),:;\\.]+")


def read_address(text: str, *, sms: bool) -> tuple[Channel, str]:
    """Where to write to, in its canonical form: a mail address or, with `sms`, a mobile number.

    Raises ValueError with the reason for everything else.
    """
    hint = "请填写电子邮箱或手机号码，例如 name@example.com" if sms else "请填写电子邮箱，例如 name@example.com"
    try:
        typed = clean_text(text, limit=ADDRESS_LIMIT)
    except ValueError as wrong:
        raise ValueError(f"地址{wrong}") from wrong
    plain = unicodedata.normalize("NFKC", typed).strip()
    if not plain:
        raise ValueError(hint)
    if "@" in plain:
        mailbox, _, host = plain.rpartition("@")
        if plain.isascii() and plain.isprintable() and _MAILBOX.fullmatch(plain):
            return Channel.EMAIL, f"{mailbox}@{host.lower()}"
        raise ValueError("电子邮箱格式不正确，例如 name@example.com")
    if not sms:
        raise ValueError(hint)
    return Channel.SMS, normalise_phone(plain)


def mask_address(channel: Channel, address: str) -> str:
    """The address with most of it hidden: n***@example.com."""
    if channel is Channel.EMAIL:
        mailbox, _, host = address.rpartition("@")
        return f"{mailbox[:1]}***@{host}"
    return f"{address[:3]}****{address[-4:]}"


def may_be_watched(*, cancelled: bool, postponed: bool, last_day: date | None, today: date) -> bool:
    """Whether anything can still change: not once it is cancelled or over. What is put off has no last day."""
    return not cancelled and (postponed or last_day is None or last_day >= today)
