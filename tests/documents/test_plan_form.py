"""The plan form, opened again as an agency would and compared with the form on paper."""

import io
import zipfile
from dataclasses import asdict, replace

import docx
import pytest
from docx.document import Document
from docx.enum.table import WD_ROW_HEIGHT_RULE
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.documents.plan_form import PlanForm, plan_form_docx, several_plan_forms_zip

FORM = PlanForm(
    agency="青田市水务局",
    theme="一滴水的旅程——走进第一水厂",
    time="2026年9月16日（星期三）14:00–16:00",
    place="第一水厂",
    content="一、参观取水口、滤池和“智慧水务”调度中心。\n二、座谈：水价与水质。",
    audience="企业代表 10 人、市民代表 20 人",
    signup="扫描二维码报名，或发送邮件至 office@example.gov.cn。",
    contact="张工作人员",
    phone="0578-0000000",
)
EMPTY = PlanForm("", "", "", "", "", "", "", "", "")


def opened(form: PlanForm) -> Document:
    return docx.Document(io.BytesIO(plan_form_docx(form)))


def cells(document: Document) -> list[list[str]]:
    """The texts of the cells as printed: a merged cell counts once."""
    return [[docx.table._Cell(tc, row).text for tc in row._tr.tc_lst] for row in document.tables[0].rows]


def test_every_cell_stands_where_the_paper_form_has_it() -> None:
    document = opened(FORM)
    assert [paragraph.text for paragraph in document.paragraphs if paragraph.text] == [
        "政府开放活动计划安排报送表",
        "单位名称：青田市水务局",
    ]
    assert cells(document) == [
        ["活动主题", FORM.theme],
        ["开展时间", FORM.time, "开展地点", FORM.place],
        ["活动内容", FORM.content],
        ["活动对象", FORM.audience],
        ["活动报名方式", FORM.signup],
        ["联系人", FORM.contact, "联系方式", FORM.phone],
    ]


def test_single_values_span_the_three_columns_beside_their_label() -> None:
    rows = opened(FORM).tables[0].rows
    spans = [[tc.grid_span for tc in row._tr.tc_lst] for row in rows]
    assert spans == [[1, 3], [1, 1, 1, 1], [1, 3], [1, 3], [1, 3], [1, 1, 1, 1]]
    for row in rows:
        assert sum(tc.width for tc in row._tr.tc_lst) == sum(column.width for column in row.table.columns)


def test_title_stands_in_the_middle_and_the_agency_is_underlined() -> None:
    title, agency = opened(FORM).paragraphs[:2]
    assert title.style.element.pPr.jc.val.name == "CENTER"
    assert [(run.text, bool(run.underline)) for run in agency.runs] == [("单位名称：", False), ("青田市水务局", True)]


def test_a_form_with_nothing_in_it_is_the_blank_form_with_a_line_to_write_on() -> None:
    document = opened(EMPTY)
    agency = document.paragraphs[1]
    assert agency.runs[1].underline
    assert len(agency.runs[1].text) >= 10
    assert agency.text.strip() == "单位名称："
    assert [row[1::2] for row in cells(document)] == [[""], ["", ""], [""], [""], [""], ["", ""]]


def test_chinese_text_has_chinese_faces() -> None:
    document = opened(FORM)
    faces = {
        style.name: style.element.rPr.rFonts.get(qn("w:eastAsia"))
        for style in document.styles
        if style.name.startswith("Form")
    }
    assert faces == {
        "FormTitle": "方正小标宋简体",
        "FormLine": "仿宋_GB2312",
        "FormLabel": "宋体",
        "FormValue": "仿宋_GB2312",
    }
    used = {
        paragraph.style.name for row in document.tables[0].rows for cell in row.cells for paragraph in cell.paragraphs
    }
    assert used == {"FormLabel", "FormValue"}
    hints = [run.get(qn("w:hint")) for run in document.element.body.iter(qn("w:rFonts"))]
    assert hints
    assert set(hints) == {"eastAsia"}


