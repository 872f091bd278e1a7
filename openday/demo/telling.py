"""Makes one story happen: filed, reviewed, published, filled with visitors, held, reported."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from openday import clock
from openday.demo.days import Days
from openday.demo.drawing import Drawing
from openday.demo.guests import Guests, List
from openday.demo.stories import Report, Slot, Story
from openday.demo.timeline import Timeline, office_hour
from openday.rules.door import OPENS_BEFORE
from openday.rules.permissions import Actor
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PlanText, text_from
from openday.rules.states import SignupMode
from openday.services import door_staff, occurrences, outcomes, plans, publications, reviews

_KEY_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_FIRST_ARRIVALS = timedelta(minutes=25)
_FILED_AWAY = frozenset({PlanStatus.ON_RECORD, PlanStatus.PUBLISHED, PlanStatus.CANCELLED})


@dataclass(frozen=True)
class Stage:
    """What every story needs: the days, the order of things, who acts, and how addresses are made."""

    days: Days
    timeline: Timeline
    guests: Guests
    officer: Actor
    second_officer: Actor
    desk: Actor
    page_url: Callable[[str], str]
    ballot_url: Callable[[str], str]
    receipt_url: Callable[[str], str]
    activities: dict[str, str] = field(default_factory=dict)
    """Theme to the activity's code, once it is published."""
    call_ids: dict[bool, int] = field(default_factory=dict)
    """The calls by whether it is the second, once they are open."""


@dataclass(frozen=True)
class Cast:
    """The people of the story's agency and what its form says of them."""

    filer: Actor
    reviewer: Actor | None
    contact: str
    phone: str


