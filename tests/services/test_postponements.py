"""Put off without a new time: nobody loses a place, nobody signs up or is let in, everybody is told, twice."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import vobject
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.documents.calendar_feed import feed_bytes
from openday.errors import ChangedByAnother, Closed, Conflict, NotFound, Refused
from openday.models.activities import Activity, ActivityChange
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.coverage import last_ends
from openday.queries.door import door_at
from openday.queries.outcomes import outcomes_owed
from openday.queries.registrations import signup_sheet, ticket
from openday.queries.waitlists import occurrences_with_someone_to_serve
from openday.rules.permissions import Right
from openday.rules.states import RegistrationStatus, SignupMode
from openday.services.occurrences import cancel_occurrence
from openday.services.postponements import NewTime, postpone_activity, postpone_occurrence, resume_occurrence
from openday.services.publications import cancel_activity
from openday.services.registration_changes import cancel_registration, change_party
from openday.services.registrations import SignUp, register
from openday.services.retention import forget_persons
from tests.factories.activities import page_url, published_activity, ticket_url
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list

WHY = "场馆设备检修"


def put_off(house: House, occurrence: Occurrence) -> int:
    return postpone_occurrence(house.officer.actor, occurrence.code, WHY, page_url=page_url, ticket_url=ticket_url)


def later(days: int = 40) -> NewTime:
    start = (clock.now() + timedelta(days=days)).replace(hour=9, minute=0, second=0, microsecond=0)
    return NewTime(start, start + timedelta(hours=2), "二楼报告厅")


def resume(house: House, occurrence: Occurrence, seen: int | None = None) -> int:
    return resume_occurrence(
        house.officer.actor, occurrence.code, later(), page_url=page_url, ticket_url=ticket_url, seen=seen
    )


def stored(occurrence: Occurrence) -> Occurrence:
    db.session.expire_all()
    return db.session.get_one(Occurrence, occurrence.id)


def letters(kind: str) -> list[str]:
    return [str(body) for body in db.session.scalars(select(Message.body).where(Message.kind == kind))]


def event_of(activity: Activity) -> vobject.base.Component:
    db.session.expire_all()
    kept = db.session.get_one(Activity, activity.id).event_bytes
    return vobject.readOne(feed_bytes("全部活动", [kept]).decode()).vevent


def changes(activity: Activity) -> list[tuple[str, str]]:
    lines = select(ActivityChange.kind, ActivityChange.text).where(ActivityChange.activity_id == activity.id)
    return [(kind, text) for kind, text in db.session.execute(lines.order_by(ActivityChange.id))]


def test_everybody_on_the_list_keeps_their_place_and_is_told_why(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity, capacity=2)
    party_on_list(occurrence, party_size=2)
    party_on_list(occurrence, status=RegistrationStatus.WAITLISTED)
    assert put_off(any_house, occurrence) == 2
    found = stored(occurrence)
    assert (found.status, found.cancel_reason, found.quotas[0].taken) == ("postponed", WHY, 2)
    assert all("延期" in body and WHY in body for body in letters("occurrence.postponed"))
    assert len(letters("occurrence.postponed")) == 2
    kind, text = changes(activity)[-1]
    assert (kind, text.startswith("第1场（原定"), text.endswith(f"延期，新的时间另行通知。原因：{WHY}")) == (
        "postponed", True, True,
    )  # fmt: skip
    acts = select(AuditEvent.action).where(AuditEvent.action == "occurrence.postpone")
    assert list(db.session.scalars(acts)) == ["occurrence.postpone"]


def test_calendars_take_it_out_and_bring_it_back_under_the_same_uid(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity)
    before = event_of(activity)
    put_off(any_house, occurrence)
    off = event_of(activity)
    assert (off.uid.value, off.status.value) == (before.uid.value, "CANCELLED")
    assert int(off.sequence.value) == int(before.sequence.value) + 1
    assert "延期" in off.summary.value
    resume(any_house, occurrence)
    back = event_of(activity)
    assert (back.uid.value, back.status.value) == (before.uid.value, "CONFIRMED")
    assert int(back.sequence.value) == int(off.sequence.value) + 1
    assert back.dtstart.value == later().starts_at


def test_the_new_time_opens_sign_up_again_and_tells_everybody(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity)
    held = party_on_list(occurrence)
    put_off(any_house, occurrence)
    assert db.session.get_one(Activity, activity.id).postpone_reason == WHY
    assert resume(any_house, occurrence) == 1
    found = stored(occurrence)
    assert (found.status, found.cancel_reason, found.venue) == ("scheduled", "", "二楼报告厅")
    assert db.session.get_one(Activity, activity.id).postpone_reason == ""
    [letter] = letters("occurrence.resumed")
    assert "二楼报告厅" in letter
    assert ticket(held.code).state == "confirmed"
    assert signup_sheet(occurrence.code).state(clock.now()) == "open"
    assert changes(activity)[-1][0] == "firmed_up"


def test_while_it_is_put_off_nobody_signs_up_and_nobody_is_let_in(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), starts_in=timedelta(hours=1))
    put_off(any_house, occurrence)
    assert signup_sheet(occurrence.code).state(clock.now()) == "postponed"
    wish = SignUp("何文", "13800000000", 1, consent=True, key="a-key-of-its-own")
    with pytest.raises(Closed, match="延期"):
        register(occurrence.code, wish, ticket_url=ticket_url)
    door = door_at(any_house.filer.actor, occurrence.code, Right.CHECK_IN)
    assert "延期" in door.closed(clock.now())


def test_a_place_may_be_given_back_at_any_time_and_goes_to_nobody_before_the_new_time(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1, starts_in=timedelta(hours=1))
    first = party_on_list(occurrence)
    second = party_on_list(occurrence, status=RegistrationStatus.WAITLISTED)
    put_off(any_house, occurrence)
    assert ticket(first.code).state == "postponed"
    with clock.shifted_by(timedelta(days=3)):
        assert ticket(first.code).cancellable(clock.now())
        with pytest.raises(Closed, match="延期"):
            change_party(first.code, 2, ticket_url=ticket_url)
        cancel_registration(first.code, ticket_url=ticket_url)
        assert occurrences_with_someone_to_serve(clock.now()) == []
    db.session.expire_all()
    assert db.session.get_one(Registration, second.id).status == "waitlisted"
    resume(any_house, occurrence)
    assert occurrences_with_someone_to_serve(clock.now()) == [occurrence.id]


def test_an_activity_is_put_off_with_all_that_is_to_come(any_house: House) -> None:
    activity = published_activity(any_house)
    rows = [open_occurrence(activity, starts_in=timedelta(days=days)) for days in (7, 8)]
    party_on_list(rows[0]), party_on_list(rows[1])
    assert postpone_activity(any_house.officer.actor, activity.code, WHY, page_url=page_url, ticket_url=ticket_url) == 2
    assert [stored(row).status for row in rows] == ["postponed", "postponed"]
    assert db.session.get_one(Activity, activity.id).postpone_reason == WHY
    with pytest.raises(Conflict):
        postpone_activity(any_house.officer.actor, activity.code, WHY, page_url=page_url, ticket_url=ticket_url)


def test_a_vague_activity_is_put_off_as_it_is(house: House) -> None:
    activity = published_activity(house)
    assert postpone_activity(house.officer.actor, activity.code, WHY, page_url=page_url, ticket_url=ticket_url) == 0
    assert changes(activity)[-1] == ("postponed", f"活动延期，新的时间另行通知。原因：{WHY}")
    assert db.session.get_one(Activity, activity.id).postpone_reason == WHY


def test_one_of_two_put_off_leaves_the_activity_on_its_way(house: House) -> None:
    activity = published_activity(house)
    first, _ = open_occurrence(activity), open_occurrence(activity, starts_in=timedelta(days=9))
    put_off(house, first)
    assert db.session.get_one(Activity, activity.id).postpone_reason == ""


def test_what_was_put_off_owes_no_outcome_and_keeps_its_list_past_the_old_day(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity, starts_in=timedelta(days=2))
    held = party_on_list(occurrence, name="何文")
    put_off(any_house, occurrence)
    with clock.shifted_by(timedelta(days=100)):
        assert outcomes_owed(any_house.officer.actor, clock.now()) == ()
        forget_persons(30)
        db.session.expire_all()
        assert db.session.get_one(Registration, held.id).name == "何文"
    with clock.shifted_by(timedelta(days=400)):
        forget_persons(30)
    db.session.expire_all()
    assert db.session.get_one(Registration, held.id).name is None
    assert db.session.execute(select(last_ends())).all() == []


def test_what_was_put_off_may_be_cancelled_after_all(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), starts_in=timedelta(days=2))
    party_on_list(occurrence)
    put_off(any_house, occurrence)
    with clock.shifted_by(timedelta(days=5)):
        told = cancel_occurrence(
            any_house.officer.actor, occurrence.code, "场馆停用", page_url=page_url, ticket_url=ticket_url
        )
    assert (told, stored(occurrence).status) == (1, "cancelled")
    assert db.session.get_one(Activity, stored(occurrence).activity_id).postpone_reason == ""


def test_a_whole_activity_may_be_cancelled_while_it_is_put_off(any_house: House) -> None:
    activity = published_activity(any_house)
    occurrence = open_occurrence(activity, starts_in=timedelta(days=2))
    put_off(any_house, occurrence)
    with clock.shifted_by(timedelta(days=5)):
        cancel_activity(any_house.officer.actor, activity.code, "场馆停用", page_url=page_url, ticket_url=ticket_url)
    assert stored(occurrence).status == "cancelled"


def test_what_cannot_be_put_off_is_refused(house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    with pytest.raises(Refused):
        postpone_occurrence(house.officer.actor, occurrence.code, " ", page_url=page_url, ticket_url=ticket_url)
    with pytest.raises(NotFound):
        postpone_occurrence(house.far_officer.actor, occurrence.code, WHY, page_url=page_url, ticket_url=ticket_url)
    with pytest.raises(Conflict):
        resume(house, occurrence)
    put_off(house, occurrence)
    with pytest.raises(Conflict):
        put_off(house, occurrence)


def test_of_two_new_times_one_wins(house: House) -> None:
    activity = published_activity(house)
    occurrence = open_occurrence(activity)
    put_off(house, occurrence)
    seen = db.session.get_one(Activity, activity.id).sequence
    with pytest.raises(ChangedByAnother):
        resume(house, occurrence, seen=seen - 1)
    resume(house, occurrence, seen=seen)
    with pytest.raises(Conflict):
        resume(house, occurrence, seen=seen)


def test_a_new_time_in_the_past_is_refused_at_its_field(house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    put_off(house, occurrence)
    past = NewTime(
        datetime(2020, 1, 1, 9, tzinfo=clock.SHANGHAI), datetime(2020, 1, 1, 10, tzinfo=clock.SHANGHAI), "馆"
    )
    with pytest.raises(Refused) as refused:
        resume_occurrence(house.officer.actor, occurrence.code, past, page_url=page_url, ticket_url=ticket_url)
    assert refused.value.field == "starts_at"


def test_what_is_drawn_by_lot_gets_an_end_of_sign_up_with_its_new_time(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=SignupMode.BALLOT)
    put_off(house, occurrence)
    with pytest.raises(Refused) as refused:
        resume(house, occurrence)
    assert refused.value.field == "closes_at"
    time = replace(later(), closes_at=later().starts_at - timedelta(days=3))
    resume_occurrence(house.officer.actor, occurrence.code, time, page_url=page_url, ticket_url=ticket_url)
    assert stored(occurrence).closes_at == time.closes_at
