"""Lists of people as they are pasted: a name, a telephone number or a mailbox, perhaps how many come, in any order.

Columns may be divided by tabs, commas, spaces or Chinese punctuation, or by nothing (张三13800000000), digits may be
full-width. Where a line can be read in two ways it is not read at all: the problem says what to change.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from openday.rules.chinese_numbers import chinese_to_int
from openday.rules.phone import normalise_phone
from openday.rules.privacy import plain_text

MOST_LINES = 200
"""Lines of one paste: each becomes a transaction of its own, and somebody waits for the answer."""
LONGEST_LINE = 200
MOST_PEOPLE = 50

_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0xA0, 0x3000, *range(0x2000, 0x200B)), 0x20
)
_MAILBOX = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
# A gap inside of a number counts only where people put it: 138 0000 1111, +852 9123 4567. Otherwise a party size that
# follows a number with a digit missing would complete it.
_MOBILE = r"(?:\(?(?:\+|00)?86\)?[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}"
_ABROAD = r"\+(?!86)[1-9][0-9]{0,3}(?:[ -]?[0-9]{3,5}){1,4}"
_PHONE = re.compile(rf"(?<![0-9+])(?:{_MOBILE}|{_ABROAD})(?![0-9])")
_DIGITS = re.compile(r"\+?[0-9][0-9-]{4,}[0-9]")
_BETWEEN = re.compile(r"[\s,，、;；|/:：()（）\[\]【】。]+")
_RUNNING = re.compile(r"\s*[(（]?([0-9]{1,3})[.、)）．](?![0-9])")
_PEOPLE = re.compile(r"(?:共|一行)?([0-9]{1,3}|[一二两三四五六七八九十]{1,3})(人|位|名|个人)?")
_NEAR_A_WORD = re.compile(r"((?:共|一行)?[0-9]{1,3}\s*(?:个人|[人位名]))")
_GROWN_TOGETHER = re.compile(r".+[一二两三四五六七八九十](?:个人|[人位名])")
_HEADINGS = re.compile(
    r"(?:姓\s*名|名字|手机|电话|联系方式|联系电话|手机号码?|电话号码|人数|报名人数|邮箱|电子邮箱|序号|编号|name|phone|e-?mail)"
)
_SAYS_NOTHING = frozenset("男女") | {"先生", "女士", "同志", "姓名", "手机", "电话", "联系电话", "手机号", "人数"}
_HAN = re.compile(r"[\u3400-\u9fff·]+")


@dataclass(frozen=True)
class PartyLine:
    """One line: `number` counts from 1 over the whole text, `text` as it was pasted. `phone` is canonical, `people`
    1 where the line says none. `problem` says why it cannot be read; '' when all is well."""

    number: int
    text: str
    name: str = ""
    phone: str = ""
    email: str = ""
    people: int = 1
    problem: str = ""


def read_party_lines(text: str, *, mailbox_will_do: bool = False, most: int = MOST_LINES) -> list[PartyLine]:
    """The people of a pasted list, in its order; empty lines and a line of headings are left out.

    A telephone number is needed; with `mailbox_will_do` either that or a mailbox.

    Raises:
        ValueError: more than `most` lines.
    """
    rows = [
        (number, line.strip()) for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1) if line.strip()
    ]
    rows = [(number, line) for number, line in rows if not _is_heading(line)]
    if len(rows) > most:
        raise ValueError(f"一次最多{most}行，现在有{len(rows)}行，请分几次办理")
    running = _running_numbers([line for _, line in rows])
    return [_line(number, line, running, mailbox_will_do) for number, line in rows]


def cells_as_lines(rows: Iterable[Sequence[str]]) -> str:
    """The rows of a table as text to be read like a paste: what stands in a cell stays together."""
    lines = ("\t".join(plain_text(cell).replace("\t", " ") for cell in row if cell.strip()) for row in rows)
    return "\n".join(line for line in lines if line)


def find_phones(text: str) -> list[str]:
    """Every telephone number to register with in a text, canonical, each once, in its order."""
    return _without_phones(text.translate(_WIDE))[0]


def find_mailboxes(text: str) -> list[str]:
    """Every mailbox in a text, each once, in its order."""
    return list(dict.fromkeys(found[0] for found in _MAILBOX.finditer(text.translate(_WIDE))))


def people_said(text: str) -> int | None:
    """How many people a short text such as 3, 三人 or 共2位 says; None where it says something else."""
    found = _PEOPLE.fullmatch(text.translate(_WIDE))
    if not found:
        return None
    if not (found[2] or found[1].isascii()):
        return None
    try:
        return chinese_to_int(found[1])
    except ValueError:
        return None


def _without_phones(text: str) -> tuple[list[str], str]:
    """The numbers in a text, and the text with a mark in the place of each."""
    numbers: list[str] = []

    def take(found: re.Match[str]) -> str:
        try:
            numbers.append(normalise_phone(found[0]))
        except ValueError:
            return found[0]
        return "|"

    rest = _PHONE.sub(take, text)
    return list(dict.fromkeys(numbers)), rest


def _is_heading(line: str) -> bool:
    plain = line.translate(_WIDE).lower()
    return not re.search(r"[0-9]", plain) and len(_HEADINGS.findall(plain)) >= 2


def _running_numbers(lines: Sequence[str]) -> bool:
    """Whether the lines are numbered 1, 2, 3 … without a mark behind the number: such a column is no party size."""
    firsts = [_BETWEEN.split(line.translate(_WIDE).strip(), maxsplit=1)[0] for line in lines]
    return len(lines) > 1 and firsts == [str(number) for number in range(1, len(lines) + 1)]


def _line(number: int, text: str, running: bool, mailbox_will_do: bool) -> PartyLine:
    if len(text) > LONGEST_LINE:
        return PartyLine(number, text[:LONGEST_LINE], problem=f"这一行过长，每行最多{LONGEST_LINE}个字")
    shown, plain = plain_text(text), plain_text(text.translate(_WIDE).replace("\t", "|"))
    try:
        name, phone, email, people = _parts(plain, running, mailbox_will_do)
    except ValueError as wrong:
        return PartyLine(number, shown, problem=str(wrong))
    return PartyLine(number, shown, name, phone, email, people)


def _parts(text: str, running: bool, mailbox_will_do: bool) -> tuple[str, str, str, int]:
    rest = _RUNNING.sub(" ", text, count=1) if _RUNNING.match(text) else text
    if running and rest == text:
        rest = re.sub(r"^\s*[0-9]+", " ", rest)
    mailboxes = find_mailboxes(rest)
    rest = _MAILBOX.sub("|", rest)
    phones, rest = _without_phones(rest)
    if len(phones) > 1:
        raise ValueError("一行里有两个手机号码，每行只写一组人")
    if len(mailboxes) > 1:
        raise ValueError("一行里有两个邮箱，每行只写一组人")
    odd = _DIGITS.search(rest)
    if odd:
        normalise_phone(odd[0])  # says what is wrong with it; what it takes, it says itself
        raise ValueError("手机号码写法不规范，请连续书写")
    if not phones and not (mailbox_will_do and mailboxes):
        raise ValueError("没有手机号码或邮箱" if mailbox_will_do else "没有手机号码")
    name, people = _name_and_people([token for token in _BETWEEN.split(_NEAR_A_WORD.sub(r"|\1|", rest)) if token])
    return name, phones[0] if phones else "", mailboxes[0] if mailboxes else "", people


def _name_and_people(tokens: Sequence[str]) -> tuple[str, int]:
    counts, words = [], []
    for token in tokens:
        people = people_said(token)
        if people is not None:
            counts.append(people)
        elif token not in _SAYS_NOTHING:
            words.append(token)
    if len(counts) > 1:
        raise ValueError("一行里有两个数字，看不出哪个是人数")
    if counts and not 1 <= counts[0] <= MOST_PEOPLE:
        raise ValueError(f"人数应为1至{MOST_PEOPLE}人")
    return _name(words), counts[0] if counts else 1


def _name(words: Sequence[str]) -> str:
    if not words:
        raise ValueError("没有姓名")
    han = [bool(_HAN.fullmatch(word)) for word in words]
    if len(words) == 1 or not any(han):
        name = " ".join(words)
    elif all(han) and all(len(word) == 1 for word in words):
        name = "".join(words)
    else:
        raise ValueError(f"看不出哪个是姓名：{'、'.join(words)}")
    if _GROWN_TOGETHER.fullmatch(name):
        raise ValueError(f"“{name}”里看不出姓名和人数，请用空格分开")
    if not re.search(r"\w", name) or re.search(r"[0-9@]", name):
        raise ValueError(f"姓名“{name}”不像姓名，请核对")
    return name
