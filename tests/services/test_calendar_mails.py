"""What people get by mail about their seats: one event in their calendar that follows whatever happens to it."""

from datetime import timedelta
from typing import Any

import pytest
import vobject
from flask import Flask
from sqlalchemy import select

from openday import clock, jobs
from openday.db import session
from openday.delivery.senders import Smtp
from openday.models.ledger import Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Registration
from openday.rules.calendar_invites import uid_of
from openday.rules.states import SignupMode
from openday.services.occurrences import Schedule, cancel_occurrence, change_occurrence
from openday.services.postponements import NewTime, postpone_occurrence, resume_occurrence
from openday.services.registration_changes import cancel_registration, change_party
from tests.factories.activities import page_url, published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.mail import Delivery, MailServer
from tests.support.signup import sign_up, ticket_url

ADDRESS = "li.wei@example.org"
OFFICE = {"page_url": page_url, "ticket_url": ticket_url}


def delivered(address: str = ADDRESS) -> list[Delivery]:
    """Everything in the outbox goes out to a real server; what arrived for one address, oldest first."""
    with MailServer() as mail:
        way = Smtp(mail.url, "openday@example.gov.cn")
        while jobs.send_messages({"email": way, "sms": way}):
            pass
        return mail.to(address)


def calendar(delivery: Delivery) -> Any:
    """The one calendar object of a mail, its method the same in the header and in the body."""
    (part,) = delivery.calendars
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    assert data.count(b"\n") == data.count(b"\r\n")
    read = vobject.readOne(data.decode())
    assert part.get_param("method") == read.method.value
    return read


def steps(deliveries: list[Delivery]) -> list[tuple[str, str, str]]:
    """Method, SEQUENCE and status of each mail that has a calendar."""
    found = [calendar(one) for one in deliveries if one.calendars]
    assert len({each.vevent.uid.value for each in found}) == 1
    return [(each.method.value, each.vevent.sequence.value, each.vevent.status.value) for each in found]


def moved(occurrence: Occurrence, days: int = 1, venue: str = "二楼报告厅") -> Schedule:
    start = occurrence.starts_at + timedelta(days=days)
    return Schedule(start, start + timedelta(hours=2), venue, SignupMode(occurrence.signup_mode))


