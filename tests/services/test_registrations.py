"""Getting onto the list: seats, parties, quotas, one per phone, the same answer to the same form."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday import clock
from openday.db import db
from openday.errors import Closed, Conflict, Duplicate, Full, NotFound, OpenDayError, Refused
from openday.models.ledger import AuditEvent
from openday.models.registrations import IdempotencyKey, Registration
from openday.queries.registrations import ticket
from openday.rules.signup import NOTICE_VERSION
from openday.rules.states import OccurrenceStatus, RegistrationSource, RegistrationStatus, SignupMode
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.registrations import party_on_list
from tests.support.signup import messages_to, seats_held, sign_up, status_of, taken, wish

CONFIRMED, WAITLISTED = RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED
T = TypeVar("T")


def at_once(app: Flask, calls: list[Callable[[], T]], threads: int = 8) -> list[T | OpenDayError]:
    """Run calls in threads of their own, each with its own session; refusals come back as values."""

    def run(call: Callable[[], T]) -> T | OpenDayError:
        with app.app_context():
            try:
                return call()
            except OpenDayError as refused:
                return refused
            finally:
                db.session.remove()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, calls))


def test_the_last_seat_is_given_once(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1, waitlist=False)
    code = occurrence.code
    answers = at_once(any_app, [lambda: sign_up(code) for _ in range(12)])
    assert [type(answer).__name__ for answer in answers].count("Registered") == 1
    assert [type(answer).__name__ for answer in answers].count("Full") == 11
    assert taken(occurrence) == [1]
    assert seats_held(occurrence) == 1


def test_parties_of_many_sizes_at_once_fill_exactly_what_there_is(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=20)
    code = occurrence.code
    answers = at_once(any_app, [lambda n=n: sign_up(code, party_size=n % 3 + 1) for n in range(24)])
    assert [answer for answer in answers if isinstance(answer, OpenDayError)] == []
    assert seats_held(occurrence) == taken(occurrence)[0] == 20
    numbers = list(db.session.scalars(select(Registration.number)))
    assert len(set(numbers)) == 24


def test_a_party_gets_all_its_seats_or_none(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=3, waitlist=False)
    sign_up(occurrence, party_size=2)
    with pytest.raises(Full, match="剩余1个名额，不够一行2人"):
        sign_up(occurrence, party_size=2)
    assert taken(occurrence) == [2]
    assert sign_up(occurrence, party_size=1).status is CONFIRMED


def test_a_party_that_does_not_fit_waits_and_smaller_ones_behind_it_still_fit(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=3)
    sign_up(occurrence, party_size=2)
    assert sign_up(occurrence, party_size=2).status is WAITLISTED
    assert sign_up(occurrence, party_size=1).status is CONFIRMED
    assert taken(occurrence) == [3]


def test_nobody_overtakes_somebody_who_waits_for_the_free_seats(any_house: House) -> None:
    """Seats that became free outside of a registration (a raised capacity) belong to those who wait."""
    occurrence = open_occurrence(published_activity(any_house), capacity=4)
    party_on_list(occurrence, party_size=2, status=WAITLISTED)
    assert sign_up(occurrence).status is WAITLISTED
    assert taken(occurrence) == [0]


def test_quotas_are_counted_apart(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), quotas={"居民": 1, "企业": 2}, waitlist=False)
    sign_up(occurrence, quota=1)
    with pytest.raises(Full):
        sign_up(occurrence, quota=1)
    sign_up(occurrence, quota=2, party_size=2)
    assert taken(occurrence) == [1, 2]


@pytest.mark.parametrize("position", [None, 0, 3])
def test_a_choice_of_quotas_must_be_made(house: House, position: int | None) -> None:
    occurrence = open_occurrence(published_activity(house), quotas={"居民": 1, "企业": 2})
    with pytest.raises(Refused) as refused:
        sign_up(occurrence, quota=position)
    assert refused.value.field == "quota"


@pytest.mark.parametrize("size", [0, -1, 4])
def test_a_party_has_one_to_the_limit(house: House, size: int) -> None:
    occurrence = open_occurrence(published_activity(house), party_limit=3)
    with pytest.raises(Refused) as refused:
        sign_up(occurrence, party_size=size)
    assert (refused.value.field, refused.value.message) == ("party_size", "报名人数应为1至3人（含本人）")


def test_a_party_that_no_room_can_ever_hold_does_not_wait(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=2)
    with pytest.raises(Refused, match="本场名额共2个"):
        sign_up(occurrence, party_size=3)


SPELLINGS = ["13800001111", "138 0000 1111", "+86 138-0000-1111", "１３８００００１１１１", "008613800001111"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_phone_registers_once_however_it_is_written(any_house: House, spelling: str) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    sign_up(occurrence, phone="(138) 00001111")
    with pytest.raises(Duplicate) as duplicate:
        sign_up(occurrence, phone=spelling)
    assert "13800001111" not in duplicate.value.message
    assert taken(occurrence) == [1]


def test_five_spellings_of_one_phone_at_once_make_one_registration(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code = occurrence.code
    answers = at_once(any_app, [lambda phone=phone: sign_up(code, phone=phone) for phone in SPELLINGS * 2])
    assert sorted(type(answer).__name__ for answer in answers) == ["Duplicate"] * 9 + ["Registered"]
    assert taken(occurrence) == [1]


def test_the_same_phone_may_go_to_another_occurrence(any_house: House) -> None:
    activity = published_activity(any_house)
    for occurrence in (open_occurrence(activity), open_occurrence(activity, starts_in=timedelta(days=8))):
        assert sign_up(occurrence, phone="13800001111").status is CONFIRMED


def test_sixteen_times_the_same_form_is_one_registration_with_one_code(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    code, form = occurrence.code, {"key": "k" * 32, "phone": "13800001111", "party_size": 2}
    answers = at_once(any_app, [lambda: sign_up(code, **form) for _ in range(16)], threads=16)
    assert {type(answer).__name__ for answer in answers} == {"Registered"}
    assert len({(answer.code, answer.number) for answer in answers}) == 1  # type: ignore[union-attr]
    assert taken(occurrence) == [2]
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    assert len(messages_to("13800001111")) == 1


def test_a_repeat_is_answered_even_when_sign_up_is_over_and_full(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1)
    first = sign_up(occurrence, key="same", phone="13800001111")
    with clock.shifted_by(timedelta(days=8)):
        again = sign_up(occurrence, key="same", phone="138 0000 1111")
    assert (again.code, again.status, again.repeated) == (first.code, CONFIRMED, True)


@pytest.mark.parametrize("other", [{"name": "李明"}, {"party_size": 2}, {"phone": "13900001111"}])
def test_the_same_key_with_another_body_is_a_conflict(any_house: House, other: dict[str, object]) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    sign_up(occurrence, key="same", phone="13800001111")
    with pytest.raises(Conflict, match="内容与这次不同"):
        sign_up(occurrence, **{"key": "same", "phone": "13800001111", **other})
    assert taken(occurrence) == [1]


def test_a_refused_form_may_be_corrected_and_sent_with_the_same_key(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=1, waitlist=False)
    with pytest.raises(Refused):
        sign_up(occurrence, key="same", party_size=2)
    assert sign_up(occurrence, key="same", party_size=1).status is CONFIRMED


def test_sign_up_follows_the_clock_of_the_server(any_house: House) -> None:
    now = clock.now()
    occurrence = open_occurrence(
        published_activity(any_house), opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=3)
    )
    with pytest.raises(Closed, match="报名尚未开始"):
        sign_up(occurrence)
    with clock.shifted_by(timedelta(hours=2)):
        assert sign_up(occurrence).status is CONFIRMED
    with clock.shifted_by(timedelta(hours=4)), pytest.raises(Closed, match="截止"):
        sign_up(occurrence)


def test_sign_up_and_waitlist_end_with_the_start(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), capacity=1, closes_at=clock.now() + timedelta(days=30))
    sign_up(occurrence)
    with clock.shifted_by(timedelta(days=7, hours=1)), pytest.raises(Closed):
        sign_up(occurrence)


@pytest.mark.parametrize("mode", [SignupMode.OPEN_DOOR, SignupMode.INVITATION, SignupMode.CLOSED])
def test_only_first_come_takes_the_public_in(house: House, mode: SignupMode) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=mode)
    with pytest.raises(Closed):
        sign_up(occurrence)


def test_a_cancelled_occurrence_takes_nobody(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), status=OccurrenceStatus.CANCELLED)
    with pytest.raises(Closed, match="已取消"):
        sign_up(occurrence)


@pytest.mark.parametrize("code", ["nosuchcode", "a\x00b", "＊"])
def test_a_proposed_occurrence_is_not_there(any_house: House, code: str) -> None:
    proposed = open_occurrence(published_activity(any_house), status=OccurrenceStatus.PROPOSED)
    for address in (proposed.code, code):
        with pytest.raises(NotFound):
            sign_up(address)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " \u200b\u3000"),
        ("name", "长" * 51),
        ("phone", "0755-12345678"),
        ("phone", "12345"),
        ("email", "not an address"),
        ("email", "a@b.cn\r\nBcc: c@d.cn"),
        ("consent", False),
    ],
)
def test_a_form_that_is_not_acceptable_names_its_field(house: House, field: str, value: object) -> None:
    occurrence = open_occurrence(published_activity(house))
    with pytest.raises(Refused) as refused:
        sign_up(occurrence, **{field: value})
    assert refused.value.field == field
    assert taken(occurrence) == [0]


def test_what_was_written_can_be_read_back(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house))
    done = sign_up(occurrence, name="\u200b 欧阳 小雨\x00", phone="+86 138 0000 1111", party_size=3)
    held = ticket(done.code)
    assert (held.name, held.masked_phone, held.party_size) == ("欧阳 小雨", "138****1111", 3)
    row = db.session.scalars(select(Registration)).one()
    assert (row.phone, row.phone_last4, row.consent_version) == ("13800001111", "1111", NOTICE_VERSION)
    assert len(done.code) == 28
    assert (len(done.number), done.number.isdigit()) == (6, True)


def test_the_message_goes_with_the_registration(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1)
    by_phone = sign_up(occurrence, phone="13800001111")
    by_mail = sign_up(occurrence, phone="13800002222", email="wang@example.org")
    (sms,) = messages_to("13800001111")
    assert (sms.channel, sms.kind) == ("sms", "registration.confirmed")
    assert by_phone.code in (sms.body or "")
    (mail,) = messages_to("wang@example.org")
    assert (mail.channel, mail.kind, mail.registration_id) == (
        "email",
        "registration.waitlisted",
        ticket(by_mail.code).id,
    )
    assert messages_to("13800002222") == []


def test_braces_and_line_breaks_in_what_people_type_stay_text(house: House) -> None:
    occurrence = open_occurrence(published_activity(house, theme="开放{日}\r\nBcc: x"))
    sign_up(occurrence, name="{link}{0}%s", phone="13800001111")
    (message,) = messages_to("13800001111")
    assert message.subject == "报名成功：开放{日} Bcc: x"
    assert "{link}{0}%s：" in (message.body or "")


def test_the_audit_row_names_nobody(house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    sign_up(occurrence, name="欧阳小雨", phone="13800001111")
    row = db.session.scalars(select(AuditEvent)).one()
    assert row.action == "registration.create"
    assert row.detail == {"status": "confirmed", "party_size": 1, "source": "online"}


def test_a_failure_leaves_nothing_behind(any_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seat is taken before the rest is written; when the rest fails, the seat is free again."""
    occurrence = open_occurrence(published_activity(any_house))
    monkeypatch.setattr("openday.services.registrations.new_code", lambda: "x" * 28)
    sign_up(occurrence)
    with pytest.raises(OpenDayError):
        sign_up(occurrence)  # its code is another's: the database refuses the row
    assert taken(occurrence) == [1]
    assert db.session.scalar(select(func.count()).select_from(IdempotencyKey)) == 1


def test_staff_put_people_onto_the_same_list(any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house), capacity=1, waitlist=False)
    done = sign_up(occurrence, actor=any_house.filer.actor, source=RegistrationSource.PHONE, phone="13800001111")
    row = db.session.scalars(select(Registration).where(Registration.code == done.code)).one()
    assert (row.source, row.entered_by_id) == ("phone", any_house.filer.id)
    with pytest.raises(Full):
        sign_up(occurrence)


def test_staff_enter_those_who_were_invited(house: House) -> None:
    occurrence = open_occurrence(published_activity(house), signup_mode=SignupMode.INVITATION)
    done = sign_up(occurrence, actor=house.officer.actor, source=RegistrationSource.COUNTER)
    assert status_of(done.code) is CONFIRMED


def test_staff_of_elsewhere_find_no_such_occurrence(house: House) -> None:
    occurrence = open_occurrence(published_activity(house))
    for stranger in (house.other_filer, house.far_officer, house.reviewer, house.desk, house.admin, house.auditor):
        with pytest.raises(NotFound):
            sign_up(occurrence, actor=stranger.actor, source=RegistrationSource.PHONE)
    assert wish().consent
