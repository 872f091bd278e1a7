"""What residents want opened next year, and what became of it. Everything is invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from openday.db import session
from openday.demo.telling import Cast, Stage
from openday.demo.timeline import office_hour
from openday.models.topics import TopicCall, TopicEvent, TopicProposal
from openday.rules.topic_states import Verdict
from openday.services import topic_answers, topic_calls, topic_moderation, topics

_OPENED, _CLOSES = timedelta(days=21), timedelta(days=16)
_WORDING = "想看哪些单位、哪些环节，想当面问什么，请写下来；别人提过的，可以直接支持。办理结果逐条公开。"


@dataclass(frozen=True)
class Wish:
    """One proposal. `end`: received, public, with_agency, answered or removed; `agency` is the key of whom the office
    asks; `said` the answer or the reason."""

    ago: int
    title: str
    text: str
    end: str
    supporters: int = 0
    agency: str = ""
    verdict: Verdict | None = None
    said: str = ""


WISHES = (
    Wish(
        19, "除雪作业指挥调度现场", "想看下雪当晚车辆怎么派、撒多少融雪剂、先清哪条路。", "answered", 41, "city",
        Verdict.ADOPTED, "已纳入12月的开放活动，时间确定后在本系统接受报名。",
    ),
    Wish(
        17, "自来水水质化验全过程", "想看从取样到出结果的每一步，最好能带自家的水来测。", "with_agency", 63, "water",
    ),
    Wish(
        16, "学校食堂后厨和食材仓库", "想和孩子一起看食堂的进货台账、留样和消毒。", "public", 88,
    ),
    Wish(
        14, "婚姻登记档案查询怎么办", "想了解查档要带什么材料，能不能跨区办理。", "answered", 6, "archive",
        Verdict.OTHER_WAY, "查档办法已写成一页说明，在档案馆窗口和本馆网站公布，不再单独安排活动。",
    ),
    Wish(
        12, "消防车出警驾驶室随车体验", "想坐在消防车里跟着出一次警。", "answered", 17, "fire",
        Verdict.NOT_ADOPTED, "执勤车辆随时出警，不能搭载公众。站内开放日可以参观驾驶室和器材。",
    ),
    Wish(9, "夜间急诊分诊台见学", "想了解急诊为什么要分级，等候多久算正常。", "public", 29),
    Wish(6, "转让健身房次卡", "低价转让，联系本人。", "removed", said="内容与政府开放活动无关。"),
    Wish(2, "气象站的雷达怎样看云", "想看雷达图是怎么变成天气预报的。", "received"),
    Wish(1, "垃圾分类以后去了哪里", "分好的垃圾是不是又混在一起运走了，想跟车看一看。", "received"),
)  # fmt: skip


class Wishes:
    """The topic call of the demonstration with everything that residents propose to it."""

    def __init__(self, stage: Stage, agency_ids: Mapping[str, int], casts: Mapping[str, Cast]) -> None:
        self.stage, self.agency_ids, self.casts = stage, agency_ids, casts
        self.ids: dict[str, int] = {}

    def begin(self) -> None:
        """Note the call, and every step of every proposal."""
        timeline = self.stage.timeline
        timeline.at(office_hour(timeline.now - _OPENED, 9, 0), self._open)
        for number, wish in enumerate(WISHES):
            self._note(number, wish)

    def _note(self, number: int, wish: Wish) -> None:
        at, received = self.stage.timeline.at, self.stage.timeline.now - timedelta(days=wish.ago, hours=number % 4)
        at(received, lambda: self._propose(number, wish))
        next_day = office_hour(received + timedelta(days=1), 9, 30 + number)
        if wish.end == "removed":
            at(next_day, lambda: self._remove(wish))
        if wish.end in ("public", "with_agency", "answered"):
            at(next_day, lambda: self._accept(wish))
        if wish.end in ("with_agency", "answered"):
            at(office_hour(received + timedelta(days=4), 10, number), lambda: self._assign(wish))
        if wish.end == "answered":
            at(office_hour(received + timedelta(days=6), 15, number), lambda: self._answer(wish))
            at(office_hour(received + timedelta(days=8), 16, number), lambda: self._publish(wish))

    def _open(self) -> None:
        year = self.stage.days.today.year + 1
        draft = topic_calls.TopicCallDraft(
            title=f"{year}年政府开放活动，您想看什么",
            wording=_WORDING,
            opens_at=office_hour(self.stage.timeline.now - _OPENED, 9, 0),
            closes_at=office_hour(self.stage.timeline.now + _CLOSES, 18, 0),
        )
        topic_calls.open_topic_call(self.stage.officer, draft)

    def _propose(self, number: int, wish: Wish) -> None:
        code = session().scalars(select(TopicCall.code)).one()
        new = topics.NewTopic(wish.title, wish.text, contact="", consent=True, key=f"demonstration-topic-{number}")
        receipt = topics.propose_topic(code, new)
        self.ids[wish.title] = session().scalars(select(TopicProposal.id).where(TopicProposal.receipt == receipt)).one()

    def _accept(self, wish: Wish) -> None:
        id_ = self.ids[wish.title]
        topic_moderation.accept_topic(self.stage.officer, id_, self._stamp(id_), self.stage.receipt_url)
        code = session().scalars(select(TopicProposal.code).where(TopicProposal.id == id_)).one()
        for supporter in range(wish.supporters):
            topics.support_topic(code, f"demonstration-supporter-{supporter}")

    def _remove(self, wish: Wish) -> None:
        id_ = self.ids[wish.title]
        topic_moderation.remove_topic(self.stage.officer, id_, self._stamp(id_), wish.said, self.stage.receipt_url)

    def _assign(self, wish: Wish) -> None:
        id_, agency_id = self.ids[wish.title], self.agency_ids[wish.agency]
        link = self.stage.receipt_url("")
        topic_moderation.assign_topic(self.stage.officer, id_, self._stamp(id_), agency_id, link=link)

    def _answer(self, wish: Wish) -> None:
        id_, filer = self.ids[wish.title], self.casts[wish.agency].filer
        if wish.verdict is Verdict.ADOPTED:
            topic_answers.adopt_topic(filer, id_, self._stamp(id_), wish.said)
        elif wish.verdict is not None:
            answer = topic_answers.Answer(wish.verdict, wish.said)
            topic_answers.draft_topic_answer(filer, id_, self._stamp(id_), answer)

    def _publish(self, wish: Wish) -> None:
        id_ = self.ids[wish.title]
        topic_moderation.publish_topic_answer(self.stage.second_officer, id_, self._stamp(id_), self.stage.receipt_url)

    def _stamp(self, proposal_id: int) -> int:
        newest = select(func.max(TopicEvent.id)).where(TopicEvent.proposal_id == proposal_id)
        return session().scalar(newest) or 0