def test_a_confirmation_brings_the_event_beside_the_text_and_as_a_file(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    done = sign_up(occurrence, email=ADDRESS)
    (mail,) = delivered()
    assert ticket_url(done.code) in mail.text
    event = calendar(mail).vevent
    assert event.uid.value == uid_of(done.code)
    assert event.dtstart.value == occurrence.starts_at
    assert event.organizer.value == "mailto:openday@example.gov.cn"
    assert [each.value for each in event.contents["attendee"]] == [f"mailto:{ADDRESS}"]
    kinds = [part.get_content_type() for part in mail.message.walk()]
    assert kinds == ["multipart/mixed", "multipart/alternative", "text/plain", "text/calendar", "application/ics"]
    (file,) = mail.message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("invite.ics", mail.calendars[0].get_payload(decode=True))


def test_the_event_follows_the_occurrence_through_everything(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    sign_up(occurrence, email=ADDRESS)
    actor = any_house.officer.actor
    change_occurrence(actor, occurrence.code, moved(occurrence), **OFFICE)
    postpone_occurrence(actor, occurrence.code, "检修", **OFFICE)
    start = clock.now() + timedelta(days=40)
    resume_occurrence(actor, occurrence.code, NewTime(start, start + timedelta(hours=2), "大厅"), **OFFICE)
    cancel_occurrence(actor, occurrence.code, "台风", **OFFICE)
    mails = delivered()
    assert steps(mails) == [
        ("REQUEST", "0", "CONFIRMED"),
        ("REQUEST", "1", "CONFIRMED"),
        ("CANCEL", "2", "CANCELLED"),
        ("REQUEST", "3", "CONFIRMED"),
        ("CANCEL", "4", "CANCELLED"),
    ]
    assert calendar(mails[1]).vevent.location.value == "二楼报告厅"
    assert calendar(mails[3]).vevent.dtstart.value == start.replace(microsecond=0)


def test_giving_the_place_back_takes_the_event_out_again(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    done = sign_up(occurrence, email=ADDRESS)
    cancel_registration(done.code, ticket_url=ticket_url)
    assert steps(delivered()) == [("REQUEST", "0", "CONFIRMED"), ("CANCEL", "1", "CANCELLED")]


def test_who_waits_gets_the_event_with_the_seat_and_not_before(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1)
    first = sign_up(occurrence)
    sign_up(occurrence, email=ADDRESS)
    change_occurrence(any_house.officer.actor, occurrence.code, moved(occurrence), **OFFICE)
    cancel_registration(first.code, ticket_url=ticket_url)
    mails = delivered()
    assert [bool(one.calendars) for one in mails] == [False, False, True]
    assert steps(mails) == [("REQUEST", "0", "CONFIRMED")]


def test_who_never_had_a_seat_has_nothing_to_take_out(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1)
    sign_up(occurrence)
    sign_up(occurrence, email=ADDRESS)
    cancel_occurrence(any_house.officer.actor, occurrence.code, "台风", **OFFICE)
    assert [bool(one.calendars) for one in delivered()] == [False, False]


def test_a_larger_party_changes_nothing_in_the_calendar(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    done = sign_up(occurrence, email=ADDRESS)
    change_party(done.code, 3, ticket_url=ticket_url)
    assert steps(delivered()) == [("REQUEST", "0", "CONFIRMED")]


def test_two_parties_of_one_mailbox_are_cancelled_apart(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    one, other = sign_up(occurrence, email=ADDRESS), sign_up(occurrence, email=ADDRESS)
    cancel_registration(one.code, ticket_url=ticket_url)
    events = [calendar(mail).vevent.uid.value for mail in delivered()]
    assert events == [uid_of(one.code), uid_of(other.code), uid_of(one.code)]


def test_a_short_message_has_no_calendar(app: Flask, house: House) -> None:
    sign_up(open_occurrence(published_activity(house)), phone="13800001111")
    (row,) = session().scalars(select(Message))
    assert (row.channel, row.attachment, row.attachment_type) == ("sms", None, None)
    assert session().scalars(select(Registration.calendar_sequence)).one() is None


def test_an_attachment_that_cannot_be_read_does_not_stop_its_letter(app: Flask, house: House) -> None:
    sign_up(open_occurrence(published_activity(house)), email=ADDRESS)
    (row,) = session().scalars(select(Message))
    row.attachment = "something else"
    session().commit()
    (mail,) = delivered()
    assert mail.calendars == []
    assert "报名成功" in str(mail.message["Subject"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_letters_come_in_the_language_of_the_sign_up(any_app: Flask, any_house: House, language: str) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    done = sign_up(occurrence, email=ADDRESS, language=language)
    change_occurrence(any_house.officer.actor, occurrence.code, moved(occurrence), **OFFICE)
    cancel_registration(done.code, ticket_url=ticket_url)
    subjects = [str(mail.message["Subject"]).replace("：", ": ").partition(": ")[0] for mail in delivered()]
    assert (
        subjects
        == {
            "zh": ["报名成功", "活动安排变更", "报名已取消"],
            "en": ["Registration confirmed", "Change of time or venue", "Registration cancelled"],
        }[language]
    )


def test_times_in_an_english_letter_are_english(app: Flask, house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    sign_up(occurrence, email=ADDRESS, language="en")
    (mail,) = delivered()
    assert f"{occurrence.starts_at:%B %Y, %H:%M}" in mail.text
    assert "年" not in mail.text.replace(occurrence.venue, "").replace(occurrence.activity.theme, "")
