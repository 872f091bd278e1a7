"""Invitations: who gets one, who is told, answers that come twice or at once, and what is forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from openday import clock
from openday.db import db, use_case
from openday.errors import Closed, Conflict, NotFound, OpenDayError, Refused
from openday.models.ledger import AuditEvent, Message
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee, Registration
from openday.queries import integrity
from openday.queries.invitations import invitation, invitation_counts
from openday.rules.invitations import Standing
from openday.rules.states import RegistrationSource, RegistrationStatus, SignupMode
from openday.services.invitation_steps import forget_invitee
from openday.services.invitations import (
    AddedInvitees,
    NewInvitee,
    add_invitees,
    decline_invitation,
    remind_invitees,
    send_invitations,
    withdraw_invitation,
)
from openday.services.registration_changes import cancel_registration, change_party
from openday.services.retention import forget_persons
from tests.factories.activities import published_activity
from tests.factories.invitations import invitee
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.services.test_registrations import at_once
from tests.support.signup import messages_to, seats_held, sign_up, taken, ticket_url

TWO = (NewInvitee("王小雨", "138 0000 0001", 2), NewInvitee("李明", "Li@example.org"))


def url(code: str) -> str:
    """The address of an invitation as the tests write it."""
    return f"https://open.example.gov.cn/invited/{code}"


def invited_occurrence(house: House, **changes: object) -> Occurrence:
    return open_occurrence(published_activity(house), signup_mode=SignupMode.INVITATION, **changes)  # type: ignore[arg-type]


def invite(
    house: House, occurrence: Occurrence, people: Sequence[NewInvitee] = TWO, *, tell: bool = True
) -> AddedInvitees:
    return add_invitees(house.filer.actor, occurrence.code, people, tell=tell, url=url)


def invitees_of(occurrence: Occurrence) -> list[Invitee]:
    db.session.rollback()
    return list(db.session.scalars(select(Invitee).where(Invitee.occurrence_id == occurrence.id).order_by(Invitee.id)))


def accept(held: Invitee, **changes: object) -> object:
    occurrence = db.session.get_one(Occurrence, held.occurrence_id)
    return sign_up(occurrence, invitation=held.code, **changes)


@use_case
def set_row(model: type, row_id: int, **values: object) -> None:
    db.session.execute(update(model).where(model.id == row_id).values(**values))  # type: ignore[attr-defined]


def test_each_gets_a_link_of_their_own_by_what_they_can_be_reached_at(any_house: House) -> None:
    occurrence = invited_occurrence(any_house)
    assert invite(any_house, occurrence) == AddedInvitees(added=2, again=0, known=0, told=2)
    first, second = invitees_of(occurrence)
    assert (first.name, first.contact, first.party_limit, second.contact) == (
        "王小雨",
        "13800000001",
        2,
        "Li@example.org",
    )
    (text,) = messages_to("13800000001")
    (mail,) = messages_to("Li@example.org")
    assert (text.channel, mail.channel, mail.kind) == ("sms", "email", "invitee.invited")
    assert url(first.code) in text.body and url(second.code) in mail.body
    assert len(first.code) == 28 and first.code != second.code


def test_a_list_that_is_sent_twice_invites_nobody_twice(any_app: Flask, any_house: House) -> None:
    occurrence = invited_occurrence(any_house)
    code, actor = occurrence.code, any_house.filer.actor
    answers = at_once(any_app, [lambda: add_invitees(actor, code, TWO, tell=True, url=url) for _ in range(6)])
    assert [answer for answer in answers if isinstance(answer, OpenDayError)] == []
    assert sum(answer.added for answer in answers if isinstance(answer, AddedInvitees)) == 2
    assert len(invitees_of(occurrence)) == 2
    assert db.session.scalar(select(func.count()).select_from(Message)) == 2


def test_who_was_not_written_to_is_written_to_once_and_reminded_after_a_day(any_house: House) -> None:
    occurrence, actor = invited_occurrence(any_house), any_house.filer.actor
    assert invite(any_house, occurrence, tell=False).told == 0
    assert remind_invitees(actor, occurrence.code, url=url) == 0
    assert [send_invitations(actor, occurrence.code, url=url) for _ in range(2)] == [2, 0]
    assert remind_invitees(actor, occurrence.code, url=url) == 0
    first, second = invitees_of(occurrence)
    decline_invitation(second.code)
    for row in (first, second):
        set_row(Invitee, row.id, told_at=clock.now() - timedelta(days=1, minutes=1))
    assert [remind_invitees(actor, occurrence.code, url=url) for _ in range(2)] == [1, 0]
    assert [message.kind for message in messages_to("13800000001")] == ["invitee.invited", "invitee.reminded"]


def test_a_yes_that_comes_many_times_at_once_is_one_registration(any_app: Flask, any_house: House) -> None:
    occurrence = invited_occurrence(any_house, capacity=10)
    held = invitee(occurrence, party_limit=3)
    code, link = occurrence.code, held.code
    calls = [lambda n=n: sign_up(code, invitation=link, party_size=n % 3 + 1) for n in range(12)]
    answers = at_once(any_app, calls)
    codes = {answer.code for answer in answers if not isinstance(answer, OpenDayError)}
    assert [answer for answer in answers if isinstance(answer, OpenDayError)] == []
    assert len(codes) == 1
    assert db.session.scalar(select(func.count()).select_from(Registration)) == 1
    assert seats_held(occurrence) == taken(occurrence)[0]


def test_yes_and_no_at_once_end_in_one_answer(any_app: Flask, any_house: House) -> None:
    occurrence = invited_occurrence(any_house)
    code, links = occurrence.code, [invitee(occurrence, party_limit=1).code for _ in range(4)]
    calls = [
        call for link in links for call in (partial(sign_up, code, invitation=link), partial(decline_invitation, link))
    ]
    at_once(any_app, calls * 3)
    db.session.rollback()
    # A no that came before it was changed by the yes; one that came after it was refused.
    assert [invitation(link).standing for link in links] == [Standing.YES] * 4
    assert seats_held(occurrence) == taken(occurrence)[0] == 4


def test_the_last_seat_goes_to_one_of_the_invited(any_app: Flask, any_house: House) -> None:
    occurrence = invited_occurrence(any_house, capacity=1, waitlist=False)
    code, links = occurrence.code, [invitee(occurrence).code for _ in range(8)]
    answers = at_once(any_app, [lambda link=link: sign_up(code, invitation=link) for link in links])
    assert sorted(type(answer).__name__ for answer in answers) == ["Full"] * 7 + ["Registered"]
    assert taken(occurrence) == [1]
    assert invitation_counts(occurrence.id).by_standing[Standing.YES] == 1


def test_an_invitation_lets_in_as_many_as_it_says_and_no_more(any_house: House) -> None:
    occurrence = invited_occurrence(any_house, party_limit=1)
    held = invitee(occurrence, party_limit=3)
    with pytest.raises(Refused) as refused:
        accept(held, party_size=4)
    assert (refused.value.field, refused.value.message) == ("party_size", "报名人数应为1至3人（含本人）")
    done = sign_up(occurrence, invitation=held.code, party_size=3)
    with pytest.raises(Refused):
        change_party(done.code, 4, ticket_url=ticket_url)
    change_party(done.code, 2, ticket_url=ticket_url)
    assert taken(occurrence) == [2]


def test_the_link_of_one_occurrence_opens_no_other(any_house: House) -> None:
    activity = published_activity(any_house)
    here, there = (
        open_occurrence(activity, signup_mode=SignupMode.INVITATION, starts_in=timedelta(days=days)) for days in (7, 8)
    )
    with pytest.raises(NotFound):
        sign_up(there, invitation=invitee(here).code)
    public = open_occurrence(activity, starts_in=timedelta(days=9))
    with pytest.raises(Closed):
        sign_up(public, invitation=invitee(public).code)


def test_counts_tell_who_comes_who_does_not_and_who_has_not_said(any_house: House) -> None:
    occurrence = invited_occurrence(any_house)
    yes, no, gone, withdrawn, _waiting = (invitee(occurrence, party_limit=2) for _ in range(5))
    accept(yes, party_size=2)
    decline_invitation(no.code)
    done = sign_up(occurrence, invitation=gone.code)
    cancel_registration(done.code, ticket_url=ticket_url)
    withdraw_invitation(any_house.filer.actor, occurrence.code, withdrawn.id)
    counts = invitation_counts(occurrence.id)
    assert {standing.value: count for standing, count in counts.by_standing.items()} == {
        "waiting": 1, "yes": 1, "no": 1, "cancelled": 1, "withdrawn": 1,
    }  # fmt: skip
    assert (counts.invited, counts.people, counts.untold) == (4, 2, 1)


def test_a_withdrawn_invitation_is_told_once_and_can_be_made_again(any_house: House) -> None:
    occurrence, actor = invited_occurrence(any_house), any_house.filer.actor
    invite(any_house, occurrence)
    first, second = invitees_of(occurrence)
    sign_up(occurrence, invitation=second.code, phone="13800000002")
    for _ in range(2):
        withdraw_invitation(actor, occurrence.code, first.id)
    with pytest.raises(Closed):
        sign_up(occurrence, invitation=first.code)
    with pytest.raises(Closed):
        decline_invitation(first.code)
    with pytest.raises(Conflict, match="对方已答复参加"):
        withdraw_invitation(actor, occurrence.code, second.id)
    assert [message.kind for message in messages_to("13800000001")] == ["invitee.invited", "invitee.withdrawn"]
    assert invite(any_house, occurrence) == AddedInvitees(added=0, again=1, known=1, told=1)
    assert invitation(first.code).standing is Standing.WAITING


def test_who_is_invited_again_has_not_been_written_to(any_house: House) -> None:
    occurrence, actor = invited_occurrence(any_house), any_house.filer.actor
    invite(any_house, occurrence)
    withdraw_invitation(actor, occurrence.code, invitees_of(occurrence)[0].id)
    assert invite(any_house, occurrence, TWO[:1], tell=False) == AddedInvitees(added=0, again=1, known=0, told=0)
    assert invitation_counts(occurrence.id).untold == 1
    assert send_invitations(actor, occurrence.code, url=url) == 1
    kinds = [message.kind for message in messages_to("13800000001")]
    assert kinds == ["invitee.invited", "invitee.withdrawn", "invitee.invited"]


def test_who_calls_and_is_entered_by_staff_has_answered(any_house: House) -> None:
    occurrence = invited_occurrence(any_house, party_limit=1)
    held = invitee(occurrence, contact="13800000001", party_limit=4)
    sign_up(occurrence, any_house.filer.actor, RegistrationSource.PHONE, phone="138 0000 0001", party_size=4)
    assert invitation(held.code).standing is Standing.YES
    assert taken(occurrence) == [4]


@pytest.mark.parametrize(
    "people", [(NewInvitee("", "13800000001"),), (NewInvitee("王小雨", "1380"),), (NewInvitee("王", "a@b.cn", 51),)]
)
def test_what_cannot_be_is_refused_whole(house: House, people: tuple[NewInvitee, ...]) -> None:
    occurrence = invited_occurrence(house)
    with pytest.raises(Refused):
        invite(house, occurrence, (*TWO, *people))
    assert invitees_of(occurrence) == []


def test_nobody_is_invited_to_what_is_public_or_over_or_beyond_reach(house: House) -> None:
    public = open_occurrence(published_activity(house))
    with pytest.raises(Closed, match="不是定向邀请"):
        invite(house, public)
    over = open_occurrence(
        published_activity(house), signup_mode=SignupMode.INVITATION, closes_at=clock.now() - timedelta(minutes=1)
    )
    with pytest.raises(Closed, match="截止"):
        invite(house, over)
    with pytest.raises(NotFound):
        add_invitees(house.other_filer.actor, over.code, TWO, tell=False, url=url)
    with pytest.raises(NotFound):
        withdraw_invitation(house.other_filer.actor, over.code, 1)


def test_every_act_is_written_down_without_a_name(house: House) -> None:
    occurrence, actor = invited_occurrence(house), house.filer.actor
    invite(house, occurrence, tell=False)
    send_invitations(actor, occurrence.code, url=url)
    first, _ = invitees_of(occurrence)
    decline_invitation(first.code)
    withdraw_invitation(actor, occurrence.code, first.id)
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action.like("invitee.%")).order_by(AuditEvent.id))
    assert [(row.action, row.actor_id) for row in rows] == [
        ("invitee.add", house.filer.id),
        ("invitee.tell", house.filer.id),
        ("invitee.decline", None),
        ("invitee.withdraw", house.filer.id),
    ]


def test_names_and_contacts_go_when_their_day_has_come_and_counts_stay(any_house: House) -> None:
    occurrence = invited_occurrence(any_house)
    invite(any_house, occurrence, tell=False)
    first, _ = invitees_of(occurrence)
    decline_invitation(first.code)
    set_row(
        Occurrence, occurrence.id, starts_at=clock.now() - timedelta(days=41), ends_at=clock.now() - timedelta(days=40)
    )
    assert forget_persons(30)["invitees"] == 2
    assert [(row.name, row.contact, row.contact_hash) for row in invitees_of(occurrence)] == [(None, None, None)] * 2
    assert invitation_counts(occurrence.id).by_standing[Standing.NO] == 1
    assert invitation(first.code).name == ""
    assert "invitees" not in forget_persons(30)


def test_who_has_their_data_erased_is_erased_from_the_list_of_invitations(any_house: House) -> None:
    occurrence = invited_occurrence(any_house)
    held, other = invitee(occurrence), invitee(occurrence)
    done = sign_up(occurrence, invitation=held.code)
    row = db.session.scalars(select(Registration).where(Registration.code == done.code)).one()
    assert row.status == RegistrationStatus.CONFIRMED

    @use_case
    def erase() -> None:
        forget_invitee(row.id)

    erase()
    assert [(each.id, each.name is None) for each in invitees_of(occurrence)] == [(held.id, True), (other.id, False)]


def test_a_yes_without_a_registration_and_a_shared_one_are_found_by_verify(house: House) -> None:
    occurrence = invited_occurrence(house)
    first, second = invitee(occurrence), invitee(occurrence)
    accept(first)
    assert list(integrity.invitations()) == []
    kept = invitees_of(occurrence)[0].registration_id
    set_row(Invitee, second.id, answer="yes")
    assert [finding.record for finding in integrity.invitations()] == [
        f"invitation {second.id}: answered yes, and there is no registration"
    ]
    set_row(Invitee, second.id, registration_id=kept)
    assert [finding.record for finding in integrity.invitations()] == [
        f"registration {kept}: came of several invitations"
    ]