def test_faces_that_a_computer_may_lack_name_a_stand_in() -> None:
    with zipfile.ZipFile(io.BytesIO(plan_form_docx(FORM))) as package:
        fonts = docx.oxml.parse_xml(package.read("word/fontTable.xml"))
    stand_ins = {font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")) for font in fonts}
    assert stand_ins["方正小标宋简体"] == "宋体"
    assert stand_ins["仿宋_GB2312"] == "仿宋"


def test_the_form_takes_one_a4_page() -> None:
    document = opened(FORM)
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    room = section.page_height - section.top_margin - section.bottom_margin
    heights = [row.height for row in document.tables[0].rows]
    assert all(row.height_rule == WD_ROW_HEIGHT_RULE.AT_LEAST for row in document.tables[0].rows)
    above = sum(
        paragraph.style.paragraph_format.line_spacing + paragraph.style.paragraph_format.space_after
        for paragraph in document.paragraphs[:2]
    )
    assert 0.8 * room < sum(heights) + above < room
    width = sum(column.width for column in document.tables[0].columns)
    assert width <= section.page_width - section.left_margin - section.right_margin
    assert max(heights) == heights[2], "the content has the tallest row"


def value_size(form: PlanForm) -> float:
    return opened(form).tables[0].rows[2].cells[1].paragraphs[0].runs[0].font.size.pt


def test_text_that_would_burst_the_page_is_set_smaller() -> None:
    assert value_size(FORM) == 14
    assert value_size(replace(FORM, content="水" * 1200)) < 14
    assert value_size(replace(FORM, content="水" * 50_000)) >= 9, (
        "never too small to read; it runs on over another page"
    )


def test_a_long_way_to_sign_up_takes_its_room_from_the_content() -> None:
    talkative = replace(FORM, signup="将姓名、工作单位和联系电话发送至电子邮箱。" * 8)
    usual, narrowed = ([row.height for row in opened(form).tables[0].rows] for form in (FORM, talkative))
    assert value_size(talkative) == 14
    assert narrowed[4] > usual[4]
    assert narrowed[2] < usual[2]
    assert sum(narrowed) == pytest.approx(sum(usual), abs=6 * 635), "the rounding of six rows to twentieths of a point"


def test_a_very_long_text_stays_whole_in_a_row_that_may_break() -> None:
    long = "开放活动内容。" * 3000
    document = opened(replace(FORM, content=long))
    assert cells(document)[2] == ["活动内容", long]
    assert not list(document.element.body.iter(qn("w:cantSplit")))
    assert document.tables[0].autofit is False


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028", "\x0b"])
def test_every_line_becomes_a_paragraph(ending: str) -> None:
    document = opened(replace(FORM, content=ending.join(["一、参观", "", "二、座谈"])))
    cell = document.tables[0].rows[2].cells[1]
    assert [paragraph.text for paragraph in cell.paragraphs] == ["一、参观", "", "二、座谈"]


def test_what_word_cannot_hold_is_left_out() -> None:
    document = opened(replace(FORM, theme="走\x00进\x07水\x1b厂\ud800\uffff", agency="水务局\r\n\x00第二行"))
    assert cells(document)[0] == ["活动主题", "走进水厂"]
    assert document.paragraphs[1].text == "单位名称：水务局 第二行"


def test_markup_and_templates_are_only_text() -> None:
    theme = "</w:t><w:t> &amp; {{ 7*7 }} {% if %} ]]> <b>"
    assert cells(opened(replace(FORM, theme=theme)))[0][1] == theme


@given(text=st.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_any_text_makes_a_form_that_opens(text: str) -> None:
    document = opened(PlanForm(*[text] * 9))
    assert len(cells(document)) == 6


def test_the_same_form_gives_the_same_bytes() -> None:
    assert plan_form_docx(FORM) == plan_form_docx(replace(FORM))
    with zipfile.ZipFile(io.BytesIO(plan_form_docx(FORM))) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_document_says_its_title_and_nothing_about_who_made_it() -> None:
    properties = opened(FORM).core_properties
    assert properties.title == "政府开放活动计划安排报送表"
    assert properties.language == "zh-CN"
    assert (properties.author, properties.last_modified_by) == ("", "")


def test_several_forms_come_in_one_zip_that_opens() -> None:
    other = replace(FORM, agency="青田市卫生健康局", theme="健康体检")
    packed = several_plan_forms_zip([("水务局.docx", FORM), ("卫健局", other)])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["水务局.docx", "卫健局.docx"]
        assert all(entry.flag_bits & 0x800 for entry in archive.infolist()), "names are marked as UTF-8"
        assert archive.read("卫健局.docx") == plan_form_docx(other)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/root",
        "C:\\Windows\\x",
        "a/b",
        "..",
        "",
        " . ",
        "x\x00y",
        "a\nb",
        '<>:"|?*',
        "长" * 500,
        "\ud800",
    ],
)
def test_file_names_are_safe_everywhere(name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(several_plan_forms_zip([(name, EMPTY)]))) as archive:
        [stored] = archive.namelist()
    assert stored.endswith(".docx")
    assert not set(stored) & set('<>:"/\\|?*\x00\n')
    assert not stored.startswith((".", " "))
    assert 5 < len(stored.encode()) <= 255


def test_file_names_that_meet_are_numbered() -> None:
    forms = [(name, EMPTY) for name in ("计划", "计划.docx", "计划", "plan", "PLAN")]
    with zipfile.ZipFile(io.BytesIO(several_plan_forms_zip(forms))) as archive:
        assert archive.namelist() == ["计划.docx", "计划（2）.docx", "计划（3）.docx", "plan.docx", "PLAN（2）.docx"]


def test_the_nine_fields_are_all_printed() -> None:
    marked = PlanForm(**{name: f"〔{name}〕" for name in asdict(EMPTY)})
    document = opened(marked)
    printed = "".join(paragraph.text for paragraph in document.paragraphs) + "".join(map("".join, cells(document)))
    assert all(printed.count(f"〔{name}〕") == 1 for name in asdict(EMPTY))