class Telling:
    """One story under way; `begin` notes its first step, every step notes the next."""

    def __init__(self, stage: Stage, story: Story, cast: Cast) -> None:
        self.stage, self.story, self.cast = stage, story, cast
        self.chance = stage.guests.chance
        self.code, self.version, self.activity = "", 1, ""
        self.moment = stage.days.now

    def begin(self) -> None:
        """The filer writes the plan, and hands it in unless it stays a draft."""
        self._then(self.stage.days.now - timedelta(days=self.story.filed), 9, self._create)

    def _then(self, day: datetime, hour: int, act: Callable[[], object], minute: int | None = None) -> None:
        self.moment = office_hour(day, hour, self.chance.randint(0, 59) if minute is None else minute)
        self.stage.timeline.at(self.moment, act)

    def _next(self, days: int, hour: int, act: Callable[[], object]) -> None:
        """The next step: `days` later at that hour."""
        self._then(self.moment + timedelta(days=days), hour, act)

    # --- filing and review -------------------------------------------------------------------------------------------

    def _text(self, **instead: str) -> PlanText:
        story, words = self.story, self.stage.days.words
        values = {
            "theme": story.theme,
            "time_text": words(story.time),
            "venue": story.venue,
            "content": story.content,
            "audience_text": story.audience,
            "signup_text": story.signup,
            "contact": story.contact or self.cast.contact,
            "contact_phone": story.phone or self.cast.phone,
        }
        return text_from({**values, **instead})

    def _create(self) -> None:
        submit = self.story.ends is not PlanStatus.DRAFT
        draft = plans.PlanDraft(self.stage.call_ids[self.story.second_call], self._text(**self.story.first_text))
        made = plans.create_plan(self.cast.filer, draft, key=_key(self.chance), submit=submit)
        self.code, self.version = made.code, made.version
        if self.story.ends is PlanStatus.WITHDRAWN:
            self._next(2, 11, self._withdraw)
        elif submit:
            self._after_handing_in(to_office=self._given_back if self.story.first_text else self._decide)

    def _after_handing_in(self, to_office: Callable[[], object]) -> None:
        story = self.story
        if self.cast.reviewer is None:
            self._next(2, 14, to_office)
        elif story.by_agency:
            self._next(1, 10, partial(self._return_by_agency, self.cast.reviewer))
        elif story.ends is not PlanStatus.AGENCY_REVIEW:
            self._next(1, 10, partial(self._approve_by_agency, self.cast.reviewer, to_office))

    def _withdraw(self) -> None:
        plans.withdraw_plan(self.cast.filer, self.code, reason=self.story.reason)

    def _approve_by_agency(self, reviewer: Actor, to_office: Callable[[], object]) -> None:
        plans.agency_approve(reviewer, self.code, version=self.version)
        self._next(2, 14, to_office)

    def _return_by_agency(self, reviewer: Actor) -> None:
        plans.agency_return(
            reviewer,
            self.code,
            version=self.version,
            reason=self.story.reason,
            comments=self.story.comments,
        )

    def _decide(self) -> None:
        if self.story.ends is PlanStatus.RETURNED:
            self._return()
        elif self.story.ends in _FILED_AWAY:
            reviews.approve_plan(self.stage.officer, self.code, self.version)
            if self.story.ends is not PlanStatus.ON_RECORD:
                self._next(1, 15, self._publish)

    def _return(self) -> None:
        reviews.return_plan(self.stage.officer, self.code, self.version, self.story.reason, self.story.comments)

    def _given_back(self) -> None:
        """The office gives it back once; the filer writes what was asked for."""
        self._return()
        self._next(2, 9, self._correct)

    def _correct(self) -> None:
        draft = plans.PlanDraft(self.stage.call_ids[self.story.second_call], self._text())
        made = plans.save_plan(self.cast.filer, self.code, draft, version=self.version, submit=True)
        self.version = made.version
        self._after_handing_in(to_office=self._decide)

    # --- publication -------------------------------------------------------------------------------------------------

    def _publish(self) -> None:
        self.activity = publications.publish_plan(self.stage.officer, self.code, self.stage.page_url)
        self.stage.activities[self.story.theme] = self.activity
        for slot in self.story.slots:
            self._then(self.moment, 16, partial(self._schedule, slot), minute=30)
        if self.story.ends is PlanStatus.CANCELLED:
            self._then(self.stage.days.now - timedelta(days=4), 10, self._cancel)
        if self.story.report:
            over = self.stage.days.at(self.story.slots[-1].day, "9:00")
            report = self.story.report
            self._then(over + timedelta(days=report.after), 10, partial(self._report, report))

    def _cancel(self) -> None:
        publications.cancel_activity(
            self.stage.officer,
            self.activity,
            self.story.reason,
            page_url=self.stage.page_url,
            ticket_url=self.stage.guests.ticket_url,
        )

    def _schedule(self, slot: Slot) -> None:
        planned = self._times(slot, slot.moved_from or slot.hours)
        seats = [occurrences.Seating(name, capacity) for name, capacity in slot.seats]
        if slot.proposed:
            occurrences.propose_occurrence(self.cast.filer, self.activity, planned, seats)
            return
        code = occurrences.schedule_occurrence(
            self.stage.officer, self.activity, planned, seats, page_url=self.stage.page_url
        )
        self._fill(slot, code, planned)

    def _times(self, slot: Slot, hours: str) -> occurrences.Schedule:
        days = self.stage.days
        starts, ends = days.door_today() if hours == "door" else hours.split("-")
        return occurrences.Schedule(
            starts_at=days.at(slot.day, starts),
            ends_at=days.at(slot.day, ends),
            venue=slot.venue or self.story.venue,
            signup_mode=slot.mode,
            opens_at=days.at(slot.opens, "9:00") if slot.opens else None,
            closes_at=days.at(slot.closes, "17:00") if slot.closes else None,
            party_limit=slot.party_limit,
            waitlist=slot.waitlist,
            walk_in_limit=slot.walk_ins,
        )

    def _fill(self, slot: Slot, code: str, planned: occurrences.Schedule) -> None:
        """Visitors sign up during the last two weeks before the end of sign-up, or before now."""
        timeline = self.stage.timeline
        held = List(self.stage.guests, timeline, slot, code, self.cast.filer, planned.starts_at, planned.ends_at)
        closes = min(planned.closes_at or planned.starts_at, timeline.now)
        if slot.called_off or self.story.ends is PlanStatus.CANCELLED:
            closes -= timedelta(days=7)
        held.fill(max(clock.now() + timedelta(hours=2), closes - timedelta(days=14)), closes)
        if slot.accepted:
            timeline.at(closes, held.review)
        if slot.mode is SignupMode.BALLOT and closes < timeline.now:
            self._draw(code, closes)
        if slot.moved_from:
            timeline.at(timeline.now - timedelta(days=2), partial(self._move, slot, code))
        if slot.called_off:
            timeline.at(timeline.now - timedelta(days=3), partial(self._call_off, slot, code))
        if slot.day == "today":
            timeline.at(timeline.now - timedelta(days=1), partial(self._assign_desk, code))
        doors_open = planned.starts_at - OPENS_BEFORE
        if (slot.came or slot.walked_in) and doors_open + _FIRST_ARRIVALS <= timeline.now:
            timeline.at(doors_open, partial(held.let_in, self.story.answers))

    def _draw(self, code: str, closes: datetime) -> None:
        stage, ticket_url = self.stage, self.stage.guests.ticket_url
        Drawing(stage.timeline, stage.officer, stage.second_officer, ticket_url, stage.ballot_url, code).begin(closes)

    def _move(self, slot: Slot, code: str) -> None:
        occurrences.change_occurrence(
            self.stage.officer,
            code,
            self._times(slot, slot.hours),
            page_url=self.stage.page_url,
            ticket_url=self.stage.guests.ticket_url,
        )

    def _call_off(self, slot: Slot, code: str) -> None:
        occurrences.cancel_occurrence(
            self.stage.officer,
            code,
            slot.called_off,
            page_url=self.stage.page_url,
            ticket_url=self.stage.guests.ticket_url,
        )

    def _assign_desk(self, code: str) -> None:
        door_staff.assign_door_staff(self.cast.filer, code, frozenset({self.stage.desk.user_id}))

    # --- afterwards --------------------------------------------------------------------------------------------------

    def _report(self, report: Report) -> None:
        held_on = self.stage.days.day(self.story.slots[-1].day)
        text = outcomes.OutcomeText(held_on, report.invited, report.public, report.staff, report.text)
        outcomes.file_outcome(self.cast.filer, self.code, 0, text)
        if report.published:
            self._next(1, 15, partial(outcomes.publish_outcome, self.stage.second_officer, self.code, 1))


def _key(chance: Random) -> str:
    return "".join(chance.choice(_KEY_LETTERS) for _ in range(12))
