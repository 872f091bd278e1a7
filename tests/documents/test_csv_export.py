"""CSV that spreadsheets show and do not run, and that is read again without loss."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.documents.csv_export import csv_bytes, original_text, safe_cell


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_roster_is_read_by_any_program() -> None:
    data = csv_bytes(["code", "name"], [["A1", "张三"], ["B2", '李"四",\n第二行']])
    assert data.startswith(b"\xef\xbb\xbf"), "Excel takes the file for UTF-8 only with its mark"
    assert data.count(b"\r\n") == 3
    assert read(data) == [["code", "name"], ["A1", "张三"], ["B2", '李"四",\n第二行']]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+86", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "\u3000＝1", "＝1", "＋1", "－1", "＠x", "'=1", "'"],
)
def test_no_cell_begins_like_a_formula_and_every_cell_comes_back(text: str) -> None:
    [[shown], _] = read(csv_bytes([text], [["x"]]))
    assert shown == "'" + text
    assert original_text(shown) == text


@pytest.mark.parametrize("text", ["张三", "13800000000", "", "a=b", "1-2", "水厂'", "（=1）"])
def test_ordinary_text_is_written_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


def test_an_apostrophe_that_somebody_typed_is_kept() -> None:
    assert original_text("'90后青年") == "'90后青年"


@given(st.text())
def test_the_mark_can_always_be_taken_off_again(text: str) -> None:
    assert original_text(safe_cell(text)) == text


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"])), min_size=2, max_size=2)))
def test_any_table_comes_back_as_it_was(rows: list[list[str]]) -> None:
    read_again = [[original_text(cell) for cell in row] for row in read(csv_bytes(["甲", "乙"], rows))]
    assert read_again == [["甲", "乙"], *rows]


def test_control_characters_are_left_out() -> None:
    assert read(csv_bytes(["a"], [["张\x00三\x1b\ud800"]])) == [["a"], ["张三"]]
    assert read(csv_bytes(["a"], [["\x00=1"]])) == [["a"], ["'=1"]]
