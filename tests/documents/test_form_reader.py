"""Filled-in plan forms, read back from every kind of file that an agency may send."""

import csv
import os
from collections.abc import Iterator
from dataclasses import asdict, astuple, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.documents.form_reader import KEYS, FormRefused, ReadForm, read_forms
from openday.documents.form_reading.assemble import read_forms_in
from openday.documents.form_reading.package import open_package
from openday.documents.form_reading.word_text import read_word
from openday.documents.legacy_office import can_convert
from openday.documents.plan_form import PlanForm, plan_form_docx
from openday.rules.privacy import plain_text
from tests.factories import (
    word_forms_clerks,
    word_forms_corners,
    word_forms_features,
    word_forms_layouts,
    word_forms_office,
    word_forms_places,
    word_forms_texts,
)
from tests.factories.word_forms import FORM, cell, docx, form_rows, pair, para, row, table, whole_form
from tests.factories.word_forms_layouts import Variant


def said(form: ReadForm) -> dict[str, str]:
    return {key: form.fields[key].value for key in KEYS}


_FACTORIES = (
    word_forms_layouts,
    word_forms_places,
    word_forms_features,
    word_forms_texts,
    word_forms_clerks,
    word_forms_corners,
)


def _variants() -> Iterator[Variant]:
    for factory in (
        word_forms_layouts,
        word_forms_places,
        word_forms_features,
        word_forms_texts,
        word_forms_clerks,
        word_forms_corners,
    ):
        for group in factory.GROUPS:
            yield from getattr(factory, group)()


@pytest.mark.parametrize("variant", _variants(), ids=lambda variant: variant.name)
def test_every_field_is_read_as_it_was_meant(variant: Variant) -> None:
    forms = read_forms(variant.data, "报送表.docx")
    assert [said(form) for form in forms] == [asdict(form) for form in variant.forms]
    warnings = [warning for form in forms for warning in form.warnings]
    if variant.warning:
        assert any(variant.warning in warning for warning in warnings), warnings
    else:
        assert warnings == []


@pytest.fixture(scope="session")
def office_made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Variant]]:
    """What LibreOffice makes of forms, by the way they came; made once for all tests."""
    base = tmp_path_factory.mktemp("office")
    word = "docx:MS Word 2007 XML"
    round_trips = word_forms_office.sent()
    return {
        "typed": word_forms_office.converted(base / "typed", [*word_forms_office.typed()], "fodt", word),
        "pages": word_forms_office.converted(
            base / "pages", [*word_forms_office.pages()], "html", word, reads="HTML (StarWriter)"
        ),
        "odt": word_forms_office.converted(base / "odt", round_trips, "docx", "odt", word),
        "doc": word_forms_office.converted(base / "doc", round_trips, "docx", "doc:MS Word 97", word),
    }


@pytest.mark.skipif(not can_convert(), reason="LibreOffice is not installed")
@pytest.mark.parametrize("way", ["typed", "pages", "odt", "doc"])
def test_every_field_of_a_form_that_another_program_wrote_is_read(
    way: str, office_made: dict[str, list[Variant]]
) -> None:
    wrong = {}
    for variant in office_made[way]:
        forms = read_forms(variant.data, "报送表.docx")
        warnings = [warning for form in forms for warning in form.warnings]
        expected = [asdict(form) for form in variant.forms]
        warned = any(variant.warning in warning for warning in warnings) if variant.warning else not warnings
        if [said(form) for form in forms] != expected or not warned:
            wrong[variant.name] = ([said(form) for form in forms], warnings)
    assert wrong == {}


@pytest.mark.skipif(not can_convert(), reason="LibreOffice is not installed")
def test_a_file_of_the_old_kind_is_converted_and_read(office_made: dict[str, list[Variant]], tmp_path: Path) -> None:
    old = word_forms_office.converted(
        tmp_path / "old", [Variant("old", docx(whole_form(FORM)), (FORM,))], "docx", "doc:MS Word 97"
    )[0].data
    assert old.startswith(b"\xd0\xcf\x11\xe0")
    for name in ("报送表.doc", "报送表.DOC", "改了名.docx"):
        assert [said(form) for form in read_forms(old, name)] == [asdict(FORM)]


def test_a_word_file_that_is_called_doc_is_read_as_what_it_is() -> None:
    assert said(read_forms(docx(whole_form(FORM)), "报送表.doc")[0]) == asdict(FORM)


def test_each_value_comes_beside_the_text_that_it_was_read_from() -> None:
    rows = form_rows(replace(FORM, time="9月中旬\n（时间需具体到月份）"))
    form = read_forms(docx(para("单位名称：____青田市水务局____"), table(*rows)), "a.docx")[0]
    assert (form.fields["time"].value, form.fields["time"].source) == ("9月中旬", "9月中旬\n（时间需具体到月份）")
    assert (form.fields["agency"].value, form.fields["agency"].source) == (
        "青田市水务局",
        "单位名称：____青田市水务局____",
    )


def test_every_key_is_there_when_the_form_lacks_it() -> None:
    form = read_forms(docx(table(*form_rows(FORM)[:3])), "a.docx")[0]
    assert tuple(form.fields) == KEYS
    assert said(form)["phone"] == ""
    assert "没有找到这些栏目：活动对象、活动报名方式、联系人、联系方式" in form.warnings


def test_plans_that_were_really_held_come_back_as_they_were() -> None:
    source = Path(os.environ.get("OPENDAY_REAL_PLANS", "no such file"))
    if not source.is_file():
        pytest.skip("no table of real plans is given")
    columns = ("agency", "theme", "time_text", "place", "content", "audience", "signup_text", "contact", "phone")
    with source.open(encoding="utf-8-sig", newline="") as lines:
        plans = [PlanForm(*(plain_text(row[name], lines=True) for name in columns)) for row in csv.DictReader(lines)]
    read = [said(read_forms(plan_form_docx(plan), "a.docx")[0]) for plan in plans]
    assert read == [asdict(plan) for plan in plans]


_LINE = st.text("一二三水务局参观座谈 　（）：，。、0123456789-abc@.☆①", min_size=1, max_size=20)
_TEXT = st.lists(_LINE, min_size=1, max_size=4).map("\n".join).map(lambda text: plain_text(text, lines=True))


@settings(max_examples=60, deadline=None)
@given(st.tuples(*[_TEXT] * 8))
def test_what_this_product_wrote_comes_back_letter_for_letter(texts: tuple[str, ...]) -> None:
    form = PlanForm("青田市水务局", *texts)
    if not any(texts):
        return
    package = open_package(plan_form_docx(form))
    read = read_forms_in(read_word(package))
    assert [tuple(value for value, _ in each.fields.values()) for each in read] == [astuple(form)]


def test_guidance_alone_is_a_blank_form() -> None:
    hinted = table(
        pair("活动主题", "（不超过20字）"), pair("开展时间", "（时间需具体到月份）"), pair("活动内容", "____")
    )
    with pytest.raises(FormRefused, match="还没有填写"):
        read_forms(docx(para("单位名称：青田市水务局"), hinted), "a.docx")


def test_a_list_of_plans_beside_a_form_is_pointed_out() -> None:
    names = ("活动主题", "开展时间", "开展地点", "联系人")
    plans = table(row(*map(cell, names)), *(row(*map(cell, (f"第{n}场", "9月", "水厂", "张三"))) for n in range(3)))
    forms = read_forms(docx(whole_form(FORM), plans), "a.docx")
    assert [said(form) for form in forms] == [asdict(FORM)]
    assert any("导入计划表" in warning for warning in forms[0].warnings)
