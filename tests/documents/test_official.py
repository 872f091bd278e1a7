"""Official papers, opened again and held against GB/T 9704-2012."""

import io
import re
import zipfile
from datetime import date

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from openday.documents.official import (
    Attachment,
    Heading,
    OfficialDocument,
    TableColumn,
    Text,
    official_docx,
)
from openday.documents.official_texts import Announcement, MissingAgency, announcement, reminder_notice

TABLE = Attachment(
    "2026年9月政府开放活动安排表",
    (TableColumn("序号", 1, centred=True), TableColumn("活动主题", 4)),
    [("1", "走进图书馆"), ("2", "=1+1\n第二行")],
    landscape=True,
)
PAPER = OfficialDocument(
    "关于举办“走进图书馆”政府开放活动的公告",
    "各镇人民政府",
    (
        Text("现公告如下：\n第二段。"),
        Heading("活动时间"),
        Heading("上午", 2),
        Heading("入场", 3),
        Heading("凭证", 4),
        Heading("下午", 2),
        Heading("活动地点"),
    ),
    "云溪区人民政府办公室",
    date(2026, 9, 1),
    (TABLE,),
)
FACTS = Announcement(
    agency="云溪区图书馆", theme="“书香”开放日", times=("2026年9月中旬（时间待定）",), vague=True, venues=("一楼大厅",),
    content="参观", audience="市民20人", signup="不公开报名。", contact="何文", phone="0000-8880001", address="https://x/a",
)  # fmt: skip


def opened(paper: OfficialDocument = PAPER) -> Document:
    return docx.Document(io.BytesIO(official_docx(paper)))


def printed(paper: OfficialDocument) -> str:
    return "\n".join(paragraph.text for paragraph in opened(paper).paragraphs)


def test_the_text_area_is_156_by_225_millimetres_with_22_lines_of_28_characters() -> None:
    section = opened().sections[0]
    assert section.top_margin == pytest.approx(Mm(37), abs=Mm(1))
    assert section.left_margin == pytest.approx(Mm(28), abs=Mm(1))
    assert section.page_width - section.left_margin - section.right_margin == pytest.approx(Mm(156), abs=Mm(0.5))
    assert section.page_height - section.top_margin - section.bottom_margin == pytest.approx(Mm(225), abs=Mm(0.5))
    grid = section._sectPr.find(qn("w:docGrid"))
    assert grid.get(qn("w:type")) == "linesAndChars"
    pitch = int(grid.get(qn("w:linePitch")))
    assert int(Mm(225).twips // pitch) == 22
    advance = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    assert int(Mm(156).pt / advance + 0.001) == 28


def test_faces_and_sizes_are_those_of_the_standard() -> None:
    document = opened()
    styles = {style.name: style for style in document.styles if style.name.startswith("Official")}
    face = {name: style.element.rPr.rFonts.get(qn("w:eastAsia")) for name, style in styles.items()}
    assert (face["OfficialTitle"], styles["OfficialTitle"].font.size.pt) == ("方正小标宋简体", 22)
    assert (face["OfficialBody"], styles["OfficialBody"].font.size.pt) == ("仿宋_GB2312", 16)
    assert (face["OfficialPageNumber"], styles["OfficialPageNumber"].font.size.pt) == ("宋体", 14)
    levels = {
        paragraph.text: paragraph.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia"))
        for paragraph in document.paragraphs
        if paragraph.runs
    }
    assert (levels["一、活动时间"], levels["（一）上午"]) == ("黑体", "楷体_GB2312")
    assert (levels["1.入场"], levels["（1）凭证"], levels["二、活动地点"]) == (None, None, "黑体")
    assert "（二）下午" in levels
    with zipfile.ZipFile(io.BytesIO(official_docx(PAPER))) as package:
        fonts = docx.oxml.parse_xml(package.read("word/fontTable.xml"))
    stand_ins = {font.get(qn("w:name")): font.find(qn("w:altName")).get(qn("w:val")) for font in fonts}
    assert {"方正小标宋简体": "宋体", "仿宋_GB2312": "仿宋", "楷体_GB2312": "楷体"}.items() <= stand_ins.items()


def test_page_numbers_stand_outside_right_on_odd_and_left_on_even_pages() -> None:
    document = opened()
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    odd, even = section.footer.paragraphs[0], section.even_page_footer.paragraphs[0]
    assert (odd.alignment.name, even.alignment.name) == ("RIGHT", "LEFT")
    for paragraph in (odd, even):
        assert paragraph.text.replace(" ", "") == "——"
        assert [field.text for field in paragraph._p.iter(qn("w:instrText"))] == [" PAGE "]


def test_addressee_note_issuer_and_date_stand_where_they_belong() -> None:
    document = opened()
    by_text = {paragraph.text: paragraph for paragraph in document.paragraphs}
    assert by_text["各镇人民政府："].paragraph_format.first_line_indent is None
    assert by_text["第二段。"].paragraph_format.first_line_indent == pytest.approx(Mm(156) * 2 / 28, rel=0.01)
    assert "附件：2026年9月政府开放活动安排表" in by_text
    dated = by_text["2026年9月1日"]
    assert dated.alignment.name == by_text["云溪区人民政府办公室"].alignment.name == "RIGHT"
    assert dated.paragraph_format.right_indent == pytest.approx(Mm(156) * 4 / 28, abs=Mm(0.1))


def test_a_wide_table_lies_across_with_its_head_on_every_page() -> None:
    document = opened()
    assert [section.orientation.name for section in document.sections] == ["PORTRAIT", "LANDSCAPE"]
    [table] = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["序号", "活动主题"],
        ["1", "走进图书馆"],
        ["2", "=1+1\n第二行"],
    ]
    assert [bool(row._tr.trPr.findall(qn("w:tblHeader"))) for row in table.rows] == [True, False, False]
    mark = next(paragraph for paragraph in document.paragraphs if paragraph.text == "附件")
    assert mark.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    two = opened(OfficialDocument("标题", "", (), "", date(2026, 9, 1), (TABLE, TABLE)))
    assert [p.text for p in two.paragraphs if re.fullmatch(r"附件\d?", p.text)] == ["附件1", "附件2"]
    assert [section.orientation.name for section in two.sections] == ["PORTRAIT", "LANDSCAPE", "LANDSCAPE"]


