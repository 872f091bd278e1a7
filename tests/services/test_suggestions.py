"""A suggestion from the resident to the public answer: who may do what, in which state, and who was first."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from openday import clock
from openday.clock import SHANGHAI
from openday.db import db, use_case
from openday.errors import ChangedByAnother, Conflict, Forbidden, NotFound, OpenDayError, Refused
from openday.models.aftermath import Suggestion, SuggestionEvent
from openday.models.ledger import AuditEvent, Message
from openday.models.people import Agency, User, UserRole
from openday.queries import docket
from openday.queries.suggestions import suggestion_list, suggestion_page, suggestions_waiting
from openday.rules.permissions import Role
from openday.rules.states import Adoption, SuggestionStatus
from openday.services import suggestions
from openday.services.suggestions import NewSuggestion, Reply
from tests.factories.activities import published_activity
from tests.factories.people import House, Persona
from tests.factories.suggestions import suggestion
from tests.support.queries import count_queries

REPLY = Reply("从下月起每月增加一场。", Adoption.ADOPTED, "")


def receipt_url(code: str) -> str:
    return f"https://open.example.gov.cn/suggestions/receipts/{code}"


def written(house: House, **changes: object) -> NewSuggestion:
    new = NewSuggestion(
        text="建议每月增加一次周末开放。",
        agency_id=house.agency_id,
        activity="",
        name="",
        phone="",
        consent=True,
        key="k" * 32,
    )
    return replace(new, **changes)  # type: ignore[arg-type]


def row(suggestion_id: int) -> Suggestion:
    db.session.expire_all()
    return db.session.get_one(Suggestion, suggestion_id)


def stamp(suggestion_id: int) -> int:
    """The last step, as a page that is open now would carry it."""
    steps = select(SuggestionEvent.id).where(SuggestionEvent.suggestion_id == suggestion_id)
    return max(db.session.scalars(steps))


@use_case
def give_role(persona: Persona, role: Role) -> None:
    user = db.session.get_one(User, persona.id)
    user.roles.append(UserRole(role=role.value))


@use_case
def without_reviewer(agency_id: int) -> None:
    db.session.get_one(Agency, agency_id).reviews = False


# --- leaving one -----------------------------------------------------------------------------------------------------


def test_a_suggestion_waits_for_the_office_under_a_receipt_code(any_house: House) -> None:
    code = suggestions.leave_suggestion(written(any_house))
    found = docket.receipt(code)
    assert len(code) == 28
    assert (found.status, found.text) == (SuggestionStatus.RECEIVED, "建议每月增加一次周末开放。")
    assert docket.docket().rows == ()


def test_one_about_an_activity_goes_to_its_agency_whatever_else_was_sent(any_house: House) -> None:
    activity = published_activity(any_house, agency_id=any_house.other_agency_id)
    code = suggestions.leave_suggestion(written(any_house, activity=activity.code))
    assert docket.receipt(code).agency == "云溪区水务局"
    assert docket.receipt(code).about == activity.theme


def test_the_same_form_twice_is_one_suggestion(any_house: House) -> None:
    first = suggestions.leave_suggestion(written(any_house))
    assert suggestions.leave_suggestion(written(any_house)) == first
    assert len(db.session.scalars(select(Suggestion)).all()) == 1


def test_the_same_form_with_another_text_is_refused_and_gives_no_code_away(any_house: House) -> None:
    suggestions.leave_suggestion(written(any_house))
    with pytest.raises(Conflict, match="此前已经提交过"):
        suggestions.leave_suggestion(written(any_house, text="另一条意见"))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": " \u3000\u200b\n"}, "text"),
        ({"text": "水" * 2001}, "text"),
        ({"agency_id": None}, "agency_id"),
        ({"agency_id": 10**6}, "agency_id"),
        ({"phone": "12345"}, "phone"),
        ({"name": "张" * 51}, "name"),
        ({"consent": False}, "consent"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(any_house: House, changes: dict[str, object], field: str) -> None:
    with pytest.raises(Refused) as refused:
        suggestions.leave_suggestion(written(any_house, **changes))
    assert refused.value.field == field
    assert db.session.scalars(select(Suggestion)).all() == []


def test_nobody_asks_about_an_activity_that_is_not_public(any_house: House) -> None:
    for code in ("nowhere", "a\x00b"):
        with pytest.raises(NotFound):
            suggestions.leave_suggestion(written(any_house, activity=code))


def test_name_and_phone_are_sealed_in_the_store_and_masked_on_the_desks(any_house: House) -> None:
    suggestions.leave_suggestion(written(any_house, name="张三丰", phone="138 0000 0000"))
    found = db.session.scalars(select(Suggestion)).one()
    raw = db.session.connection().exec_driver_sql("SELECT name, phone FROM suggestions").one()
    assert "张三丰".encode() not in bytes(raw[0])
    assert b"13800000000" not in bytes(raw[1])
    seen = suggestion_page(any_house.officer.actor, found.id, clock.now())
    assert (seen.name, seen.phone) == ("张**", "138****0000")
    unseen = suggestion_page(any_house.admin.actor, found.id, clock.now())
    assert (unseen.name, unseen.phone) == ("", "")


def test_the_same_form_eight_times_at_once_is_one_suggestion(any_app: Flask, any_house: House) -> None:
    new = written(any_house)
    db.session.remove()
    start, codes = Barrier(8), list[str]()

    def send() -> None:
        with any_app.app_context():
            start.wait()
            codes.append(suggestions.leave_suggestion(new))
            db.session.remove()

    threads = [Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(codes), len(set(codes))) == (8, 1)
    assert len(db.session.scalars(select(Suggestion)).all()) == 1


def test_the_database_itself_refuses_an_answer_without_a_reply(any_house: House) -> None:
    found = suggestion(any_house, SuggestionStatus.OPEN)

    @use_case
    def cheat() -> None:
        db.session.get_one(Suggestion, found.id).status = SuggestionStatus.ANSWERED.value

    with pytest.raises(IntegrityError):
        cheat()


# --- moderation ------------------------------------------------------------------------------------------------------


def test_the_answer_is_due_ten_working_days_after_it_came_in(any_house: House) -> None:
    """国办发明电〔2025〕7号: 国庆、中秋 2026 are off from 1 to 7 October (国庆) and 25 to 27 September (中秋), with
    20 September and 10 October worked.

    In on Friday 18 September: 20 (Sunday, worked), 21, 22, 23, 24, 28, 29, 30, then 8 and 9 October are ten.
    """
    came = datetime(2026, 9, 18, 16, 0, tzinfo=SHANGHAI)
    found = suggestion(any_house, received_at=came)
    suggestions.accept_suggestion(any_house.officer.actor, found.id, stamp(found.id))
    assert row(found.id).due_on == date(2026, 10, 9)


def test_what_is_turned_down_keeps_its_reason_for_the_one_who_asked(any_house: House) -> None:
    found = suggestion(any_house)
    suggestions.remove_suggestion(any_house.officer.actor, found.id, stamp(found.id), "与政府开放活动无关。")
    seen = docket.receipt(found.receipt)
    assert (seen.status, seen.removal_reason, seen.due) == (SuggestionStatus.REMOVED, "与政府开放活动无关。", None)
    assert docket.docket().rows == ()


def test_turning_down_needs_a_reason(any_house: House) -> None:
    found = suggestion(any_house)
    with pytest.raises(Refused) as refused:
        suggestions.remove_suggestion(any_house.officer.actor, found.id, stamp(found.id), " \u200b ")
    assert refused.value.field == "reason"
    assert row(found.id).status == "received"


def test_the_second_of_two_officers_is_told_who_was_first(any_house: House) -> None:
    found = suggestion(any_house)
    seen = stamp(found.id)
    suggestions.accept_suggestion(any_house.officer.actor, found.id, seen)
    with pytest.raises(ChangedByAnother, match=r"政务公开办officer已于.*办理“受理”"):
        suggestions.remove_suggestion(any_house.second_officer.actor, found.id, seen, "重复。")
    assert row(found.id).status == "open"


def test_two_officers_at_the_same_moment_have_one_winner(any_app: Flask, any_house: House) -> None:
    found = suggestion(any_house)
    seen, suggestion_id = stamp(found.id), found.id
    first, second = any_house.officer.actor, any_house.second_officer.actor
    acts: list[Callable[[], None]] = [
        lambda: suggestions.accept_suggestion(first, suggestion_id, seen),
        lambda: suggestions.remove_suggestion(second, suggestion_id, seen, "重复。"),
    ] * 3
    db.session.remove()
    start, answers = Barrier(len(acts)), list[str]()

    def run(act: Callable[[], None]) -> None:
        with any_app.app_context():
            start.wait()
            try:
                act()
                answers.append("done")
            except OpenDayError as error:
                answers.append(type(error).__name__)
            finally:
                db.session.remove()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["ChangedByAnother"] * 5 + ["done"]
    assert len(db.session.scalars(select(SuggestionEvent)).all()) == 2


def test_it_can_be_given_to_the_agency_that_it_belongs_to(any_house: House) -> None:
    found = suggestion(any_house)
    officer = any_house.officer.actor
    suggestions.reassign_suggestion(officer, found.id, stamp(found.id), any_house.other_agency_id)
    suggestions.accept_suggestion(officer, found.id, stamp(found.id))
    assert suggestion_page(any_house.other_filer.actor, found.id, clock.now()).agency == "云溪区水务局"
    with pytest.raises(NotFound):
        suggestion_page(any_house.filer.actor, found.id, clock.now())
    with pytest.raises(Refused, match="已由云溪区水务局办理"):
        suggestions.reassign_suggestion(officer, found.id, stamp(found.id), any_house.other_agency_id)


# --- the answer ------------------------------------------------------------------------------------------------------


def test_from_draft_to_public_answer(any_house: House) -> None:
    found = suggestion(any_house, SuggestionStatus.OPEN, due_on=clock.today(), phone="13800000000")
    suggestions.draft_reply(any_house.filer.actor, found.id, stamp(found.id), REPLY)
    suggestions.approve_reply(any_house.reviewer.actor, found.id, stamp(found.id))
    assert docket.docket().rows == ()
    suggestions.publish_reply(any_house.officer.actor, found.id, stamp(found.id), receipt_url)
    (public,) = docket.docket().rows
    assert (public.text, public.reply, public.adoption) == (found.text, REPLY.text, Adoption.ADOPTED)
    assert not public.late
    message = db.session.scalars(select(Message)).one()
    assert (message.channel, message.recipient) == ("sms", "13800000000")
    assert receipt_url(found.receipt) in (message.body or "")
    acts = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts == ["suggestion.draft", "suggestion.agency_approve", "suggestion.publish"]


def test_whoever_drafted_an_answer_can_neither_approve_nor_publish_it(any_house: House) -> None:
    give_role(any_house.filer, Role.REVIEWER)
    give_role(any_house.filer, Role.OFFICER)
    author = any_house.filer.actor
    found = suggestion(any_house, SuggestionStatus.OPEN)
    suggestions.draft_reply(author, found.id, stamp(found.id), REPLY)
    with pytest.raises(Forbidden, match="自己起草的答复须由他人审核"):
        suggestions.approve_reply(author, found.id, stamp(found.id))
    suggestions.approve_reply(any_house.reviewer.actor, found.id, stamp(found.id))
    with pytest.raises(Forbidden, match="自己起草的答复须由他人审核"):
        suggestions.publish_reply(author, found.id, stamp(found.id), receipt_url)
    assert row(found.id).status == "agency_approved"


def test_without_an_agency_reviewer_the_draft_goes_straight_to_the_office(any_house: House) -> None:
    without_reviewer(any_house.agency_id)
    found = suggestion(any_house, SuggestionStatus.OPEN)
    suggestions.draft_reply(any_house.filer.actor, found.id, stamp(found.id), REPLY)
    assert row(found.id).status == "agency_approved"


def test_a_returned_draft_keeps_its_text_and_shows_why(any_house: House) -> None:
    found = suggestion(any_house, SuggestionStatus.DRAFTED, reply="不予考虑。")
    suggestions.agency_return_reply(any_house.reviewer.actor, found.id, stamp(found.id), "请写明办理依据。")
    page = suggestion_page(any_house.filer.actor, found.id, clock.now())
    assert (page.status, page.reply, page.return_reason) == (SuggestionStatus.OPEN, "不予考虑。", "请写明办理依据。")
    suggestions.draft_reply(any_house.filer.actor, found.id, page.stamp, REPLY)
    assert suggestion_page(any_house.filer.actor, found.id, clock.now()).return_reason == ""


def test_the_office_gives_an_answer_back_with_a_reason(any_house: House) -> None:
    found = suggestion(any_house, SuggestionStatus.AGENCY_APPROVED)
    with pytest.raises(Refused):
        suggestions.return_reply(any_house.officer.actor, found.id, stamp(found.id), "")
    suggestions.return_reply(any_house.officer.actor, found.id, stamp(found.id), "答非所问。")
    assert row(found.id).status == "open"


def test_a_reviewer_approves_what_they_read_and_not_what_came_after(any_house: House) -> None:
    found = suggestion(any_house, SuggestionStatus.DRAFTED)
    seen = stamp(found.id)
    suggestions.agency_return_reply(any_house.reviewer.actor, found.id, seen, "请改。")
    suggestions.draft_reply(any_house.filer.actor, found.id, stamp(found.id), REPLY)
    with pytest.raises(ChangedByAnother):
        suggestions.approve_reply(any_house.reviewer.actor, found.id, seen)
    assert row(found.id).status == "drafted"


@pytest.mark.parametrize("adoption", [Adoption.PARTLY, Adoption.NOT_ADOPTED, Adoption.REFERENCE])
def test_whoever_is_not_followed_in_full_is_told_why(any_house: House, adoption: Adoption) -> None:
    found = suggestion(any_house, SuggestionStatus.OPEN)
    with pytest.raises(Refused) as refused:
        suggestions.draft_reply(any_house.filer.actor, found.id, stamp(found.id), Reply("答复。", adoption, " "))
    assert refused.value.field == "reason"
    assert row(found.id).status == "open"


def test_an_answer_after_its_day_is_marked_late_in_public(any_house: House) -> None:
    answered = datetime(2026, 10, 10, 0, 1, tzinfo=SHANGHAI)
    suggestion(any_house, SuggestionStatus.ANSWERED, due_on=date(2026, 10, 9), answered_at=answered)
    (public,) = docket.docket().rows
    assert public.late


# --- who may see and do what -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["filer", "reviewer", "auditor", "admin"])
def test_only_the_office_moderates(any_house: House, who: str) -> None:
    found = suggestion(any_house)
    with pytest.raises((Forbidden, NotFound)):
        suggestions.accept_suggestion(getattr(any_house, who).actor, found.id, stamp(found.id))
    assert row(found.id).status == "received"


@pytest.mark.parametrize("who", ["other_filer", "far_officer", "desk"])
def test_what_is_out_of_reach_is_not_there(any_house: House, who: str) -> None:
    found = suggestion(any_house, SuggestionStatus.OPEN)
    with pytest.raises(NotFound):
        suggestions.draft_reply(getattr(any_house, who).actor, found.id, stamp(found.id), REPLY)


@pytest.mark.parametrize("who", ["reviewer", "officer", "auditor"])
def test_only_the_agencys_filer_drafts(any_house: House, who: str) -> None:
    found = suggestion(any_house, SuggestionStatus.OPEN)
    with pytest.raises(Forbidden):
        suggestions.draft_reply(getattr(any_house, who).actor, found.id, stamp(found.id), REPLY)


@pytest.mark.parametrize("status", [SuggestionStatus.RECEIVED, SuggestionStatus.REMOVED])
def test_an_agency_does_not_see_what_the_office_has_not_accepted(any_house: House, status: SuggestionStatus) -> None:
    found = suggestion(any_house, status)
    with pytest.raises(NotFound):
        suggestion_page(any_house.filer.actor, found.id, clock.now())
    assert suggestion_list(any_house.filer.actor, clock.now(), status=status).lines == ()
    assert len(suggestion_list(any_house.auditor.actor, clock.now(), status=status).lines) == 1


def test_what_waits_depends_on_who_asks(any_house: House) -> None:
    ids = {
        status: suggestion(any_house, status).id for status in SuggestionStatus if status != SuggestionStatus.ANSWERED
    }

    def waiting(who: Persona) -> list[int]:
        return [line.id for line in suggestions_waiting(who.actor, clock.now())]

    assert waiting(any_house.officer) == [ids[SuggestionStatus.RECEIVED], ids[SuggestionStatus.AGENCY_APPROVED]]
    assert waiting(any_house.filer) == [ids[SuggestionStatus.OPEN]]
    assert waiting(any_house.reviewer) == [ids[SuggestionStatus.DRAFTED]]
    assert waiting(any_house.other_filer) == waiting(any_house.auditor) == waiting(any_house.desk) == []


def test_a_list_asks_no_more_for_thirty_rows_than_for_one(house: House) -> None:
    officer = house.officer.actor
    activities = [published_activity(house, theme=f"活动{number}") for number in range(30)]
    suggestion(house, SuggestionStatus.OPEN, activity=activities[0])
    suggestion(house, SuggestionStatus.ANSWERED, activity=activities[0])

    def asked() -> tuple[int, int]:
        db.session.remove()
        with count_queries() as desk:
            suggestion_list(officer, clock.now())
        with count_queries() as public:
            docket.docket()
        return len(desk), len(public)

    few = asked()
    for activity in [db.session.merge(each) for each in activities[1:]]:
        suggestion(house, SuggestionStatus.OPEN, activity=activity)
        suggestion(house, SuggestionStatus.ANSWERED, activity=activity)
    assert asked() == few
