"""Limits and scales of what is written after the day: suggestions, replies, surveys, outcome reports."""

from openday.rules.states import Adoption

SUGGESTION_LIMIT = 2_000
REPLY_LIMIT = 4_000
REASON_LIMIT = 1_000
COMMENT_LIMIT = 500
REPORT_LIMIT = 5_000
MOST_PEOPLE = 100_000
"""Beyond it a number of people is a slip of the pen."""

SUGGESTION_NOTICE = "2026-11"
"""The wording of the consent to suggestions; goes up when its meaning changes, and is stored with every one."""

SURVEY_MINIMUM = 5
"""Fewer answers are not shown in public: a single visitor could be guessed."""

SATISFACTION = {5: "非常满意", 4: "满意", 3: "一般", 2: "不满意", 1: "非常不满意"}
CLARITY = {5: "非常清楚", 4: "清楚", 3: "一般", 2: "不清楚", 1: "非常不清楚"}

NEEDS_A_REASON = frozenset({Adoption.PARTLY, Adoption.NOT_ADOPTED, Adoption.REFERENCE})
"""Whoever is not followed in full is told why."""
