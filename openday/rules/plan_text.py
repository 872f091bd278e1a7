"""The fields of the 报送表 besides the agency's name: their names, labels, limits and cleaning.

The order is that of the printed form. The sign-up method may stay blank (不公开报名), which is another answer than
无需报名; the contact's name may be left out when the telephone is there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from openday.rules.privacy import clean_text, plain_text

FIELD_LABELS = {
    "theme": "活动主题",
    "time_text": "开展时间",
    "venue": "开展地点",
    "content": "活动内容",
    "audience_text": "活动对象",
    "signup_text": "活动报名方式",
    "contact": "联系人",
    "contact_phone": "联系方式",
}
PLAN_FIELDS = tuple(FIELD_LABELS)
FIELD_LIMITS = {
    "theme": 200,
    "time_text": 500,
    "venue": 300,
    "content": 10_000,
    "audience_text": 2_000,
    "signup_text": 2_000,
    "contact": 100,
    "contact_phone": 200,
}
SEVERAL_LINES = frozenset({"time_text", "content", "audience_text", "signup_text"})
REQUIRED_FIELDS = ("theme", "time_text", "venue", "content", "audience_text", "contact_phone")
"""What must be there when a plan is handed in; a draft needs the theme alone."""


@dataclass(frozen=True)
class PlanText:
    """What the agency wrote into the form, cleaned; empty where nothing was written."""

    theme: str = ""
    time_text: str = ""
    venue: str = ""
    content: str = ""
    audience_text: str = ""
    signup_text: str = ""
    contact: str = ""
    contact_phone: str = ""

    def as_dict(self) -> dict[str, str]:
        """Field name to text, in the form's order."""
        return {name: getattr(self, name) for name in PLAN_FIELDS}

    def missing(self) -> tuple[str, ...]:
        """The required fields in which nothing stands, in the form's order."""
        return tuple(name for name in REQUIRED_FIELDS if not getattr(self, name))


def text_from(values: Mapping[str, str]) -> PlanText:
    """The fields out of any mapping (a row of a table, a kept version), cleaned but not judged; see `too_long`."""
    return PlanText(**{name: plain_text(values.get(name, ""), lines=name in SEVERAL_LINES) for name in _NAMES})


def too_long(text: PlanText) -> dict[str, str]:
    """Field name to a Chinese sentence for every field over its limit."""
    problems = {}
    for name, limit in FIELD_LIMITS.items():
        said = getattr(text, name)
        if len(said) * _MOST_PARTS <= limit:
            continue
        try:
            clean_text(said, limit=limit, lines=name in SEVERAL_LINES)
        except ValueError as reason:
            problems[name] = f"{FIELD_LABELS[name]}{reason}"
    return problems


def unfilled(text: PlanText) -> dict[str, str]:
    """Field name to a Chinese sentence for every required field in which nothing stands."""
    return {name: f"请填写{FIELD_LABELS[name]}" for name in text.missing()}


def differences(before: PlanText, after: PlanText) -> tuple[tuple[str, str, str], ...]:
    """(field name, old text, new text) of every field that differs, in the form's order."""
    pairs = ((name, getattr(before, name), getattr(after, name)) for name in PLAN_FIELDS)
    return tuple((name, old, new) for name, old, new in pairs if old != new)


# No character becomes more than four when it is composed anew: a text so short needs no second look.
_MOST_PARTS = 4
_NAMES = tuple(field.name for field in fields(PlanText))
