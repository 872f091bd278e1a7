"""The fields of the form: cleaned, limited, and compared."""

from hypothesis import given
from hypothesis import strategies as st

from openday.rules.plan_text import (
    FIELD_LABELS,
    FIELD_LIMITS,
    PLAN_FIELDS,
    PlanText,
    differences,
    text_from,
    too_long,
    unfilled,
)

TEXTS = st.fixed_dictionaries({name: st.text(max_size=30) for name in PLAN_FIELDS})


def test_the_fields_stand_in_the_order_of_the_printed_form() -> None:
    assert list(FIELD_LABELS.values()) == [
        "活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式", "联系人", "联系方式",
    ]  # fmt: skip


@given(TEXTS)
def test_cleaning_twice_is_cleaning_once(values: dict[str, str]) -> None:
    assert text_from(text_from(values).as_dict()) == text_from(values)


def test_line_breaks_stay_where_several_lines_are_written_and_nowhere_else() -> None:
    text = text_from({"theme": "走进\n水厂", "content": "参观\r\n座谈"})
    assert (text.theme, text.content) == ("走进 水厂", "参观\n座谈")


def test_what_nobody_can_see_is_not_filled_in() -> None:
    text = text_from(dict.fromkeys(PLAN_FIELDS, " \u200b\u3000\0"))
    assert text == PlanText()
    assert unfilled(text)["contact_phone"] == "请填写联系方式"


def test_sign_up_method_and_contact_may_stay_blank() -> None:
    full = PlanText(**dict.fromkeys(PLAN_FIELDS, "有"))
    assert full.missing() == ()
    assert PlanText(theme="有").missing() == ("time_text", "venue", "content", "audience_text", "contact_phone")


def test_the_limit_itself_is_allowed() -> None:
    for name, limit in FIELD_LIMITS.items():
        assert too_long(PlanText(**{name: "汉" * limit})) == {}
        assert too_long(PlanText(**{name: "汉" * (limit + 1)})) == {name: f"{FIELD_LABELS[name]}最多{limit}个字"}


def test_only_what_differs_is_named() -> None:
    before, after = PlanText(theme="甲", venue="一楼"), PlanText(theme="甲", venue="二楼", contact="何文")
    assert differences(before, after) == (("venue", "一楼", "二楼"), ("contact", "", "何文"))
