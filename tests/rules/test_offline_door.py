"""A door without a network: which scan is the first entry, and when it happened."""

from datetime import datetime, timedelta

import pytest

from openday.clock import SHANGHAI
from openday.rules.offline_door import Answer, Scan, Standing, Verdict, can_hand_in, judge, read_scans, true_time

TEN = datetime(2026, 9, 16, 10, 0, tzinfo=SHANGHAI)
MINUTE = timedelta(minutes=1)


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_whoever_is_not_in_yet_is_let_in() -> None:
    assert judge(TEN, confirmed=True, standing=None, undone_at=None) == Verdict(Answer.ADMITTED, first=True)


def test_the_earlier_time_is_the_first_entry() -> None:
    earlier = judge(TEN, confirmed=True, standing=Standing(TEN + MINUTE), undone_at=None)
    later = judge(TEN, confirmed=True, standing=Standing(TEN - MINUTE), undone_at=None)
    same = judge(TEN, confirmed=True, standing=Standing(TEN), undone_at=None)
    assert earlier == Verdict(Answer.ADMITTED, first=True)
    assert later == same == Verdict(Answer.CONFLICT)


def test_a_second_look_at_the_same_gate_is_no_conflict() -> None:
    standing = Standing(TEN - MINUTE, own=True)
    assert judge(TEN, confirmed=True, standing=standing, undone_at=None) == Verdict(Answer.REPEATED)


def test_nobody_without_a_seat_is_let_in() -> None:
    assert judge(TEN, confirmed=False, standing=None, undone_at=None) == Verdict(Answer.CANCELLED)


def test_what_people_took_back_is_not_made_again() -> None:
    before = judge(TEN, confirmed=True, standing=None, undone_at=TEN + MINUTE)
    after = judge(TEN, confirmed=True, standing=None, undone_at=TEN - MINUTE)
    assert (before, after) == (Verdict(Answer.CONFLICT), Verdict(Answer.ADMITTED, first=True))


def test_a_walk_in_stays_one() -> None:
    standing = Standing(TEN + MINUTE, walk_in=True)
    assert judge(TEN, confirmed=True, standing=standing, undone_at=None) == Verdict(Answer.CONFLICT)


@pytest.mark.parametrize("wrong_by", [timedelta(0), timedelta(days=400), timedelta(hours=-5)])
def test_the_clock_of_the_device_may_be_wrong(wrong_by: timedelta) -> None:
    scanned, sent = TEN + wrong_by, TEN + 30 * MINUTE + wrong_by
    assert true_time(ms(scanned), ms(sent), TEN - 60 * MINUTE, TEN + 30 * MINUTE) == TEN


def test_no_scan_is_older_than_the_list_or_younger_than_now() -> None:
    assert true_time(0, ms(TEN), TEN - MINUTE, TEN) == TEN - MINUTE
    assert true_time(ms(TEN + MINUTE), ms(TEN), TEN - MINUTE, TEN) == TEN


def test_a_batch_is_read_or_refused_whole() -> None:
    line = f"0a1b2c3d {'f' * 64} 1789524000000 0"
    assert read_scans([line]) == [Scan("0a1b2c3d", "f" * 64, 1789524000000, 0)]
    for wrong in ([], [line] * 201, ["x"], [line, ""], [line.replace("f", "g")]):
        with pytest.raises(ValueError, match=r"签到记录|上传"):
            read_scans(wrong)


def test_scans_are_taken_for_a_week_after_the_list_expired() -> None:
    assert can_hand_in(TEN, TEN + timedelta(days=7))
    assert not can_hand_in(TEN, TEN + timedelta(days=7, seconds=1))
