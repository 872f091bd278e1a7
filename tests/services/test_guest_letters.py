"""Reminders before an occurrence and the question how it was afterwards: everybody concerned once, nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from openday import clock, jobs
from openday.db import db, session, use_case
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.quiet_hours import QuietHours
from openday.rules.reminders import REMINDER, SURVEY
from openday.services.guest_letters import ask_how_it_was, remind_guests
from openday.services.occurrences import cancel_occurrence
from openday.services.postponements import NewTime, postpone_occurrence, resume_occurrence
from openday.services.registration_changes import cancel_registration
from openday.services.surveys import Answer, answer_survey
from tests.factories.activities import page_url, published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.mail import MailServer
from tests.support.signup import sign_up, ticket_url

DAY = timedelta(days=1)


def occasion(house: House, *, hours: int | None = 24, capacity: int = 10) -> Occurrence:
    """An occurrence in a week, of which people are reminded so many hours before."""
    occurrence = open_occurrence(published_activity(house), capacity=capacity, starts_in=7 * DAY)
    _set(occurrence, reminder_hours=hours)
    return occurrence


@use_case
def _set(occurrence: Occurrence, **values: object) -> None:
    db.session.execute(update(Occurrence).where(Occurrence.id == occurrence.id).values(**values))


@use_case
def came(code: str) -> None:
    db.session.execute(update(Registration).where(Registration.code == code).values(attended=1))


def remind(quiet: QuietHours | None = None) -> int:
    return remind_guests(ticket_url=ticket_url, quiet=quiet)


def ask() -> int:
    return ask_how_it_was(ticket_url=ticket_url, page_url=page_url, quiet=None)


def told(kind: str) -> list[str]:
    """To whom messages of this kind were written, in order."""
    session().expire_all()
    rows = session().scalars(select(Message).where(Message.kind == kind).order_by(Message.id))
    return [row.recipient or "" for row in rows]


@contextmanager
def before_start(occurrence: Occurrence, ahead: timedelta) -> Iterator[None]:
    """The clock stands that far before the start (after it, if negative)."""
    with clock.shifted_by(occurrence.starts_at - ahead - clock.now()):
        yield


# --- reminders -------------------------------------------------------------------------------------------------------


def test_everybody_with_a_seat_is_reminded_once_when_the_hour_has_come(any_house: House) -> None:
    occurrence = occasion(any_house)
    sign_up(occurrence, phone="13800001111")
    sign_up(occurrence, email="li@example.org")
    with before_start(occurrence, timedelta(hours=24, minutes=1)):
        assert remind() == 0
    with before_start(occurrence, timedelta(hours=23, minutes=59)):
        assert remind() == 2
        assert remind() == 0
    assert told(REMINDER) == ["13800001111", "li@example.org"]


def test_a_reminder_says_when_where_and_leads_to_the_ticket(house: House) -> None:
    occurrence = occasion(house)
    done = sign_up(occurrence, phone="13800001111", party_size=3)
    with before_start(occurrence, timedelta(hours=2)):
        remind()
    body = session().scalars(select(Message.body).where(Message.kind == REMINDER)).one() or ""
    assert ticket_url(done.code) in body
    assert occurrence.venue in body
    assert done.number in body
    assert f"{occurrence.starts_at:%H:%M}" in body


def test_who_waits_or_has_cancelled_is_not_reminded(any_house: House) -> None:
    occurrence = occasion(any_house, capacity=1)
    gone = sign_up(occurrence, phone="13800001111")
    cancel_registration(gone.code, ticket_url=ticket_url)
    sign_up(occurrence, phone="13800002222")
    sign_up(occurrence, phone="13800003333")
    with before_start(occurrence, timedelta(hours=2)):
        remind()
    assert told(REMINDER) == ["13800002222"]


def test_who_gets_in_later_is_reminded_too_but_not_right_after_the_confirmation(any_house: House) -> None:
    occurrence = occasion(any_house)
    sign_up(occurrence, phone="13800001111")
    with before_start(occurrence, timedelta(hours=10)):
        remind()
        sign_up(occurrence, phone="13800002222")
        assert remind() == 0
    with before_start(occurrence, timedelta(hours=8, minutes=59)):
        assert remind() == 1
    assert told(REMINDER) == ["13800001111", "13800002222"]


def test_without_a_setting_nobody_is_reminded(any_house: House) -> None:
    occurrence = occasion(any_house, hours=None)
    sign_up(occurrence)
    with before_start(occurrence, timedelta(hours=1)):
        assert remind() == 0


@pytest.mark.parametrize("what", ["cancelled", "postponed"])
def test_nobody_is_reminded_of_what_does_not_take_place(any_house: House, what: str) -> None:
    occurrence = occasion(any_house)
    sign_up(occurrence)
    change = cancel_occurrence if what == "cancelled" else postpone_occurrence
    change(any_house.officer.actor, occurrence.code, "场馆检修", page_url=page_url, ticket_url=ticket_url)
    with before_start(occurrence, timedelta(hours=2)):
        assert remind() == 0


def test_after_the_start_it_is_too_late(any_house: House) -> None:
    occurrence = occasion(any_house)
    sign_up(occurrence)
    with before_start(occurrence, -timedelta(minutes=1)):
        assert remind() == 0


def test_a_reminder_that_could_not_go_out_in_time_does_not_go_after_a_cancellation(app: Flask, house: House) -> None:
    occurrence = occasion(house)
    sign_up(occurrence, email="li@example.org")
    with MailServer() as mail, before_start(occurrence, timedelta(hours=20)):
        ways = jobs.senders(mail.url, "", "openday@example.org")
        jobs.send_messages(ways)
        remind()
        cancel_occurrence(house.officer.actor, occurrence.code, "检修", page_url=page_url, ticket_url=ticket_url)
        while jobs.send_messages(ways):
            pass
        subjects = [str(one.message["Subject"]) for one in mail.to("li@example.org")]
    assert len(subjects) == 2
    assert not any("提醒" in subject for subject in subjects)
    assert session().scalars(select(Message.status).where(Message.kind == REMINDER)).all() == ["dropped"]


def test_a_new_time_is_reminded_of_again(any_house: House) -> None:
    occurrence = occasion(any_house)
    sign_up(occurrence, phone="13800001111")
    with before_start(occurrence, timedelta(hours=20)):
        remind()
        office = {"page_url": page_url, "ticket_url": ticket_url}
        postpone_occurrence(any_house.officer.actor, occurrence.code, "检修", **office)
        start = occurrence.starts_at + 10 * DAY
        resume_occurrence(any_house.officer.actor, occurrence.code, NewTime(start, start + DAY / 24, "大厅"), **office)
        assert remind() == 0
    with clock.shifted_by(start - timedelta(hours=23) - clock.now()):
        assert remind() == 1
    assert told(REMINDER) == ["13800001111"] * 2


def test_the_reminder_of_an_old_time_does_not_go_out_any_more(house: House) -> None:
    occurrence = occasion(house)
    sign_up(occurrence, phone="13800001111")
    with before_start(occurrence, timedelta(hours=20)):
        remind()
        office = {"page_url": page_url, "ticket_url": ticket_url}
        postpone_occurrence(house.officer.actor, occurrence.code, "检修", **office)
        start = occurrence.starts_at + 10 * DAY
        resume_occurrence(house.officer.actor, occurrence.code, NewTime(start, start + DAY / 24, "大厅"), **office)
    assert session().scalars(select(Message.status).where(Message.kind == REMINDER)).all() == ["dropped"]


def test_nobody_is_reminded_in_the_night(house: House) -> None:
    occurrence = occasion(house)
    start = (clock.now() + 7 * DAY).replace(hour=14, minute=0, second=0, microsecond=0)
    _set(occurrence, starts_at=start, ends_at=start + timedelta(hours=2), reminder_hours=12)
    sign_up(occurrence)
    night = QuietHours(22, 8)
    with clock.shifted_by(start.replace(hour=3) - clock.now()):
        assert remind(night) == 0
    with clock.shifted_by(start.replace(hour=8, minute=1) - clock.now()):
        assert remind(night) == 1


# --- how it was ------------------------------------------------------------------------------------------------------


def test_whoever_came_is_asked_once_and_nobody_else(any_house: House) -> None:
    occurrence = occasion(any_house)
    here = sign_up(occurrence, phone="13800001111")
    sign_up(occurrence, phone="13800002222")
    came(here.code)
    with clock.shifted_by(occurrence.ends_at - clock.now() + timedelta(minutes=59)):
        assert ask() == 0
    with clock.shifted_by(occurrence.ends_at - clock.now() + timedelta(minutes=61)):
        assert ask() == 1
        assert ask() == 0
    assert told(SURVEY) == ["13800001111"]
    body = session().scalars(select(Message.body).where(Message.kind == SURVEY)).one() or ""
    assert f"{ticket_url(here.code)}/survey" in body


def test_who_has_answered_already_is_not_asked(any_house: House) -> None:
    occurrence = occasion(any_house)
    here = sign_up(occurrence, phone="13800001111")
    came(here.code)
    with clock.shifted_by(occurrence.ends_at - clock.now() + timedelta(hours=2)):
        answer_survey(here.code, Answer(overall=5, clarity=4))
        assert ask() == 0


def test_days_later_nobody_is_asked_any_more(any_house: House) -> None:
    occurrence = occasion(any_house)
    here = sign_up(occurrence)
    came(here.code)
    with clock.shifted_by(occurrence.ends_at - clock.now() + 4 * DAY):
        assert ask() == 0


def test_a_pass_of_the_jobs_reminds_and_asks(app: Flask, house: House) -> None:
    occurrence = occasion(house)
    here = sign_up(occurrence, email="li@example.org")
    with before_start(occurrence, timedelta(hours=2)):
        jobs.run_due(app.config["SETTINGS"])
    came(here.code)
    with clock.shifted_by(occurrence.ends_at - clock.now() + timedelta(hours=3)):
        jobs.run_due(app.config["SETTINGS"])
    assert told(REMINDER) == told(SURVEY) == ["li@example.org"]


def test_the_letters_name_the_time_in_shanghai(house: House) -> None:
    occurrence = occasion(house)
    sign_up(occurrence, language="en", email="smith@example.org")
    with before_start(occurrence, timedelta(hours=2)):
        remind()
    subject, body = session().execute(select(Message.subject, Message.body).where(Message.kind == REMINDER)).one()
    assert subject.startswith("Reminder: ")
    assert f"{occurrence.starts_at:%H:%M}" in body
    assert datetime.strftime(occurrence.starts_at, "%B %Y") in body
