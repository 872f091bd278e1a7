"""What an invitation stands at, and what a list of people to invite comes to."""

from datetime import UTC, datetime, timedelta

import pytest

from openday.rules.invitations import judge_invitees, mask_contact, may_remind
from openday.rules.party_lines import read_party_lines

NOW = datetime(2026, 9, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("told", "reminded", "again"),
    [
        (None, None, False),
        (NOW - DAY, None, True),
        (NOW - DAY + timedelta(seconds=1), None, False),
        (NOW - 9 * DAY, NOW - DAY, True),
        (NOW - 9 * DAY, NOW, False),
    ],
)
def test_nobody_is_reminded_who_was_not_written_to_or_was_within_a_day(
    told: datetime | None, reminded: datetime | None, again: bool
) -> None:
    assert may_remind(told, reminded, NOW) is again


def test_contacts_are_masked() -> None:
    assert [mask_contact(text) for text in ("13800001234", "wang@example.org", "+85291234567")] == [
        "138****1234",
        "w***@example.org",
        "+****4567",
    ]


def test_each_line_invites_or_says_why_not() -> None:
    text = "甲乙 13800000001\n丙丁 A@example.org 2\n戊己 a@EXAMPLE.org\n庚辛 13800000002\n壬癸"
    found = judge_invitees(read_party_lines(text, mailbox_will_do=True), {"13800000002"})
    assert [each.fault for each in found] == ["", "", "与第2行的联系方式相同", "已在邀请名单上", "没有手机号码或邮箱"]
    assert [(each.contact, each.line.people) for each in found[:2]] == [("13800000001", 1), ("A@example.org", 2)]
