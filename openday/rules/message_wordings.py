"""Which messages to residents an office may word itself, what may be filled into each, and what must stand in it.

Places are kept under their English names, as the house's own texts in templates/messages/ have them; people read and
write them in Chinese: {活动名称}. Everything else in braces is text.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Family(StrEnum):
    """Kinds of messages that belong together."""

    SIGN_UP = "sign_up"
    DECISION = "decision"
    CHANGE = "change"
    WATCH = "watch"
    VOICE = "voice"

    @property
    def label(self) -> str:
        """The Chinese name of the family."""
        return {
            "sign_up": "报名和候补",
            "decision": "审核、摇号和邀请",
            "change": "提醒、变更和取消",
            "watch": "关注活动的人",
            "voice": "意见建议和主题征集",
        }[self.value]


@dataclass(frozen=True)
class Place:
    """Something that is filled in: its Chinese name, and an example in either language."""

    label: str
    sample: str
    sample_en: str = ""

    def example(self, language: str) -> str:
        """The example in a language; in Chinese where there is no other."""
        return self.sample_en if language == "en" and self.sample_en else self.sample


PLACES: Final[Mapping[str, Place]] = MappingProxyType(
    {
        "theme": Place("活动名称", "自来水厂开放日"),
        "name": Place("姓名", "陈小雨"),
        "greeting": Place("称呼", "陈小雨：\n\n"),
        "party": Place("人数", "2"),
        "people": Place("人数上限", "3"),
        "number": Place("凭证号", "204518"),
        "when": Place("时间", "2026年9月16日（星期三）14:00–16:00", "Wednesday 16 September 2026, 14:00–16:00"),
        "before": Place("原来的时间", "2026年9月14日（星期一）9:00–11:00", "Monday 14 September 2026, 09:00–11:00"),
        "venue": Place("地点", "云溪区第二自来水厂"),
        "agency": Place("单位名称", "云溪区水务局"),
        "link": Place("链接", "https://example.gov.cn/tickets/7m2kx9rq4tbe6wvz3hgnpa8ydc5s"),
        "page": Place("活动页面", "https://example.gov.cn/activities/k7m2x9rq4t"),
        "reason": Place("理由", "场馆设备检修"),
        "place": Place("候补次序", "3"),
        "ballot": Place("摇号结果链接", "https://example.gov.cn/ballots/t4bwv6e9"),
        "survey": Place("问卷链接", "https://example.gov.cn/surveys/t4bwv6e9zk3h"),
        "next": Place("下一步", "活动前三天公布审核结果。"),
        "until": Place("保留到", "2026年9月14日（星期一）17:00", "Monday 14 September 2026, 17:00"),
        "deadline": Place("答复期限", "2026年9月10日（星期四）17:00", "Thursday 10 September 2026, 17:00"),
        "what": Place("变更事项", "时间确定"),
        "line": Place("变更内容", "第1场时间确定为2026年9月16日（星期三）14:00–16:00"),
        "standing": Place("目前的安排", "2026年9月16日（星期三）14:00–16:00，云溪区第二自来水厂"),
        "calendar": Place("日历链接", "https://example.gov.cn/activities/k7m2x9rq4t/calendar.ics"),
        "days": Place("天数", "7"),
        "title": Place("主题建议", "想看看污水是怎样变清的"),
        "verdict": Place("办理结果", "采纳"),
    }
)


@dataclass(frozen=True)
class WordingKind:
    """One kind of message: when it goes, what can be filled in, and what must stand in its text."""

    key: str
    family: Family
    purpose: str
    places: tuple[str, ...]
    needed: tuple[str, ...] = ("link",)
    channels: tuple[str, ...] = ("email", "sms")
    labels: Mapping[str, str] = field(default_factory=dict)
    """Names of places that mean something narrower here."""

    def label_of(self, place: str) -> str:
        """What a place is called in this kind."""
        return self.labels.get(place) or (PLACES[place].label if place in PLACES else place)


_TICKET = MappingProxyType({"link": "凭证链接"})
_FACTS = ("theme", "name", "party", "number", "when", "venue", "agency", "link")
_TOLD = ("theme", "name", "when", "venue", "agency", "link", "page")
_INVITED = ("theme", "name", "people", "when", "venue", "agency", "deadline", "link")
_TOPIC = ("title", "link")


def _about(key: str, family: Family, purpose: str, *more: str, needed: tuple[str, ...] = ("link",)) -> WordingKind:
    """A kind about one registration."""
    return WordingKind(key, family, purpose, (*_FACTS, *more), needed, labels=_TICKET)


def _to_all(key: str, purpose: str, *more: str, needed: tuple[str, ...] = ("link",)) -> WordingKind:
    """A kind that goes to everybody on a list."""
    return WordingKind(key, Family.CHANGE, purpose, (*_TOLD, *more), needed, labels=_TICKET)


_S, _D, _C, _W, _V = Family.SIGN_UP, Family.DECISION, Family.CHANGE, Family.WATCH, Family.VOICE
_VIEW = MappingProxyType({"link": "查看链接"})
_ALL: Final = (
    _about("registration.confirmed", _S, "报名成功后立即发出，是报名人的凭证。", needed=("link", "number")),
    _about("registration.waitlisted", _S, "名额已满、登记候补后立即发出。"),
    _about("registration.promoted", _S, "候补得到名额时发出，是报名人的凭证。", needed=("link", "number")),
    _about("registration.offered", _S, "空出的名额为候补保留、等待确认时发出。", "until", needed=("link", "until")),
    _about("registration.offer_expired", _S, "保留的名额到期没有确认时发出。", "until", needed=()),
    _about("registration.changed", _S, "报名人修改人数后发出。"),
    _about("registration.moved", _S, "报名人改到同一活动的另一场后发出。", "before", needed=("link", "number", "when")),
    _about("registration.moved_to_wait", _S, "报名人改为另一场的候补后发出。", "before", needed=("link", "when")),
    _about("registration.cancelled", _S, "报名取消后发出。", needed=()),
    _about("registration.applied", _D, "审核或摇号的场次收到报名后立即发出。", "next"),
    _about("registration.accepted", _D, "审核通过后发出，是报名人的凭证。", "reason", needed=("link", "number")),
    _about("registration.declined", _D, "审核不通过时发出。", "reason", needed=("reason",)),
    _about("ballot.selected", _D, "摇号中签后发出，是报名人的凭证。", "ballot", needed=("link", "number")),
    _about("ballot.reserve", _D, "摇号列为候补后发出。", "place", "ballot", needed=("link", "place")),
    _about("ballot.not_selected", _D, "摇号未中签后发出。", "ballot", needed=("ballot",)),
    WordingKind("invitee.invited", _D, "定向邀请时发出。", _INVITED, ("link", "deadline"), labels={"link": "答复链接"}),
    WordingKind(
        "invitee.reminded", _D, "邀请没有答复、提醒时发出。", _INVITED, ("link", "deadline"),
        labels={"link": "答复链接"}
    ),
    WordingKind(
        "invitee.withdrawn", _D, "撤回邀请时发出。", ("theme", "name", "when", "agency"), ("theme",)
    ),
    _about("registration.reminder", _C, "活动开始前提醒已报名的人。", needed=("link", "when")),
    WordingKind(
        "survey.invitation", _C, "活动结束后请到场的人填写问卷。",
        (*_FACTS, "survey", "page"), ("survey",), labels=_TICKET,
    ),
    _to_all("occurrence.changed", "场次的时间或地点改动后发给已报名和候补的人。", needed=("link", "when", "venue")),
    _to_all("occurrence.postponed", "场次延期、新的时间未定时发给名单上的人。", "reason", needed=("link", "reason")),
    _to_all("occurrence.resumed", "延期的场次确定新的时间后发出。", needed=("link", "when", "venue")),
    _to_all("occurrence.cancelled", "一场取消后发给已报名和候补的人。", "reason", needed=("reason",)),
    _to_all("activity.cancelled", "整项活动取消后发给已报名和候补的人。", "reason", needed=("reason",)),
    WordingKind(
        "watch.confirm", _W, "有人登记接收变更通知后发出，请本人确认。邮件用。",
        ("theme", "agency", "days", "link"),
        channels=("email",), labels={"link": "确认链接"},
    ),
    WordingKind(
        "watch.confirm_sms", _W, "有人登记接收变更通知后发出，请本人确认。短信用。",
        ("theme", "agency", "days", "link"),
        channels=("sms",), labels={"link": "确认链接"},
    ),
    WordingKind(
        "watch.news", _W, "时间确定、变更、延期或取消后发给登记了通知的人。邮件用。",
        ("what", "theme", "line", "standing", "page", "calendar", "link", "agency"), ("link", "page"),
        channels=("email",), labels={"link": "退订链接"},
    ),
    WordingKind(
        "watch.news_sms", _W, "时间确定、变更、延期或取消后发给登记了通知的人。短信用。",
        ("what", "theme", "line", "standing", "page", "calendar", "link", "agency"), ("link", "page"),
        channels=("sms",), labels={"link": "退订链接"},
    ),
    WordingKind(
        "suggestion.answered", _V, "意见建议的答复公开后发出。", ("greeting", "agency", "link"), channels=("sms",),
        labels=_VIEW,
    ),
    WordingKind("topic.accepted", _V, "主题建议公开征集支持时发出。", _TOPIC, labels=_VIEW),
    WordingKind("topic.removed", _V, "主题建议不予公开时发出。", _TOPIC, labels=_VIEW),
    WordingKind("topic.answered", _V, "主题建议有了办理结果时发出。", (*_TOPIC, "verdict"), labels=_VIEW),
    WordingKind("topic.announced", _V, "采纳主题建议的活动发布后发出。", _TOPIC, labels={"link": "活动链接"}),
)  # fmt: skip
KINDS: Final[Mapping[str, WordingKind]] = MappingProxyType({kind.key: kind for kind in _ALL})
"""Every kind that an office may word, by its key, in the order of the list."""

LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"zh": "中文", "en": "英文"})
_ENGLISH = frozenset({Family.SIGN_UP, Family.DECISION, Family.CHANGE})


def languages_of(kind: WordingKind) -> tuple[str, ...]:
    """The languages in which a kind goes out: in English to those who may have signed up on the English pages."""
    return tuple(LANGUAGES) if kind.family in _ENGLISH else ("zh",)


LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 2000
_BRACED = re.compile(r"\{([^{}\s]{1,20})\}")
_KEPT = re.compile(r"\{([a-z_]+)\}")
_LIKE_A_NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff]+")


def for_people(kind: WordingKind, text: str) -> str:
    """A kept text as people read and edit it: {theme} becomes {活动名称}."""
    return _KEPT.sub(lambda found: f"{{{kind.label_of(found[1])}}}" if found[1] in kind.places else found[0], text)


@dataclass(frozen=True)
class Understood:
    """A typed text as it is kept, and what is wrong with it: names in braces that mean nothing here."""

    text: str
    unknown: tuple[str, ...]
    places: frozenset[str]


def from_people(kind: WordingKind, text: str) -> Understood:
    """Read what somebody typed: known names in braces become places, other braces stay as they are.

    What looks like the name of a place and is none is nearly always a slip, and would reach people as it stands: it is
    listed in `unknown`.
    """
    by_label = {kind.label_of(place): place for place in kind.places}
    unknown: list[str] = []
    places: set[str] = set()

    def read(found: re.Match[str]) -> str:
        name = found[1]
        place = by_label.get(name) or (name if name in kind.places else None)
        if place is None:
            if _LIKE_A_NAME.fullmatch(name):
                unknown.append(name)
            return found[0]
        places.add(place)
        return f"{{{place}}}"

    return Understood(_BRACED.sub(read, text), tuple(dict.fromkeys(unknown)), frozenset(places))


def missing(kind: WordingKind, places: Iterable[str]) -> tuple[str, ...]:
    """The Chinese names of what must stand in the text and does not."""
    there = set(places)
    return tuple(kind.label_of(place) for place in kind.needed if place not in there)


def samples(kind: WordingKind, language: str) -> dict[str, str]:
    """Example values for every place of a kind."""
    return {place: PLACES[place].example(language) for place in kind.places}


# --- how long an SMS is ----------------------------------------------------------------------------------------------

SMS_ALONE: Final = 70
SMS_PART: Final = 67
"""Characters of a Chinese SMS: 70 when it is one, 67 in each part of a longer one (GSM 03.40, UCS-2)."""


@dataclass(frozen=True)
class SmsLength:
    """How long a text is as an SMS: characters, and as how many messages it is charged."""

    characters: int
    parts: int


def sms_length(text: str) -> SmsLength:
    """Count a text as an SMS; a character outside of the basic plane counts twice, as it travels in two units."""
    units = len(text.strip().encode("utf-16-le")) // 2
    if units <= SMS_ALONE:
        return SmsLength(units, 1 if units else 0)
    return SmsLength(units, -(-units // SMS_PART))
