"""An office words its own messages: they hold in its place and below, and never lose what somebody else wrote."""

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from openday import clock
from openday.db import db
from openday.errors import ChangedByAnother, Forbidden, NotFound, Refused
from openday.models.ledger import AuditEvent, MessageTemplate
from openday.models.people import Jurisdiction
from openday.queries.message_templates import wording_lines, wording_standing
from openday.rules.permissions import Actor
from openday.services.message_templates import Worded, change_wording, restore_wording
from openday.services.wordings import wording_of
from tests.factories.activities import published_activity
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.support.signup import messages_to, sign_up

KIND = "registration.confirmed"
BODY = "{姓名}，{活动名称}等您来。凭证号{凭证号}：{凭证链接}"


def change(actor: Actor, body: str = BODY, seen: str = "", kind: str = KIND, language: str = "zh") -> None:
    change_wording(actor, kind, language, Worded("报名成功", body, seen))


def stamp(actor: Actor) -> str:
    db.session.rollback()
    return wording_standing(actor, KIND, "zh")[1].stamp


def test_the_next_message_is_worded_as_the_office_wrote(any_app: Flask, any_house: House) -> None:
    occurrence = open_occurrence(published_activity(any_house, theme="走进图书馆"))
    change(any_house.officer.actor)
    one = sign_up(occurrence, name="陈{link}", phone="13800001234")
    (letter,) = messages_to("13800001234")
    assert letter.subject == "报名成功"
    assert letter.body.startswith(f"陈{{link}}，走进图书馆等您来。凭证号{one.number}：http")


def test_the_wording_of_the_office_above_holds_until_there_is_one_nearer(any_app: Flask, any_house: House) -> None:
    change(any_house.admin.actor, "市{凭证号}{凭证链接}")
    assert wording_of(KIND, any_house.jurisdiction_id, "zh").body == "市{number}{link}"
    _, standing = wording_standing(any_house.officer.actor, KIND, "zh")
    assert (standing.own, standing.office, standing.stamp) == (False, "青川市", "")

    change(any_house.officer.actor, "区{凭证号}{凭证链接}")
    assert wording_of(KIND, any_house.jurisdiction_id, "zh").body == "区{number}{link}"
    elsewhere = db.session.scalars(select(Jurisdiction.id).where(Jurisdiction.name == "临河区")).one()
    assert wording_of(KIND, elsewhere, "zh").body == "市{number}{link}"

    restore_wording(any_house.officer.actor, KIND, "zh", stamp(any_house.officer.actor))
    assert wording_of(KIND, any_house.jurisdiction_id, "zh").body == "市{number}{link}"


def test_english_is_worded_apart(any_app: Flask, any_house: House) -> None:
    change(any_house.officer.actor, "See you: {凭证号} {凭证链接}", language="en")
    assert wording_of(KIND, any_house.jurisdiction_id, "en").body == "See you: {number} {link}"
    assert "您已报名" in wording_of(KIND, any_house.jurisdiction_id, "zh").body


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{姓名}，来吧", "{凭证链接}、{凭证号}"),
        ("{凭证链接}{凭证号}{活动名}", "{活动名}"),
        (" \u200b ", "请填写正文"),
        ("字" * 2001, "最多2000个字"),
    ],
)
def test_a_text_that_would_leave_people_helpless_is_refused_at_its_field(
    app: Flask, house: House, body: str, reason: str
) -> None:
    with pytest.raises(Refused) as refused:
        change(house.officer.actor, body)
    assert refused.value.field == "body"
    assert reason in refused.value.message
    assert db.session.scalar(select(MessageTemplate.id)) is None


def test_two_editors_never_overwrite_each_other_silently(any_app: Flask, any_house: House) -> None:
    first, second = any_house.officer.actor, any_house.second_officer.actor
    seen = stamp(first)
    change(first, BODY + "甲", seen)
    with pytest.raises(ChangedByAnother, match="officer"):
        change(second, BODY + "乙", seen)
    with pytest.raises(ChangedByAnother):
        restore_wording(second, KIND, "zh", seen)
    assert wording_of(KIND, any_house.jurisdiction_id, "zh").body.endswith("甲")
    change(second, BODY + "乙", stamp(second))
    assert wording_of(KIND, any_house.jurisdiction_id, "zh").body.endswith("乙")


def test_of_two_who_save_at_the_same_moment_one_wins(any_app: Flask, any_house: House) -> None:
    actors = [any_house.officer.actor, any_house.second_officer.actor]
    results: list[str] = []

    def save(actor: Actor) -> None:
        with any_app.app_context():
            try:
                change(actor, BODY)
                results.append("done")
            except ChangedByAnother:
                results.append("changed")

    threads = [threading.Thread(target=save, args=(actor,)) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["changed", "done"]


def test_every_change_is_in_the_audit_log_with_its_text(any_app: Flask, any_house: House) -> None:
    officer = any_house.officer.actor
    change(officer)
    with clock.shifted_by(timedelta(minutes=1)):
        restore_wording(officer, KIND, "zh", stamp(officer))
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.record_type == "wording").order_by(AuditEvent.id))
    assert [(event.action, event.detail["kind"], event.actor_id) for event in events] == [
        ("wording.change", KIND, officer.user_id),
        ("wording.restore", KIND, officer.user_id),
    ]


def test_only_office_and_administration_word_messages(app: Flask, house: House) -> None:
    for persona in (house.filer, house.reviewer, house.desk, house.auditor):
        with pytest.raises(Forbidden):
            change(persona.actor)
        with pytest.raises(NotFound):
            wording_lines(persona.actor)
    with pytest.raises(NotFound):
        change(house.officer.actor, kind="plan_on_record")
    with pytest.raises(NotFound):
        change(house.officer.actor, "{查看链接}", kind="topic.accepted", language="en")
    change(house.admin.actor)
