"""Messages of a change that many people hear of wait in a batch until the office lets them go, or decides otherwise."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday import clock
from openday.db import db
from openday.errors import ChangedByAnother, Forbidden, NotFound, Refused
from openday.models.ledger import AuditEvent, Message, MessageBatch
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.queries.message_batches import batch_page, decided_batches, waiting_batches
from openday.rules.permissions import Actor
from openday.rules.states import SignupMode
from openday.services.ballots import draw_ballot
from openday.services.decisions import decide
from openday.services.message_batches import drop_batch, release_batch
from openday.services.messages import Outcome, claim_messages, mark_outcomes
from openday.services.occurrences import Schedule, cancel_occurrence, change_occurrence
from openday.services.postponements import NewTime, postpone_activity, postpone_occurrence, resume_occurrence
from openday.services.publications import cancel_activity
from openday.services.registration_changes import cancel_registration, serve_waitlists
from tests.factories.activities import page_url, published_activity
from tests.factories.ballots import KNOWN, VALUES, ballot_occurrence, ballot_url, frozen
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.watches import watcher
from tests.support.queries import count_queries
from tests.support.signup import messages_to, sign_up, ticket_url


def list_of_three(house: House, **more: object) -> Occurrence:
    """An occurrence with three on its list, one of them with an e-mail address, and everything sent so far."""
    occurrence = open_occurrence(published_activity(house), **more)  # type: ignore[arg-type]
    sign_up(occurrence, phone="13800000001", email="li@example.org")
    sign_up(occurrence, phone="13800000002")
    sign_up(occurrence, phone="13800000003")
    send_all()
    return occurrence


def send_all() -> int:
    """What a worker would take now."""
    count = 0
    while some := claim_messages(100):
        mark_outcomes([Outcome(one.id) for one in some])
        count += len(some)
    return count


def later(occurrence: Occurrence, days: int = 1) -> Schedule:
    return Schedule(
        occurrence.starts_at + timedelta(days=days),
        occurrence.ends_at + timedelta(days=days),
        "二楼报告厅",
        SignupMode(occurrence.signup_mode),
    )


def move(actor: Actor, occurrence: Occurrence, *, hold: bool = True, days: int = 1) -> int:
    return change_occurrence(
        actor, occurrence.code, later(occurrence, days), page_url=page_url, ticket_url=ticket_url, hold=hold
    )


def in_three_weeks(occurrence: Occurrence) -> NewTime:
    ahead = timedelta(days=21)
    return NewTime(occurrence.starts_at + ahead, occurrence.ends_at + ahead, "一楼大厅")


def the_batch(actor: Actor) -> str:
    db.session.rollback()
    (line,) = waiting_batches(actor, clock.now())
    return line.code


def states() -> list[str]:
    db.session.rollback()
    held = select(Message.status).where(Message.batch_id.is_not(None)).order_by(Message.id)
    return list(db.session.scalars(held))


def acts() -> list[str]:
    return list(
        db.session.scalars(select(AuditEvent.action).where(AuditEvent.record_type == "batch").order_by(AuditEvent.id))
    )


def test_a_held_change_is_public_at_once_and_told_only_after_release(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    occurrence = list_of_three(any_house)
    watcher(occurrence.activity, 2)
    assert move(officer, occurrence) == 3
    assert db.session.get(Occurrence, occurrence.id).venue == "二楼报告厅"  # type: ignore[union-attr]
    assert states() == ["held"] * 5
    with clock.shifted_by(timedelta(hours=3)):
        assert send_all() == 0

    found = batch_page(officer, the_batch(officer), clock.now())
    assert (found.line.cause, found.line.messages, found.changed_since) == ("场次变更", 5, 0)
    assert sum(found.channels.values()) == 5
    assert {sample.kind for sample in found.samples} == {"occurrence.changed", "watch.news"}
    assert "二楼报告厅" in found.samples[0].body
    assert "138****0002" in {one.address for one in found.recipients}
    assert not any("13800000002" in one.address for one in found.recipients)

    with clock.shifted_by(timedelta(hours=3)):
        assert release_batch(any_house.second_officer.actor, found.line.code) == 5
        assert send_all() == 5
    assert acts() == ["batch.hold", "batch.release"]
    assert waiting_batches(officer, clock.now()) == []
    assert [line.status for line in decided_batches(officer, clock.now())] == ["released"]


def test_a_released_message_has_its_whole_time_to_arrive(any_app: Flask, any_house: House) -> None:
    """The 96 hours of attempts begin with the release, not with the change."""
    officer = any_house.officer.actor
    move(officer, list_of_three(any_house))
    code = the_batch(officer)
    with clock.shifted_by(timedelta(days=5)):
        release_batch(officer, code)
        now = clock.now()
    db.session.rollback()
    rows = list(db.session.scalars(select(Message).where(Message.batch_id.is_not(None))))
    assert all(now - row.created_at < timedelta(minutes=1) for row in rows)


def test_dropping_needs_a_reason_and_sends_nothing(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    occurrence = list_of_three(any_house)
    cancel_occurrence(officer, occurrence.code, "停电", page_url=page_url, ticket_url=ticket_url, hold=True)
    code = the_batch(officer)
    with pytest.raises(Refused, match="理由"):
        drop_batch(officer, code, " \u200b ")
    assert states() == ["held"] * 3
    assert drop_batch(officer, code, "已逐一电话通知") == 3
    assert states() == ["dropped"] * 3
    with clock.shifted_by(timedelta(days=1)):
        assert send_all() == 0
    detail = db.session.scalars(select(AuditEvent.detail).where(AuditEvent.action == "batch.drop")).one()
    assert (detail["messages"], detail["reason"]) == (3, "已逐一电话通知")


def test_of_two_officers_at_once_one_decides(any_app: Flask, any_house: House) -> None:
    officers = [any_house.officer.actor, any_house.second_officer.actor]
    move(officers[0], list_of_three(any_house))
    code = the_batch(officers[0])
    results: list[str] = []

    def act(actor: Actor, release: bool) -> None:
        with any_app.app_context():
            try:
                release_batch(actor, code) if release else drop_batch(actor, code, "已电话通知")
                results.append("done")
            except ChangedByAnother as other:
                results.append(other.message)

    threads = [threading.Thread(target=act, args=(actor, n == 0)) for n, actor in enumerate(officers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count("done") == 1
    assert len(set(states())) == 1
    assert any("没有保存" in text for text in results)


def test_individual_sign_ups_never_wait(any_app: Flask, any_house: House) -> None:
    occurrence = list_of_three(any_house)
    move(any_house.officer.actor, occurrence)
    sign_up(occurrence, phone="13800000009")
    (letter,) = messages_to("13800000009")
    assert (letter.status, letter.batch_id) == ("queued", None)


def test_who_gave_the_place_back_meanwhile_is_not_written_to(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    occurrence = open_occurrence(published_activity(any_house))
    one, _two = sign_up(occurrence, phone="13800000001"), sign_up(occurrence, phone="13800000002")
    move(officer, occurrence)
    cancel_registration(one.code, ticket_url=ticket_url)
    assert release_batch(officer, the_batch(officer)) == 1
    assert states() == ["dropped", "queued"]


def test_a_later_change_is_pointed_out(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    occurrence = list_of_three(any_house)
    move(officer, occurrence)
    code = the_batch(officer)
    db.session.expire_all()
    move(officer, occurrence, hold=False, days=3)
    assert batch_page(officer, code, clock.now()).changed_since == 1


def test_a_batch_that_waits_longer_than_a_day_is_flagged(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    move(officer, list_of_three(any_house))
    assert [line.late for line in waiting_batches(officer, clock.now() + timedelta(hours=23))] == [False]
    assert [line.late for line in waiting_batches(officer, clock.now() + timedelta(hours=25))] == [True]


def test_a_change_that_nobody_hears_of_leaves_no_batch(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    assert move(any_house.officer.actor, occurrence) == 0
    assert db.session.scalar(select(MessageBatch.id)) is None


def test_every_change_of_many_can_be_held(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    options = {"page_url": page_url, "ticket_url": ticket_url, "hold": True}
    first, second = list_of_three(any_house), list_of_three(any_house)
    postpone_occurrence(officer, first.code, "设备检修", **options)  # type: ignore[arg-type]
    resume_occurrence(officer, first.code, in_three_weeks(first), **options)  # type: ignore[arg-type]
    postpone_activity(officer, second.activity.code, "设备检修", **options)  # type: ignore[arg-type]
    cancel_activity(officer, second.activity.code, "设备检修", **options)  # type: ignore[arg-type]
    lines = waiting_batches(officer, clock.now())
    assert [(line.cause, line.messages) for line in lines] == [
        ("延期", 3), ("延期后定时间", 3), ("延期", 3), ("活动取消", 3),
    ]  # fmt: skip


def test_decisions_can_be_held_by_the_office_alone(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), signup_mode=SignupMode.REVIEW)
    numbers = [sign_up(occurrence, phone=f"1380000000{n}").number for n in range(3)]
    options = {"accept": True, "reason": "", "ticket_url": ticket_url, "hold": True}
    with pytest.raises(Forbidden):
        decide(any_house.filer.actor, occurrence.code, numbers, **options)  # type: ignore[arg-type]
    assert decide(any_house.officer.actor, occurrence.code, numbers, **options).done == 3  # type: ignore[arg-type]
    (line,) = waiting_batches(any_house.officer.actor, clock.now())
    assert (line.cause, line.messages) == ("审核结果", 3)
    assert states() == ["held"] * 3


def test_nobody_hears_of_a_draw_before_the_batch_is_released(any_app: Flask, any_house: House) -> None:
    """Nor whoever comes up from the reserve at the same moment: they would know more than the others."""
    occurrence = ballot_occurrence(any_house, {"公众": 3})
    codes = [sign_up(occurrence, party_size=size).code for size in (2, 1, 2, 1)]
    code = frozen(any_house, occurrence)
    send_all()
    cancel_registration(codes[0], ticket_url=ticket_url)
    send_all()
    second = any_house.second_officer.actor
    with clock.shifted_by(KNOWN):
        draw_ballot(second, code, VALUES, "王公证", ticket_url=ticket_url, ballot_url=ballot_url, hold=True)
        assert send_all() == 0
        (line,) = waiting_batches(second, clock.now())
        assert line.cause == "摇号结果"
        assert set(states()) == {"held"}
        assert release_batch(second, line.code) == line.messages
        assert send_all() == line.messages


def test_an_offer_after_a_draw_waits_in_no_batch_because_its_clock_runs(any_app: Flask, any_house: House) -> None:
    """Of eight parties that each fill the occurrence one stays; unless it was drawn itself, the seats are for it."""
    occurrence = ballot_occurrence(any_house, {"公众": 2})
    codes = [sign_up(occurrence, party_size=2).code for _ in range(8)]
    code = frozen(any_house, occurrence)
    for gone in codes[1:]:
        cancel_registration(gone, ticket_url=ticket_url)
    db.session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(offer_hours=9))
    db.session.commit()
    with clock.shifted_by(KNOWN):
        second = any_house.second_officer.actor
        draw_ballot(second, code, VALUES, "王公证", ticket_url=ticket_url, ballot_url=ballot_url, hold=True)
        db.session.expire_all()
        drawn = db.session.scalar(select(Registration.status).where(Registration.code == codes[0])) == "confirmed"
        assert serve_waitlists(ticket_url=ticket_url) == (0 if drawn else 1)
        offers = select(Message.status).where(Message.kind == "registration.offered")
        assert db.session.scalars(offers).all() == ([] if drawn else ["queued"])


def test_a_batch_is_out_of_reach_for_everybody_else(any_app: Flask, any_house: House) -> None:
    move(any_house.officer.actor, list_of_three(any_house))
    code = the_batch(any_house.officer.actor)
    for persona in (any_house.far_officer, any_house.filer, any_house.admin, any_house.auditor, any_house.desk):
        with pytest.raises(NotFound):
            batch_page(persona.actor, code, clock.now())
        with pytest.raises(NotFound):
            release_batch(persona.actor, code)
        with pytest.raises(NotFound):
            drop_batch(persona.actor, code, "理由")
        assert waiting_batches(persona.actor, clock.now()) == []
    assert states() == ["held"] * 3


def test_the_pages_ask_no_more_for_many_messages_than_for_few(app: Flask, house: House) -> None:
    officer = house.officer.actor
    occurrence = list_of_three(house)
    move(officer, occurrence)
    code = the_batch(officer)
    with count_queries() as few:
        waiting_batches(officer, clock.now()), batch_page(officer, code, clock.now())
    release_batch(officer, code)
    for n in range(30):
        sign_up(occurrence, phone=f"139000000{n:02d}", email=f"r{n}@example.org" if n % 2 else "")
    db.session.expire_all()
    move(officer, occurrence, days=2)
    code = the_batch(officer)
    with count_queries() as many:
        waiting_batches(officer, clock.now()), batch_page(officer, code, clock.now())
    assert len(many) == len(few)
