"""活动报名方式 as agencies write it, and the sign-up mode that it suggests."""

import pytest

from openday.rules.signup_text import suggested_mode
from openday.rules.states import SignupMode


@pytest.mark.parametrize("text", ["", "  ", "\u200b", "无", "/", "——", "不公开报名", "内部组织。"])
def test_a_blank_cell_means_no_public_sign_up(text: str) -> None:
    assert suggested_mode(text) is SignupMode.CLOSED


@pytest.mark.parametrize("text", ["无需报名", "无需提前报名，当天自行前往。", "市民可自由参观", "免预约", "直接到场"])
def test_come_as_you_are_is_another_answer(text: str) -> None:
    assert suggested_mode(text) is SignupMode.OPEN_DOOR


def test_an_invitation_stays_one() -> None:
    assert suggested_mode("定向邀请人大代表") is SignupMode.INVITATION


@pytest.mark.parametrize("text", ["网上报名后摇号", "扫描二维码报名，超员时抽签产生"])
def test_a_draw_is_a_ballot(text: str) -> None:
    assert suggested_mode(text) is SignupMode.BALLOT


@pytest.mark.parametrize("text", ["网上报名，审核通过后短信通知", "扫码报名，单位筛选"])
def test_a_choice_by_the_agency_is_a_review(text: str) -> None:
    assert suggested_mode(text) is SignupMode.REVIEW


@pytest.mark.parametrize("text", ["扫描二维码报名", "拨打电话0000-8880001报名", "发送邮件至 a@example.org"])
def test_everything_else_is_first_come(text: str) -> None:
    assert suggested_mode(text) is SignupMode.FIRST_COME
