"""Uploaded plan forms become drafts with their sources beside them; the same form again makes nothing new."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from openday.db import db, use_case
from openday.documents.plan_form import PlanForm, merged_plan_forms_docx, plan_form_docx
from openday.errors import Forbidden, NotFound, Refused
from openday.models.ledger import AuditEvent
from openday.models.people import Agency
from openday.models.plans import FormReading, Plan, PlanEvent, PlanVersion
from openday.queries.form_readings import form_page, source_of, uploaded_forms
from openday.queries.import_verdicts import KNOWN
from openday.queries.plan_imports import import_rows
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PlanText
from openday.services.form_readings import (
    FieldsRefused,
    FileRead,
    FormFile,
    FormMade,
    file_read_form,
    upload_forms,
)
from openday.services.plan_import import Upload, run_import, upload_table
from openday.services.plans import PlanDraft, save_plan, withdraw_plan
from tests.factories.calls import call_of
from tests.factories.people import House, Persona
from tests.factories.plan_tables import as_csv

FORM = PlanForm(
    agency="云溪区图书馆",
    theme="走进书库",
    time="9月中旬",
    place="二楼书库",
    content="参观古籍修复。\n听讲解。",
    audience="市民代表 20 人",
    signup="电话报名",
    contact="何文",
    phone="0000-8880001",
)
TEXT = PlanText(
    theme="走进书库",
    time_text="9月中旬",
    venue="二楼书库",
    content="参观古籍修复。\n听讲解。",
    audience_text="市民代表 20 人",
    signup_text="电话报名",
    contact="何文",
    contact_phone="0000-8880001",
)


def upload(persona: Persona, call_id: int | None, *forms: PlanForm, name: str = "报送表.docx") -> FileRead:
    data = plan_form_docx(forms[0]) if len(forms) == 1 else merged_plan_forms_docx(forms)
    (result,) = upload_forms(persona.actor, call_id, [FormFile(name, data)])
    return result


def office_upload(house: House, call_id: int | None, form: PlanForm = FORM) -> str:
    """The code of a file that the office uploaded."""
    file = FormFile("报送表.docx", plan_form_docx(form))
    (result,) = upload_forms(house.officer.actor, call_id, [file], for_office=True)
    return result.reading_code


def plans() -> list[Plan]:
    return list(db.session.scalars(select(Plan).order_by(Plan.id)))


def test_a_form_becomes_a_draft_with_the_text_that_each_field_was_read_from(any_house: House) -> None:
    call = call_of(any_house, year=2026)
    result = upload(any_house.filer, call.id, FORM)
    (plan,) = plans()
    assert result.forms == (FormMade(1, "走进书库", plan.code),)
    assert (plan.text, plan.status, plan.agency_id, plan.call_id) == (TEXT, "draft", any_house.agency_id, call.id)
    assert (plan.precision, plan.audience_size) == ("xun", 20)
    assert [(v.number, v.author_id) for v in plan.versions] == [(1, any_house.filer.id)]
    assert [(e.action, e.reason) for e in plan.history] == [("create", "由“报送表.docx”第1张报送表读入")]
    source = source_of(plan.code)
    assert source is not None
    assert (source.filename, source.number, source.forms, source.warnings) == ("报送表.docx", 1, 1, ())
    assert {name: source.sources[name] for name in ("theme", "venue", "content")} == {
        "theme": "走进书库", "venue": "二楼书库", "content": "参观古籍修复。\n听讲解。",
    }  # fmt: skip


def test_every_form_of_every_file_becomes_a_draft_of_its_own(house: House) -> None:
    call = call_of(house)
    files = [
        FormFile("一.docx", merged_plan_forms_docx([FORM, replace(FORM, theme="夜读")])),
        FormFile("二.docx", b"PK\x03\x04 damaged"),
        FormFile("三.docx", plan_form_docx(replace(FORM, theme="晒书"))),
    ]
    results = upload_forms(house.filer.actor, call.id, files)
    assert [[made.theme for made in result.forms] for result in results] == [["走进书库", "夜读"], [], ["晒书"]]
    assert [len(result.problems) for result in results] == [0, 1, 0]
    assert [plan.theme for plan in plans()] == ["走进书库", "夜读", "晒书"]
    second = source_of(plans()[1].code)
    assert second is not None
    assert (second.number, second.forms, second.sources["theme"]) == (2, 2, "夜读")


def test_the_same_form_again_leads_to_its_draft_even_after_it_was_put_right(any_house: House) -> None:
    call = call_of(any_house)
    code = upload(any_house.filer, call.id, FORM).forms[0].plan_code
    draft = PlanDraft(call.id, replace(TEXT, venue="三楼书库"))
    save_plan(any_house.filer.actor, code, draft, version=1)
    again = upload(any_house.filer, call.id, FORM, name="改名.docx")
    assert again.forms == (FormMade(1, "走进书库", code, known=True),)
    assert (len(plans()), db.session.scalars(select(FormReading.filename)).all()) == (1, ["报送表.docx"])
    both = upload(any_house.filer, call.id, FORM, replace(FORM, theme="夜读"))
    assert [(made.number, made.known) for made in both.forms] == [(1, True), (2, False)]


def test_outside_of_any_call_the_same_form_is_known_too(house: House) -> None:
    code = upload(house.filer, None, FORM).forms[0].plan_code
    assert upload(house.filer, None, FORM).forms == (FormMade(1, "走进书库", code, known=True),)


def test_a_form_whose_plan_was_withdrawn_may_come_again(house: House) -> None:
    call = call_of(house)
    first = upload(house.filer, call.id, FORM).forms[0].plan_code
    withdraw_plan(house.filer.actor, first, reason="传错了")
    second = upload(house.filer, call.id, FORM).forms[0]
    assert (second.known, second.status) == (False, PlanStatus.DRAFT)
    assert [plan.status for plan in plans()] == ["withdrawn", "draft"]


def test_a_plan_that_came_in_a_table_is_known_when_its_form_comes(house: House) -> None:
    call = call_of(house)
    upload(house.filer, call.id, FORM)
    header = ["活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式", "联系人", "联系方式"]
    data = as_csv(header, list(TEXT.as_dict().values()))
    code = upload_table(house.filer.actor, Upload(call.id, "计划.csv", data))
    run_import(house.filer.actor, code)
    assert [row.outcome for row in import_rows(house.filer.actor, code)] == [KNOWN]


def test_the_name_of_another_agency_is_warned_of(house: House) -> None:
    code = upload(house.filer, None, replace(FORM, agency="云溪区水务局")).forms[0].plan_code
    spread = upload(house.filer, None, replace(FORM, agency="云溪区 图书馆", theme="夜读")).forms[0].plan_code
    warned, silent = source_of(code), source_of(spread)
    assert warned is not None
    assert silent is not None
    assert warned.warnings == ("表中的单位名称是“云溪区水务局”，不是本单位（云溪区图书馆）。请核对是否传错了文件",)
    assert silent.warnings == ()
    assert {plan.agency_id for plan in plans()} == {house.agency_id}


def test_a_text_that_is_too_long_is_left_for_the_person_and_stays_beside_its_field(house: House) -> None:
    code = upload(house.filer, None, replace(FORM, place="厅" * 400)).forms[0].plan_code
    source = source_of(code)
    assert source is not None
    assert (plans()[0].venue, source.sources["venue"]) == ("", "厅" * 400)
    assert source.warnings == ("开展地点超过300个字，没有填入，请对照原文填写",)


def test_a_form_without_a_theme_is_refused_with_how_to_go_on(house: House) -> None:
    result = upload(house.filer, None, replace(FORM, theme=""))
    assert result.forms == ()
    assert result.problems == ("报送表没有读出活动主题，请在表中填好活动主题后再上传，或者新报一个计划手工填写",)
    assert plans() == []


def test_only_filers_upload_for_their_agency_and_officers_for_others(house: House) -> None:
    file = [FormFile("a.docx", plan_form_docx(FORM))]
    for persona, for_office in ((house.reviewer, False), (house.officer, False), (house.filer, True)):
        with pytest.raises(Forbidden):
            upload_forms(persona.actor, None, file, for_office=for_office)
    with pytest.raises(Refused, match="一次最多上传20个文件"):
        upload_forms(house.filer.actor, None, file * 21)
    with pytest.raises(Refused, match="请选择征集通知"):
        upload_forms(house.filer.actor, call_of(house, status="closed").id, file)


def test_the_office_puts_a_form_right_and_files_it_for_its_agency(any_house: House) -> None:
    call = call_of(any_house, year=2026)
    code = office_upload(any_house, call.id)
    assert plans() == []
    page = form_page(any_house.officer.actor, code, 1)
    assert (page.agency, page.agency_id, page.text) == ("云溪区图书馆", any_house.agency_id, TEXT)
    right = replace(TEXT, venue="三楼书库")
    actor = any_house.officer.actor
    plan_code = file_read_form(actor, code, 1, agency_id=any_house.agency_id, text=right)
    assert file_read_form(actor, code, 1, agency_id=any_house.agency_id, text=TEXT) == plan_code
    (plan,) = plans()
    assert (plan.text, plan.status, plan.agency_id) == (right, "office_review", any_house.agency_id)
    assert office_upload(any_house, call.id) == code
    assert [(form.plan_code, form.status) for form in uploaded_forms(actor, for_office=True)] == [
        (plan_code, PlanStatus.OFFICE_REVIEW)
    ]
    source = source_of(plan_code)
    assert source is not None
    assert source.sources["venue"] == "二楼书库"


def test_the_office_files_only_what_is_complete_and_in_its_reach(house: House) -> None:
    code = office_upload(house, call_of(house).id, replace(FORM, phone="", time="另行通知"))
    with pytest.raises(FieldsRefused) as refused:
        file_read_form(house.officer.actor, code, 1, agency_id=0, text=form_page(house.officer.actor, code, 1).text)
    assert list(refused.value.problems) == ["agency", "time_text", "contact_phone"]
    _disable(house.agency_id)
    with pytest.raises(FieldsRefused, match="请选择活动单位"):
        file_read_form(house.officer.actor, code, 1, agency_id=house.agency_id, text=TEXT)
    for somebody, number in ((house.second_officer, 1), (house.far_officer, 1), (house.officer, 2)):
        with pytest.raises(NotFound):
            file_read_form(somebody.actor, code, number, agency_id=house.agency_id, text=TEXT)


@use_case
def _disable(agency_id: int) -> None:
    db.session.get_one(Agency, agency_id).active = False


def test_an_upload_leaves_its_audit_records_and_one_version(house: House) -> None:
    upload(house.filer, None, FORM, replace(FORM, theme="夜读"))
    actions = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions == ["plan.read_form", "plan.read_form", "form_reading.upload"]
    assert len(db.session.scalars(select(PlanVersion)).all()) == 2
    assert len(db.session.scalars(select(PlanEvent)).all()) == 2


def test_an_upload_that_takes_too_long_leaves_its_last_files_for_another_time(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("openday.services.form_readings.LONGEST_READING", -1.0)
    read = upload(house.filer, None, FORM)
    assert read.problems == ("前面的文件读取时间较长，这个文件还没有读取，请再上传一次",)
    assert plans() == []
