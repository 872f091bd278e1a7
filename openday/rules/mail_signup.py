"""A sign-up that came by mail: name, telephone number, mailbox and party as far as the text says them plainly.

Nothing here is a decision: what was found stands in a form beside the mail, with the line that it was read from, and a
person confirms it. What could be read in two ways is left open, with a note that says why.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openday.rules.party_lines import MOST_PEOPLE, find_mailboxes, find_phones, people_said
from openday.rules.privacy import plain_text
from openday.rules.signup import NAME_LIMIT

LONGEST_MAIL = 10_000

_END = r"(?=$|[\s,，;；、。|/()（）])"
_NAME_LABEL = r"(?:(?:报名|参加|参观|参会|申请|联系)(?:人|者))?的?(?:姓\s*名|名字)|(?:报名|参加|参观|申请|联系)人|name"
_NAME = re.compile(
    rf"(?:^|[\s,，;；、。|(（])(?:{_NAME_LABEL})\s*(?:[:：=]|是|为|(?<=\S)\s)\s*"
    rf"([\u3400-\u9fff·]{{2,15}}|[A-Za-z][A-Za-z .'-]{{1,40}}[A-Za-z]){_END}",
    re.IGNORECASE,
)
_CALLED = re.compile(rf"(?:我叫|名字叫|本人叫)([\u3400-\u9fff·]{{2,4}}){_END}")
_SIGNED = re.compile(r"[\u3400-\u9fff·]{2,4}")
_SENDER = re.compile(r"^\s*(?:发件人|发信人|from)\s*[:：]\s*(.*)$", re.IGNORECASE)
_PHONE_LABEL = re.compile(r"手\s*机|电\s*话|联系方式|tel|phone|mobile", re.IGNORECASE)
_COUNT = r"([0-9０-９]{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:个人|[人位名])?"
_PEOPLE_LABEL = re.compile(rf"(?:报名|参加|参观|到场|同行)?(?:总)?人\s*数\s*(?:[:：=]|是|为|共)?\s*{_COUNT}")
_PEOPLE_SAID = re.compile(
    r"(?:(?:一共|总共|合计|一行|共计|共|我们)\s*(?:有|是)?\s*([0-9０-９]{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:个人|[人位名])"
    r"|(?<!另有)(?<![另和带及与加外0-9０-９一二两三四五六七八九十])([0-9０-９]{1,3}|[一二两三四五六七八九十]{1,3})\s*(?:个人|[人位名])\s*(?:一起|同时)?(?:参加|报名|前往|参观|到场))"
)
_OLDER = re.compile(
    r"^\s*(?:-{2,}\s*(?:原始邮件|转发邮件|original message).*|.*(?:写道|wrote)\s*[:：]\s*)$", re.IGNORECASE
)
_NO_NAME = frozenset(
    {"您好", "你好", "此致", "敬礼", "谢谢", "多谢", "报名", "我要报名", "邮件", "顺颂商祺", "祝好", "领导好", "老师好"}
)


@dataclass(frozen=True)
class Found:
    """What was found, and the line that says it."""

    value: str
    line: str


@dataclass(frozen=True)
class MailReading:
    """What a mail says plainly; None where it says nothing, or two things. `notes` are for whoever confirms it."""

    name: Found | None
    phone: Found | None
    email: Found | None
    people: Found | None
    notes: tuple[str, ...]


def read_mail(text: str) -> MailReading:
    """Read the text of a mail, its head included if it was pasted along. No text makes it raise."""
    lines = _own_lines(text[:LONGEST_MAIL])
    notes: list[str] = []
    body = [line for line in lines if not _SENDER.match(line)]
    return MailReading(
        name=_one(_names(body), "姓名", notes),
        phone=_one(_phones(body), "手机号码", notes),
        email=_one(_mailboxes(lines), "邮箱", notes, needed=False),
        people=_one(_people(body), "人数", notes),
        notes=tuple(notes),
    )


def _own_lines(text: str) -> list[str]:
    """The lines of the mail itself, without what it answers to or passes on."""
    lines: list[str] = []
    for raw in text.splitlines():
        line = " ".join(plain_text(raw).split())
        if _OLDER.match(line) and lines:
            break
        if line and not line.startswith((">", "＞")):
            lines.append(line)
    return lines


def _one(found: Iterable[Found], what: str, notes: list[str], *, needed: bool = True) -> Found | None:
    """The only value there is; two different ones are left to the person, with a note."""
    by_value = {each.value: each for each in found}
    if len(by_value) == 1:
        return next(iter(by_value.values()))
    if by_value:
        notes.append(f"邮件里有{len(by_value)}个不同的{what}，没有代为选择，请对照原文填写")
    elif needed:
        notes.append(f"没有从邮件里读出{what}")
    return None


def _names(lines: Sequence[str]) -> list[Found]:
    for pattern in (_NAME, _CALLED):
        found = [Found(match[1].strip(), line) for line in lines for match in pattern.finditer(line)]
        if found:
            return [each for each in found if len(each.value) <= NAME_LIMIT]
    return [Found(line, line) for line in lines if _SIGNED.fullmatch(line) and line not in _NO_NAME]


def _phones(lines: Sequence[str]) -> list[Found]:
    found = [Found(phone, line) for line in lines for phone in find_phones(line)]
    labelled = [each for each in found if _PHONE_LABEL.search(each.line)]
    return labelled or found


def _mailboxes(lines: Sequence[str]) -> list[Found]:
    found = [Found(mailbox, line) for line in lines for mailbox in find_mailboxes(line)]
    return [each for each in found if _SENDER.match(each.line)] or found


def _people(lines: Sequence[str]) -> list[Found]:
    for pattern in (_PEOPLE_LABEL, _PEOPLE_SAID):
        found = [
            Found(str(people), line)
            for line in lines
            for match in pattern.finditer(line)
            for people in [people_said(f"{next(filter(None, match.groups()))}人")]
            if people is not None and 1 <= people <= MOST_PEOPLE
        ]
        if found:
            return found
    return []
