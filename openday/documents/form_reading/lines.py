"""Fields written as lines, in a cell or with no table at all: 活动主题：…, 联系人：…　联系电话：…"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from openday.documents.form_reading.labels import Label, is_signature, looks_like_label, read_label

# Facts that fit one line: what follows one on its line may be the next field.
SHORT = ("agency", "theme", "time", "place", "contact", "phone")

_BRACKET = r"[(（\[【][^()（）\[\]【】\n]{0,100}[)）\]】]"
_AT_START = re.compile(r"[\s*※_＿]{0,40}([^\s:：，。；、_＿][^:：，。；_＿\n]{0,60})[ \t\u3000_＿]{0,20}[:：]")
# A further field on a line stands behind a gap or the end of a clause.
_FURTHER = re.compile(
    r"(?:[ \t\u3000_＿]{1,100}|[;；。，,、][ \t\u3000]{0,9})"
    rf"((?:[一-鿿][ \u3000]{{0,3}}){{2,10}}(?:{_BRACKET})?)[ \t\u3000]{{0,9}}[:：]"
)
_WIDE_GAP = re.compile(r"[ \t\u3000_＿]{2}|[\t\u3000]")
_AGENCY_LINE = re.compile(
    rf"\s{{0,40}}((?:填报|报送|申报|承办)?\s?单\s?位(?:\s?名\s?称)?(?:\s?{_BRACKET})?)"
    r"[ \t\u3000_＿]{1,40}(?=[^\s_＿])"
)
_IN_BRACKETS = re.compile(r"\s{0,40}[【\[]([^【】\[\]\n]{2,20})[】\]]\s{0,9}")
_GAPPED = re.compile(r"\s{0,40}([一-鿿]{3,8})(?: {2,40}|[\t\u3000][ \t\u3000]{0,40})(?=[^\s_＿])")
_SURE = ("联系人", "联系电话", "联络员")
_LONGEST_START = 300
_LONGEST_LINE = 4_000


@dataclass
class Said:
    """A field found in lines. `label.keys` is empty for a name that is none of ours; `source`: the lines as they stood;
    `at`: the index of the first; `unread`: lines after it that belong to nothing."""

    label: Label
    at: int
    lines: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    closed: bool = False

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def is_short(self) -> bool:
        return not self.label.keys or self.label.keys[0] in SHORT

    def go_on(self, line: str, *, loose: bool) -> None:
        """Take a line that begins no other field. In a letter (`loose`) a short fact ends with its line, and anything
        but the content with an empty one; in a cell only an empty line after a short fact ends it."""
        said_something = any(each.strip() for each in self.lines)
        blank = not line.strip()
        if blank and said_something and (self.is_short or (loose and self.label.keys != ("content",))):
            self.closed = True
        if self.closed or (loose and self.is_short and said_something):
            if not blank:
                self.closed = True
                self.unread.append(line.strip())
            return
        self.lines.append(line)
        self.source.append(line)


def starts_with_label(text: str) -> bool:
    """Whether the first line that says anything begins with the name of one of our fields and a colon."""
    return bool(first_label(text))


def first_label(text: str) -> tuple[str, ...]:
    """The fields named at the beginning of the first line that says anything; none when it names none."""
    found = _opening(next((line for line in text.split("\n") if line.strip()), ""))
    return found[0].keys if found else ()


def read_lines(lines: Sequence[str], *, loose: bool = False) -> list[Said]:
    """The fields in `lines`, in order."""
    said: list[Said] = []
    seen: dict[str, str] = {}
    for at, line in enumerate(lines):
        parts = read_line(line)
        if parts and said and _belongs_to_text(parts[0][0], said[-1], seen):
            parts = []
        if not parts and said:
            said[-1].go_on(line, loose=loose)
        for label, value in parts:
            for key in label.keys:
                seen.setdefault(key, label.word)
            said.append(Said(label, at, [value], [line]))
    return said


def read_line(line: str) -> list[tuple[Label, str]]:
    """The labels of one line and what follows each; nothing when the line does not begin with one."""
    line, rest = line[:_LONGEST_LINE], line[_LONGEST_LINE:]
    found = _opening(line)
    if found is None:
        return []
    label, start = found
    parts: list[tuple[Label, str]] = []
    for match in _FURTHER.finditer(line, start):
        following = _further_label(match, label)
        if following is not None:
            parts.append((label, line[start : match.start()]))
            label, start = following, match.end()
    return [*parts, (label, line[start:] + rest)]


def _belongs_to_text(label: Label, current: Said, seen: dict[str, str]) -> bool:
    """Whether a labelled line goes on with a longer text: 时间：9:00 within the content of a form whose 开展时间 was
    read already, or a name that is none of ours."""
    if current.is_short or current.closed or label.signature or (label.word and not label.keys):
        return False
    return all(key in seen and seen[key] != label.word for key in label.keys)


def _opening(line: str) -> tuple[Label, int] | None:
    """The label at the beginning of a line and where its value starts."""
    head = line[:_LONGEST_START]
    match = _AT_START.match(head)
    if match:
        label = read_label(match[1]) or _foreign_label(match[1])
        if label is not None:
            return label, match.end()
    for pattern in (_AGENCY_LINE, _IN_BRACKETS, _GAPPED):
        match = pattern.match(head)
        label = read_label(match[1]) if match else None
        doubtful = pattern is _GAPPED and label and label.may_be_answer and label.word not in _SURE
        if match and label and label.keys and not doubtful:
            return label, match.end()
    return None


def _further_label(match: re.Match[str], current: Label) -> Label | None:
    """The label in the middle of a line, where the line may hold another: behind a wide gap, or behind a short fact."""
    label = read_label(match[1]) or _foreign_label(match[1])
    if label is None:
        return None
    if current.signature and label.keys and set(label.keys) <= {"contact", "phone"}:
        return Label(label.word, (), signature=True)
    short = not current.keys or current.keys[0] in SHORT
    return label if short or _WIDE_GAP.match(match[0]) else None


def _foreign_label(text: str) -> Label | None:
    return Label("", (), signature=is_signature(text)) if looks_like_label(text) else None
