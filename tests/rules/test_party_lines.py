"""Pasted lists: any order, any separator, and what can be read in two ways is not read."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.party_lines import MOST_LINES, PartyLine, cells_as_lines, find_phones, people_said, read_party_lines


def read(line: str, *, mailbox_will_do: bool = False) -> tuple[str, str, str, int, str]:
    (found,) = read_party_lines(line, mailbox_will_do=mailbox_will_do)
    return found.name, found.phone, found.email, found.people, found.problem


@pytest.mark.parametrize(
    "line",
    [
        "王小雨\t13800001111\t3",
        "王小雨,13800001111,3",
        "王小雨，13800001111，3人",
        "王小雨、138 0000 1111、三人",
        "王小雨 138-0000-1111 3",
        "3 13800001111 王小雨",
        "13800001111王小雨3人",
        "王小雨　１３８００００１１１１　３",
        "王 小 雨 +86 13800001111 3位",
        "王小雨（3人）(+86)138-0000-1111",
        "5. 王小雨 13800001111 3",
        "（5）王小雨；13800001111；一行三人",
        "姓名：王小雨 手机：13800001111 人数：3",
        "王小雨 女 13800001111 共3人",
        "王小雨|13800001111|3",
        "\u200b王小雨 0086 138 0000 1111 3\u200b",
    ],
)
def test_one_party_is_read_however_its_line_is_written(line: str) -> None:
    assert read(line) == ("王小雨", "13800001111", "", 3, "")


def test_a_line_without_a_number_of_people_is_one_person() -> None:
    assert read("王小雨 13800001111") == ("王小雨", "13800001111", "", 1, "")


def test_names_of_other_scripts_keep_their_spaces() -> None:
    assert read("John Smith +852 9123 4567 2") == ("John Smith", "+85291234567", "", 2, "")
    assert read("欧阳·娜 13800001111")[0] == "欧阳·娜"


def test_a_mailbox_is_kept_beside_the_number_and_stands_for_it_where_that_will_do() -> None:
    assert read("王小雨 13800001111 wang@example.org 2") == ("王小雨", "13800001111", "wang@example.org", 2, "")
    assert read("王小雨 wang@example.org")[4] == "没有手机号码"
    assert read("王小雨 wang@example.org", mailbox_will_do=True) == ("王小雨", "", "wang@example.org", 1, "")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("王小雨", "没有手机号码"),
        ("13800001111", "没有姓名"),
        ("王小雨 1380000111", "手机号码应为11位数字，例如 13800000000"),
        ("王小雨 1380000111 2", "手机号码应为11位数字，例如 13800000000"),
        ("王小雨 138000011112", "手机号码应为11位数字，例如 13800000000"),
        ("王小雨 0755-12345678", "这里请填写手机号码，不能填写固定电话。手机号码应为11位数字，例如 13800000000"),
        ("王小雨 13800001111 13800002222", "一行里有两个手机号码，每行只写一组人"),
        ("王小雨 13800001111 a@example.org b@example.org", "一行里有两个邮箱，每行只写一组人"),
        ("王小雨 13800001111 2 3", "一行里有两个数字，看不出哪个是人数"),
        ("王小雨 13800001111 0人", "人数应为1至50人"),
        ("王小雨 13800001111 51", "人数应为1至50人"),
        ("王小雨 图书馆 13800001111", "看不出哪个是姓名：王小雨、图书馆"),
        ("王小雨两人 13800001111", "“王小雨两人”里看不出姓名和人数，请用空格分开"),
        ("=SUM(A1) 13800001111", "姓名“=SUM A1”不像姓名，请核对"),
        ("— 13800001111", "姓名“—”不像姓名，请核对"),
        ("王" * 201, "这一行过长，每行最多200个字"),
    ],
)
def test_what_cannot_be_read_plainly_is_named_and_not_guessed(line: str, problem: str) -> None:
    assert read(line) == ("", "", "", 1, problem)


def test_a_missing_digit_is_never_taken_from_the_number_of_people() -> None:
    for short in ("138 0000 111", "138-0000-111", "1380000111", "+852 9123 45"):
        assert read(f"王小雨 {short} 2")[1] == ""


def test_headings_and_empty_lines_are_left_out_and_lines_keep_their_numbers() -> None:
    found = read_party_lines("姓名\t手机号码\t人数\n\n王小雨\t13800001111\t2\r\n\n李明\t13800002222\n")
    assert [(line.number, line.name, line.people) for line in found] == [(3, "王小雨", 2), (5, "李明", 1)]


def test_a_column_of_running_numbers_is_no_number_of_people() -> None:
    found = read_party_lines("1 王小雨 13800001111 4\n2 李明 13800002222\n3 陈一 13800003333 2")
    assert [(line.name, line.people) for line in found] == [("王小雨", 4), ("李明", 1), ("陈一", 2)]
    found = read_party_lines("2 王小雨 13800001111\n2 李明 13800002222")
    assert [line.people for line in found] == [2, 2]


def test_no_more_lines_than_somebody_can_wait_for() -> None:
    lines = [f"来宾甲 138{n:08d}" for n in range(MOST_LINES + 1)]
    assert len(read_party_lines("姓名 手机\n" + "\n".join(lines[:-1]))) == MOST_LINES
    with pytest.raises(ValueError, match="一次最多200行，现在有201行，请分几次办理"):
        read_party_lines("\n".join(lines))


def test_rows_of_a_table_read_like_a_paste() -> None:
    rows = [("姓名", "电话", "人数"), ("王 小雨\n", "13800001111", "2"), ("", "", ""), ("John\tSmith", "+85291234567")]
    text = cells_as_lines(rows)
    assert text == "姓名\t电话\t人数\n王 小雨\t13800001111\t2\nJohn Smith\t+85291234567"


def test_people_are_read_from_figures_and_words_and_from_nothing_else() -> None:
    assert [people_said(text) for text in ("3", "３人", "三位", "两人", "十二个人", "共4人")] == [3, 3, 3, 2, 12, 4]
    assert [people_said(text) for text in ("三", "一", "王三", "1234", "3楼", "")] == [None] * 6


def test_a_number_in_a_text_is_found_once() -> None:
    assert find_phones("电话138 0000 1111，或+86-138-0000-1111；香港+852 9123 4567") == ["13800001111", "+85291234567"]
    assert find_phones("订单20260916138000011112") == []


@given(st.text(max_size=300))
def test_no_text_makes_it_fail_and_a_party_that_is_read_is_whole(text: str) -> None:
    for line in read_party_lines(text):
        assert line.problem or (line.name and line.phone and 1 <= line.people <= 50), line
        assert isinstance(line, PartyLine)


@pytest.mark.parametrize("junk", ["1" * 199, "+1" + "111 " * 49, "a@" + "b." * 98, "( " * 99, "十" * 199, "+1 " * 66])
def test_odd_lines_take_no_time(junk: str) -> None:
    started = time.perf_counter()
    read_party_lines("\n".join([junk] * MOST_LINES))
    assert time.perf_counter() - started < 2
