"""Weights in a ballot: what tells the groups apart, and how much each counts.

A group is an answer to one question of the sign-up form, or those who drew nothing in an earlier ballot of the same
activity. Everybody else is the group "" with the weight 1.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from openday.rules.signup_questions import Question, QuestionKind

EARLIER = "earlier"
QUESTION = "question"
EARLIER_GROUP = "曾未中签"
EARLIER_LABEL = "以前在本活动摇号未中签"
MOST_GROUPS = 10
HEAVIEST = 10
"""What a page takes; the procedure itself takes more (`rules.ballot.HEAVIEST`)."""
_LINE = re.compile(r"(.{1,60}?)[ ,，:：]+([0-9]{1,3})")


@dataclass(frozen=True)
class Grouping:
    """What tells groups apart: `kind` "question" (`what` its label) or "earlier", and the weight of each group."""

    kind: str
    what: str
    weights: Mapping[str, int]


@dataclass(frozen=True)
class GroupingChoice:
    """Something that may tell groups apart, with the names of its groups."""

    value: str
    label: str
    groups: tuple[str, ...]


def grouping_choices(questions: Sequence[Question]) -> list[GroupingChoice]:
    """What may tell groups apart for a form with these questions."""
    found = [GroupingChoice(EARLIER, EARLIER_LABEL, (EARLIER_GROUP,))]
    for question in questions:
        if question.kind is QuestionKind.CHOICE:
            found.append(GroupingChoice(f"{QUESTION}:{question.id}", question.label, question.choices))
    return found


def read_weights(typed: str) -> dict[str, int]:
    """Group to weight, a line each: a name, a space, a whole number from 1 to 10.

    Raises ValueError with the reason, naming the line.
    """
    found: dict[str, int] = {}
    for number, line in enumerate(unicodedata.normalize("NFKC", typed).splitlines(), 1):
        if not line.strip():
            continue
        read = _LINE.fullmatch(line.strip())
        if read is None or not 1 <= int(read[2]) <= HEAVIEST:
            raise ValueError(f"第{number}行应为分组名称和权重，权重是1至{HEAVIEST}的整数，例如 本街道居民 2")
        if read[1] in found:
            raise ValueError(f"第{number}行的分组写了两次")
        found[read[1]] = int(read[2])
    if len(found) > MOST_GROUPS:
        raise ValueError(f"最多{MOST_GROUPS}个分组")
    return found


def grouping_of(choices: Sequence[GroupingChoice], value: str, weights: Mapping[str, int]) -> Grouping | None:
    """The grouping that was chosen; None for none.

    Raises ValueError when the choice is unknown, a group is none of it, or no group weighs anything but 1.
    """
    if not value:
        if weights:
            raise ValueError("写了权重的，请同时选择按什么分组")
        return None
    chosen = next((choice for choice in choices if choice.value == value), None)
    if chosen is None:
        raise ValueError("请重新选择按什么分组，报名表可能已经改过")
    names = {unicodedata.normalize("NFKC", name): name for name in chosen.groups}
    unknown = [name for name in weights if name not in names]
    if unknown:
        raise ValueError(f"没有“{unknown[0]}”这个分组，可以写：{'、'.join(chosen.groups)}")
    if all(weight == 1 for weight in weights.values()):
        raise ValueError("请写明至少一个分组的权重，没有写到的为1")
    kind = EARLIER if value == EARLIER else QUESTION
    return Grouping(kind, chosen.label, {names[name]: weight for name, weight in weights.items()})


def group_of_answers(answers: Sequence[Sequence[str]], label: str, weights: Mapping[str, int]) -> str:
    """The group of whoever gave these answers (label and text each); "" for those who have none."""
    given = next((text for asked, text in answers if asked == label), "")
    return given if given in weights else ""