def test_the_same_paper_gives_the_same_bytes() -> None:
    assert official_docx(PAPER) == official_docx(PAPER)


def test_what_word_cannot_hold_is_left_out_and_markup_is_only_text() -> None:
    text = printed(OfficialDocument("标\x00题</w:t>", "", (Text("正\ud800文 {{ 7*7 }}"),), "\x07", date(2026, 9, 1)))
    assert "标题</w:t>" in text
    assert "正文 {{ 7*7 }}" in text


def test_an_announcement_turns_into_its_contrary_when_the_activity_is_called_off() -> None:
    issued = ("云溪区图书馆", date(2026, 9, 1))
    assert announcement(FACTS, *issued).title == "“‘书香’开放日”预告"
    firm = Announcement(**{**FACTS.__dict__, "vague": False})
    assert announcement(firm, *issued).title == "关于举办“‘书香’开放日”的公告"
    off = Announcement(**{**FACTS.__dict__, "cancel_reason": "场地检修"})
    text = printed(announcement(off, *issued))
    assert "关于取消“‘书香’开放日”的公告" in text.replace("\n", "")
    assert "原定2026年9月中旬举办的" in text
    assert "场地检修" in text
    put_off = Announcement(**{**FACTS.__dict__, "postpone_reason": "天气"})
    assert "新的时间确定后另行公布。" in printed(announcement(put_off, *issued))


def test_an_announcement_names_who_holds_it_together() -> None:
    alone = printed(announcement(FACTS, "云溪区图书馆", date(2026, 9, 1)))
    assert "举办单位" not in alone
    together = Announcement(**{**FACTS.__dict__, "hosts": (("协办单位", "云溪区水务局"), ("协办单位", "云溪区气象局"))})
    text = printed(announcement(together, "云溪区图书馆", date(2026, 9, 1)))
    assert "主办单位：云溪区图书馆\n协办" in text
    assert "协办单位：云溪区水务局、云溪区气象局" in text


def test_few_agencies_are_addressed_by_name_and_many_are_listed() -> None:
    def notice(count: int) -> OfficialDocument:
        agencies = [MissingAgency(f"第{number}局", 2, 1) for number in range(count)]
        return reminder_notice(
            "2026年报送通知", 2026, date(2026, 6, 28), date(2026, 7, 2), agencies,
            address="https://x", contact="", issuer="办公室", dated=date(2026, 6, 29),
        )  # fmt: skip

    assert notice(2).addressee == "第0局、第1局"
    assert notice(7).addressee == "各有关单位"
    assert notice(7).attachments[0].rows[6] == ("7", "第6局", "2", "1", "1")
    assert "请附件所列单位于2026年7月2日（星期四）前报齐。" in printed(notice(7))
