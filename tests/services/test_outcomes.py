"""Outcome reports: when they are owed, who files and publishes them, and what two editors do to each other."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.errors import ChangedByAnother, Closed, Conflict, Forbidden, NotFound, Refused
from openday.models.activities import Activity
from openday.models.aftermath import Outcome
from openday.models.ledger import AuditEvent
from openday.models.occurrences import Occurrence
from openday.models.plans import Plan
from openday.queries.outcomes import early_plans, outcome_list, outcome_page, outcomes_owed, published_outcome
from openday.rules.deadlines import Standing
from openday.rules.plan_states import PlanStatus
from openday.rules.states import OccurrenceStatus
from openday.services.outcomes import OutcomeText, file_outcome, publish_outcome
from tests.factories.activities import plan_on_record, published_activity
from tests.factories.occurrences import open_occurrence, put_on_list
from tests.factories.outcomes import held_activity, visitor
from tests.factories.outcomes import outcome as filed_outcome
from tests.factories.people import House, Persona
from tests.support.queries import count_queries


def report(**changes: object) -> OutcomeText:
    today = OutcomeText(held_on=clock.today(), invited=10, public=18, staff=5, text="现场答复提问12个。")
    return replace(today, **changes)  # type: ignore[arg-type]


def plan_code(activity: Activity) -> str:
    return db.session.get_one(Plan, activity.plan_id).code


def stored(activity: Activity) -> Outcome | None:
    db.session.expire_all()
    return db.session.scalar(select(Outcome).where(Outcome.plan_id == activity.plan_id))


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=SHANGHAI)  # type: ignore[arg-type, misc]


@use_case
def hold_between(activity_id: int, start: datetime, end: datetime) -> None:
    db.session.execute(
        update(Occurrence).where(Occurrence.activity_id == activity_id).values(starts_at=start, ends_at=end)
    )


def held_on(house: House, start: datetime, end: datetime) -> Activity:
    activity = published_activity(house, first_day=start.date(), last_day=end.date())
    open_occurrence(activity)
    hold_between(activity.id, start, end)
    return activity


# --- when it is due: 国务院办公厅关于2026年部分节假日安排的通知
# 中秋: 25 to 27 September off. 国庆: 1 to 7 October off; Sunday 20 September and Saturday 10 October are worked.


@pytest.mark.parametrize(
    ("start", "end", "due"),
    [
        # Wednesday 30 September; then 8, 9, 10 (Saturday, worked), 12, 13 October.
        (at(2026, 9, 30, 14), at(2026, 9, 30, 16), date(2026, 10, 13)),
        # Thursday 17 September; then 18, 20 (Sunday, worked), 21, 22, 23.
        (at(2026, 9, 17, 9), at(2026, 9, 17, 11), date(2026, 9, 23)),
        # Tuesday 22 September; then 23, 24, 28, 29, 30: the festival from Friday to Sunday does not count.
        (at(2026, 9, 22, 9), at(2026, 9, 22, 11), date(2026, 9, 30)),
        # In the middle of the holiday, 3 October; then 8, 9, 10, 12, 13.
        (at(2026, 10, 3, 9), at(2026, 10, 3, 11), date(2026, 10, 13)),
        # Over midnight into Thursday 24 September; from there 28, 29, 30, then 8 and 9 October.
        (at(2026, 9, 23, 20), at(2026, 9, 24, 1), date(2026, 10, 9)),
    ],
)
def test_it_is_due_five_working_days_after_the_end(any_house: House, start: datetime, end: datetime, due: date) -> None:
    held_on(any_house, start, end)
    (row,) = outcomes_owed(any_house.filer.actor, at(2026, 10, 6, 12))
    assert row.deadline.due == due
    assert row.last_day == end.date()


def test_the_last_of_several_occurrences_counts_and_cancelled_ones_do_not(any_house: House) -> None:
    activity = published_activity(any_house)
    open_occurrence(activity, starts_in=timedelta(days=-20))
    last = open_occurrence(activity, starts_in=timedelta(days=-5))
    open_occurrence(activity, starts_in=timedelta(days=5), status=OccurrenceStatus.CANCELLED)
    (row,) = outcomes_owed(any_house.filer.actor, clock.now())
    assert row.last_day == last.ends_at.date()


def test_nothing_is_owed_while_an_occurrence_is_still_to_come(any_house: House) -> None:
    activity = published_activity(any_house)
    open_occurrence(activity, starts_in=timedelta(days=-20))
    open_occurrence(activity, starts_in=timedelta(days=1))
    assert outcomes_owed(any_house.filer.actor, clock.now()) == ()
    assert early_plans(any_house.filer.actor, clock.now()) == ((plan_code(activity), activity.theme),)


def test_a_vague_activity_is_over_with_its_period(any_house: House) -> None:
    yesterday = clock.today() - timedelta(days=1)
    published_activity(any_house, first_day=yesterday - timedelta(days=9), last_day=yesterday)
    published_activity(any_house, first_day=clock.today(), last_day=clock.today(), theme="今天还在开展")
    (row,) = outcomes_owed(any_house.filer.actor, clock.now())
    assert row.last_day == yesterday


def test_the_standing_is_said_in_words(any_house: House) -> None:
    held_on(any_house, at(2026, 9, 30, 14), at(2026, 9, 30, 16))

    def label(*moment: int) -> tuple[Standing, str]:
        (row,) = outcomes_owed(any_house.filer.actor, at(*moment))
        return row.deadline.standing, row.deadline.label

    assert label(2026, 10, 8, 9) == (Standing.ON_TIME, "还有4个工作日")
    assert label(2026, 10, 10, 9) == (Standing.DUE_SOON, "还有2个工作日")
    assert label(2026, 10, 13, 23, 59) == (Standing.DUE_TODAY, "今天到期")
    assert label(2026, 10, 15, 0) == (Standing.OVERDUE, "已逾期2个工作日")


def test_who_owes_is_seen_by_the_agency_and_its_office_alone(any_house: House) -> None:
    held_activity(any_house)
    now = clock.now()

    def owed(who: Persona) -> int:
        return len(outcomes_owed(who.actor, now))

    assert [owed(any_house.filer), owed(any_house.reviewer), owed(any_house.officer), owed(any_house.auditor)] == [
        1
    ] * 4
    assert [owed(any_house.other_filer), owed(any_house.far_officer), owed(any_house.desk)] == [0] * 3


# --- filing ----------------------------------------------------------------------------------------------------------


def test_a_filed_report_is_owed_no_more_and_keeps_whether_it_was_late(any_house: House) -> None:
    activity, _ = held_activity(any_house, days_ago=30)
    filer = any_house.filer.actor
    file_outcome(filer, plan_code(activity), 0, report())
    assert outcomes_owed(filer, clock.now()) == ()
    (line,) = outcome_list(filer).lines
    assert (line.people, line.late) == (33, True)
    page = outcome_page(filer, plan_code(activity), clock.now())
    assert page.deadline is None
    assert db.session.scalars(select(AuditEvent.action)).all() == ["outcome.file"]


def test_in_time_is_not_late(any_house: House) -> None:
    activity, _ = held_activity(any_house, days_ago=1)
    file_outcome(any_house.filer.actor, plan_code(activity), 0, report())
    assert not outcome_list(any_house.filer.actor).lines[0].late


def test_a_plan_that_was_never_published_may_report_once_its_time_has_begun(any_house: House) -> None:
    today = clock.today()
    held = plan_on_record(any_house, first_day=today - timedelta(days=3), last_day=today - timedelta(days=3))
    coming = plan_on_record(any_house, first_day=today + timedelta(days=3), last_day=today + timedelta(days=3))
    filer = any_house.filer.actor
    assert [code for code, _ in early_plans(filer, clock.now())] == [held.code]
    file_outcome(filer, held.code, 0, report())
    with pytest.raises(Closed, match="活动尚未开展"):
        file_outcome(filer, coming.code, 0, report())


@use_case
def put_into(plan_id: int, status: PlanStatus) -> None:
    db.session.get_one(Plan, plan_id).status = status.value


@pytest.mark.parametrize("status", [PlanStatus.DRAFT, PlanStatus.OFFICE_REVIEW, PlanStatus.CANCELLED])
def test_a_plan_in_another_state_reports_nothing(any_house: House, status: PlanStatus) -> None:
    activity, _ = held_activity(any_house)
    put_into(activity.plan_id, status)
    with pytest.raises(Closed):
        file_outcome(any_house.filer.actor, plan_code(activity), 0, report())
    assert outcomes_owed(any_house.filer.actor, clock.now()) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"held_on": date(2199, 1, 1)}, "held_on"),
        ({"held_on": date(1999, 1, 1)}, "held_on"),
        ({"invited": -1}, "invited"),
        ({"public": 100_001}, "public"),
        ({"text": " \u3000\u200b"}, "text"),
        ({"text": "水" * 5_001}, "text"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(any_house: House, changes: dict[str, object], field: str) -> None:
    activity, _ = held_activity(any_house)
    with pytest.raises(Refused) as refused:
        file_outcome(any_house.filer.actor, plan_code(activity), 0, report(**changes))
    assert refused.value.field == field
    assert stored(activity) is None


def test_the_second_editor_is_told_and_the_same_form_twice_is_harmless(any_house: House) -> None:
    activity, _ = held_activity(any_house)
    code, filer = plan_code(activity), any_house.filer.actor
    file_outcome(filer, code, 0, report())
    file_outcome(filer, code, 0, report())
    with pytest.raises(ChangedByAnother):
        file_outcome(filer, code, 0, report(text="另一份"))
    file_outcome(filer, code, 1, report(text="补充一句。"))
    kept = stored(activity)
    assert kept is not None
    assert (kept.text, kept.version) == ("补充一句。", 2)


def test_the_form_knows_how_many_came(any_house: House) -> None:
    activity, occurrence = held_activity(any_house)
    visitor(occurrence, people=4, came=3)
    visitor(occurrence, people=2)
    put_on_list(occurrence, party_size=5)
    assert outcome_page(any_house.filer.actor, plan_code(activity), clock.now()).attended == 5


# --- publishing ------------------------------------------------------------------------------------------------------


def test_the_office_publishes_and_then_nothing_changes(any_house: House) -> None:
    activity, _ = held_activity(any_house)
    code = plan_code(activity)
    file_outcome(any_house.filer.actor, code, 0, report())
    assert published_outcome(activity.id) is None
    publish_outcome(any_house.officer.actor, code, 1)
    shown = published_outcome(activity.id)
    assert shown is not None
    assert (shown.people, shown.text, shown.late) == (33, "现场答复提问12个。", False)
    with pytest.raises(Closed, match="已经公开"):
        file_outcome(any_house.filer.actor, code, 1, report(text="改"))
    with pytest.raises(Conflict, match="已经公开"):
        publish_outcome(any_house.second_officer.actor, code, 1)


def test_an_officer_publishes_what_they_read(any_house: House) -> None:
    activity, _ = held_activity(any_house)
    code = plan_code(activity)
    file_outcome(any_house.filer.actor, code, 0, report())
    file_outcome(any_house.filer.actor, code, 1, report(text="后来改的。"))
    with pytest.raises(ChangedByAnother, match="填报单位修改了开展情况"):
        publish_outcome(any_house.officer.actor, code, 1)
    assert published_outcome(activity.id) is None


def test_nobody_publishes_their_own_report(any_house: House) -> None:
    activity, _ = held_activity(any_house)
    filed_outcome(activity, any_house.officer)
    with pytest.raises(Forbidden, match="须由他人公开"):
        publish_outcome(any_house.officer.actor, plan_code(activity), 1)
    publish_outcome(any_house.second_officer.actor, plan_code(activity), 1)


def test_a_report_that_nobody_filed_cannot_be_published(any_house: House) -> None:
    activity, _ = held_activity(any_house)
    with pytest.raises(NotFound):
        publish_outcome(any_house.officer.actor, plan_code(activity), 0)


@pytest.mark.parametrize(
    ("who", "error"),
    [
        ("reviewer", Forbidden),
        ("officer", Forbidden),
        ("auditor", Forbidden),
        ("other_filer", NotFound),
        ("desk", NotFound),
    ],
)
def test_only_the_agencys_filer_files(any_house: House, who: str, error: type[Exception]) -> None:
    activity, _ = held_activity(any_house)
    with pytest.raises(error):
        file_outcome(getattr(any_house, who).actor, plan_code(activity), 0, report())
    assert stored(activity) is None


@pytest.mark.parametrize(
    ("who", "error"),
    [("filer", Forbidden), ("reviewer", Forbidden), ("admin", Forbidden), ("far_officer", NotFound)],
)
def test_only_the_office_of_the_district_publishes(any_house: House, who: str, error: type[Exception]) -> None:
    activity, _ = held_activity(any_house)
    filed_outcome(activity, any_house.filer)
    with pytest.raises(error):
        publish_outcome(getattr(any_house, who).actor, plan_code(activity), 1)


def test_the_lists_ask_no_more_for_thirty_rows_than_for_one(house: House) -> None:
    officer = house.officer.actor

    def asked() -> int:
        db.session.remove()
        with count_queries() as statements:
            outcomes_owed(officer, clock.now())
            outcome_list(officer)
        return len(statements)

    def add(number: int) -> None:
        held_activity(house, theme=f"待报{number}")
        filed_outcome(held_activity(house, theme=f"已报{number}")[0], house.filer)

    add(0)
    few = asked()
    for number in range(1, 30):
        add(number)
    assert asked() == few
