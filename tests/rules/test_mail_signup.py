"""What a mail says of a sign-up: read where it is plain, left open where it is not."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.rules.mail_signup import LONGEST_MAIL, read_mail

Values = tuple[str | None, str | None, str | None, str | None]


def values(text: str) -> Values:
    """Name, phone, mailbox and people as they were found."""
    read = read_mail(text)
    name, phone, email, people = (
        found.value if found else None for found in (read.name, read.phone, read.email, read.people)
    )
    return name, phone, email, people


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "发件人：小雨 <wang@example.org>\n主题：报名\n您好：\n姓名：王小雨\n电话：138 0000 1111\n人数：3人\n谢谢",
            ("王小雨", "13800001111", "wang@example.org", "3"),
        ),
        ("姓名 王小雨 手机 １３８００００１１１１ 报名人数 ２", ("王小雨", "13800001111", None, "2")),
        ("联系人：王小雨，手机：13800001111；\n参加人数为五人", ("王小雨", "13800001111", None, "5")),
        ("您好，我叫王小雨，想来参观，一行两人，电话 13800001111。", ("王小雨", "13800001111", None, "2")),
        ("报名\n王小雨\n13800001111\n3人参加", ("王小雨", "13800001111", None, "3")),
        ("Name: John Smith\nPhone: +852 9123 4567", ("John Smith", "+85291234567", None, None)),
        ("办公电话 0755-12345678，本人手机 13800001111", (None, "13800001111", None, None)),
        ("电话：13800001111\n紧急情况请拨 13900002222", (None, "13800001111", None, None)),
    ],
)
def test_a_mail_is_read_as_a_person_would_read_it(text: str, expected: Values) -> None:
    assert values(text) == expected


def test_each_find_carries_the_line_that_says_it() -> None:
    read = read_mail("您好\n姓名：王小雨\n　电话：13800001111")
    assert read.name is not None and read.phone is not None
    assert (read.name.line, read.phone.line) == ("姓名：王小雨", "电话：13800001111")
    assert read.notes == ("没有从邮件里读出人数",)


def test_two_answers_are_no_answer() -> None:
    read = read_mail("姓名：王小雨 电话：13800001111\n姓名：李明 电话：13900001111\n人数：2\n人数：3")
    assert (read.name, read.phone, read.people) == (None, None, None)
    assert [note.split("，")[0] for note in read.notes] == [
        "邮件里有2个不同的姓名",
        "邮件里有2个不同的手机号码",
        "邮件里有2个不同的人数",
    ]


@pytest.mark.parametrize("text", ["我和2位朋友参加", "另有3人参加", "企业代表10人", "人数待定", "人数：0", "人数：99"])
def test_a_number_that_is_not_plainly_the_party_is_not_taken(text: str) -> None:
    assert read_mail(text).people is None


@pytest.mark.parametrize(
    "older",
    [
        "> 姓名：李明 13900001111",
        "-----原始邮件-----\n姓名：李明 13900001111",
        "2026年9月1日 李明 写道：\n姓名：李明 13900001111",
    ],
)
def test_what_the_mail_answers_to_is_not_read(older: str) -> None:
    assert values(f"姓名：王小雨 13800001111\n{older}") == ("王小雨", "13800001111", None, None)


def test_courtesies_are_no_names() -> None:
    assert read_mail("您好\n我要报名\n13800001111\n谢谢\n此致\n敬礼").name is None


@given(st.text(max_size=400))
def test_no_text_makes_it_fail(text: str) -> None:
    read_mail(text)


@pytest.mark.parametrize("junk", ["a", "1", "共 ", "姓名 ", "name ", "+1 ", "写", "人 数 ", "a.b@", "（", "我们一共"])
def test_long_odd_texts_take_no_time(junk: str) -> None:
    started = time.perf_counter()
    read_mail(junk * (LONGEST_MAIL // len(junk)))
    assert time.perf_counter() - started < 1
