"""The filters and functions with which templates write moments and texts in the language of the visitor.

Moments are written by rules/wording.py and rules/wording_en.py. What agencies and residents typed stays as they typed
it: on an English page its Chinese is marked as Chinese, so that screen readers change their voice.
"""

import re
from datetime import date, datetime

from flask import Flask
from markupsafe import Markup, escape

from openday.rules import act_names, wording, wording_en
from openday.rules.phone import spaced_phone
from openday.web.pages import language
from openday.web.sentences import said

_HAN = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_BETWEEN = "\u3000-\u303f\uff00-\uffef“”‘’…—·"
# From one 汉字 to the last before an English word, with the marks around them and the figures between them.
_CHINESE = re.compile(f"[{_BETWEEN}]*[{_HAN}](?:[{_HAN}{_BETWEEN}]|[ 0-9.,:()/–-]+(?=[{_HAN}{_BETWEEN}]))*")


def install(app: Flask) -> None:
    """Register the filters under their own names."""
    app.jinja_env.filters.update(
        day_text=day_text, clock_text=wording.clock_text, moment_text=moment_text, said=said, typed=typed
    )
    app.jinja_env.filters.update(spaced_phone=spaced_phone)
    app.jinja_env.filters.update(
        act_name=act_names.act_name, record_name=act_names.record_name, message_name=act_names.message_name
    )
    app.jinja_env.globals.update(span_text=span_text, lang_of=lang_of)


def day_text(day: date, *, weekday: bool = True) -> str:
    """2026年9月16日（星期三） or Wed 16 September 2026."""
    return wording_en.day_text(day, weekday=weekday) if _english() else wording.day_text(day, weekday=weekday)


def moment_text(moment: datetime) -> str:
    """A moment in the visitor's language."""
    return wording_en.moment_text(moment) if _english() else wording.moment_text(moment)


def span_text(start: datetime, end: datetime) -> str:
    """From when to when, in the visitor's language."""
    return wording_en.span_text(start, end) if _english() else wording.span_text(start, end)


def typed(text: object) -> object:
    """A text with Chinese of somebody's own: marked as Chinese on an English page, unchanged on a Chinese one."""
    if not isinstance(text, str) or not _english() or hasattr(text, "__html__"):
        return text
    parts, at = [], 0
    for found in _CHINESE.finditer(text):
        parts += [escape(text[at : found.start()]), Markup('<span lang="zh-Hans">{}</span>').format(found.group())]
        at = found.end()
    return Markup("").join([*parts, escape(text[at:])]) if parts else text


def lang_of(text: str) -> str:
    """zh-Hans where a text in an attribute or an option of an English page is Chinese, else nothing."""
    return "zh-Hans" if _english() and _CHINESE.search(text) else ""


def _english() -> bool:
    return language() == "en"
