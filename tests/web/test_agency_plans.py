"""The plan form and its review as filer and reviewer meet them."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from openday.db import db
from openday.models.plans import Plan
from openday.rules.plan_states import PlanStatus
from tests.factories.calls import call_of
from tests.factories.people import House
from tests.factories.plans import FILLED, plan_in
from tests.support.client import PageClient
from tests.support.queries import count_queries

TEXTS = FILLED.as_dict()


@pytest.fixture
def filer(app: Flask, house: House) -> PageClient:
    return PageClient(app).log_in(house.filer)


@pytest.fixture
def reviewer(app: Flask, house: House) -> PageClient:
    return PageClient(app).log_in(house.reviewer)


def stored() -> Plan:
    db.session.rollback()
    return db.session.scalars(select(Plan)).one()


def test_the_form_has_the_fields_of_the_printed_one_in_its_order(filer: PageClient) -> None:
    page = filer.get("/agency/plans/new")
    labels = [label.text.strip() for label in page.all("//main//label")]
    assert [text for text in labels if text != "征集通知"] == [
        "活动主题", "开展时间", "开展地点", "活动内容", "活动对象", "活动报名方式", "联系人", "联系方式",
    ]  # fmt: skip
    assert "云溪区图书馆" in page.text("//main")
    assert "无需报名" in page.text("//*[@id='signup_text-hint']")


def test_a_draft_is_kept_and_shows_how_it_was_understood(filer: PageClient, house: House) -> None:
    call_of(house, year=2026)
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), act="save", **TEXTS | {"time_text": "9月中旬（暂定）"})
    assert "草稿已保存" in page.text()
    assert "2026年9月11日至20日" in page.text("//*[@id='time_text-read']")
    assert "共30人，其中企业代表10人、市民代表20人" in page.text("//*[@id='audience_text-read']")
    assert page.form(having="theme").values["time_text"] == ["9月中旬（暂定）"]
    assert (stored().status, stored().time_text) == ("draft", "9月中旬（暂定）")


def test_looking_at_the_reading_keeps_nothing(filer: PageClient, house: House) -> None:
    call_of(house, year=2026)
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), act="read", time_text="9月16日", audience_text="市民20余人")
    assert "2026年9月16日（星期三）" in page.text("//*[@id='time_text-read']")
    assert "约20人" in page.text("//*[@id='audience_text-read']")
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 0


def test_an_unknown_time_is_refused_at_its_field_and_everything_typed_stays(filer: PageClient) -> None:
    page = filer.get("/agency/plans/new")
    typed = TEXTS | {"time_text": "另行通知"}
    page = filer.submit(page.form(having="theme"), status=422, act="submit", **typed)
    assert "没有写明月份" in page.text("//*[@id='time_text-error']")
    assert "#time_text" in {link.get("href") for link in page.all("//*[@id='errors']//a")}
    form = page.form(having="theme")
    assert {name: form.values[name] for name in TEXTS} == {name: [text] for name, text in typed.items()}
    assert db.session.scalar(select(func.count()).select_from(Plan)) == 0


def test_missing_fields_are_all_named_when_the_plan_is_handed_in(filer: PageClient) -> None:
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), status=422, act="submit", theme="走进图书馆")
    shown = page.text("//*[@id='errors']")
    assert [
        name for name in ("开展时间", "开展地点", "活动内容", "活动对象", "联系方式") if f"请填写{name}" not in shown
    ] == []


def test_a_wrong_weekday_and_a_past_day_are_warnings(filer: PageClient) -> None:
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), act="save", **TEXTS | {"time_text": "2020年9月16日（星期一）"})
    assert "星期" in page.text("//*[@id='time_text-read']")
    assert "这个时间已经过去" in page.text("//main")


def test_from_draft_to_the_office_through_the_agencys_reviewer(app: Flask, house: House, filer: PageClient) -> None:
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), act="submit", **TEXTS)
    assert "已提交本单位审核人审核" in page.text()
    assert stored().status == "agency_review"
    reviewer = PageClient(app).log_in(house.reviewer)
    page = reviewer.get(f"/agency/plans/{stored().code}")
    page = reviewer.submit(page.form(action="/approve"))
    assert "已报送政务公开办" in page.text()
    assert stored().status == "office_review"


def test_comments_stand_at_their_fields_until_the_plan_is_handed_in_again(
    filer: PageClient, reviewer: PageClient, house: House
) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, house)
    page = reviewer.get(f"/agency/plans/{plan.code}")
    reviewer.submit(page.form(action="/return"), reason="请补充", on_venue="写明楼层", on_content="写明流程")
    page = filer.get(f"/agency/plans/{plan.code}/edit")
    main = page.text("//main")
    assert main.index("写明楼层") < main.index("活动内容 ") < main.index("活动对象")
    assert "请补充" in main
    page = filer.submit(page.form(having="theme"), act="submit", venue="二楼报告厅")
    page = reviewer.get(f"/agency/plans/{plan.code}")
    assert "退回后的修改" in page.text("//main")
    assert "（已处理）" in page.text("//main")


def test_a_return_without_a_word_is_refused_at_the_reason(reviewer: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, house)
    page = reviewer.get(f"/agency/plans/{plan.code}")
    page = reviewer.submit(page.form(action="/return"), status=422)
    assert "请写明理由" in page.text("//*[@id='reason-error']")
    assert stored().status == "agency_review"


def test_reviewers_see_no_approval_for_their_own_text(app: Flask, house: House, reviewer: PageClient) -> None:
    plan = plan_in(PlanStatus.AGENCY_REVIEW, house, author=house.reviewer)
    page = reviewer.get(f"/agency/plans/{plan.code}")
    assert "自己填写的内容须由他人审核" in page.text("//main")
    assert [form.action for form in page.forms() if form.action.endswith("/approve")] == []
    app.config["WTF_CSRF_ENABLED"] = False
    reviewer.post(f"/agency/plans/{plan.code}/approve", 403, data={"version": "1"})


def test_the_second_editor_keeps_their_own_text_beside_the_newer_one(app: Flask, house: House) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    first, second = (PageClient(app).log_in(house.filer) for _ in range(2))
    mine, theirs = (visitor.get(f"/agency/plans/{plan.code}/edit") for visitor in (first, second))
    first.submit(mine.form(having="theme"), act="save", venue="二楼报告厅")
    page = second.submit(theirs.form(having="theme"), status=409, act="save", venue="三楼会议室")
    assert page.meta("outcome") == "changed"
    main = page.text("//main")
    assert "二楼报告厅" in main
    assert "三楼会议室" in main
    assert stored().venue == "二楼报告厅"
    second.submit(page.form(having="theme"), act="save")
    assert stored().venue == "三楼会议室"
    assert [version.fields["venue"] for version in stored().versions] == [FILLED.venue, "二楼报告厅", "三楼会议室"]


def test_a_withdrawal_with_its_reason_stands_in_the_history(filer: PageClient, house: House) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    page = filer.get(f"/agency/plans/{plan.code}")
    page = filer.submit(page.form(action="/withdraw"), status=422, reason=" \u200b ")
    assert "请写明理由" in page.text("//*[@id='reason-error']")
    page = filer.submit(page.form(action="/withdraw"), reason="场地临时调整")
    assert "场地临时调整" in page.text("//ol")
    assert stored().status == "withdrawn"


@pytest.mark.parametrize("status", list(PlanStatus))
def test_every_state_has_a_page_for_filer_and_reviewer(
    house: House, filer: PageClient, reviewer: PageClient, status: PlanStatus
) -> None:
    plan = plan_in(status, house)
    for visitor in (filer, reviewer):
        assert status.label in visitor.get(f"/agency/plans/{plan.code}").text("//main")
    assert status.label in filer.get(f"/agency/plans/{plan.code}/edit").text("//main")


def test_another_agencys_plan_is_not_there_to_the_last_byte(app: Flask, house: House) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    outsider = PageClient(app).log_in(house.other_filer)
    for tail in ("", "/edit"):
        missing = outsider.raw(f"/agency/plans/222222222222{tail}")
        hidden = outsider.raw(f"/agency/plans/{plan.code}{tail}")
        assert (hidden.status_code, hidden.data) == (404, missing.data)
    app.config["WTF_CSRF_ENABLED"] = False
    for tail in ("edit", "submit", "withdraw"):
        data = {**TEXTS, "version": "1", "call": "0", "act": "save", "reason": "x"}
        missing = outsider.post(f"/agency/plans/222222222222/{tail}", 404, data=data)
        assert outsider.post(f"/agency/plans/{plan.code}/{tail}", 404, data=data).data == missing.data
    assert (stored().status, stored().version) == ("draft", 1)


def test_desk_staff_are_refused_and_strangers_sent_to_the_log_in(app: Flask, house: House, client: PageClient) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    desk = PageClient(app).log_in(house.desk)
    for path in ("/agency/", "/agency/plans", f"/agency/plans/{plan.code}", "/agency/plans/new"):
        assert desk.raw(path).status_code == 403
        answer = client.raw(path)
        assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, "/login")


HOSTILE = {
    "only white space": " \u3000\t\r\n",
    "only zero width": "\u200b\u200d\ufeff",
    "NUL": "\0\0",
    "right to left": "\u202e",
}


@pytest.mark.parametrize("theme", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_theme_that_nobody_can_see_is_none(filer: PageClient, theme: str) -> None:
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), status=422, act="save", **TEXTS | {"theme": theme})
    assert "请填写活动主题" in page.text("//*[@id='theme-error']")
    assert page.form(having="theme").values["venue"] == [FILLED.venue]


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "@SUM(A1)", "{{7*7}}", "<script>alert(1)</script>", "'; DROP TABLE plans;--", "a\0b", "%s"]
)
def test_what_looks_like_code_is_text(filer: PageClient, text: str) -> None:
    page = filer.get("/agency/plans/new")
    page = filer.submit(page.form(having="theme"), act="save", **TEXTS | {"theme": text, "content": text})
    assert (stored().theme, stored().content) == (text.replace("\0", ""), text.replace("\0", ""))
    assert page.form(having="theme").values["theme"] == [text.replace("\0", "")]


@pytest.mark.parametrize(("name", "limit"), [("theme", 200), ("time_text", 500), ("content", 10_000), ("contact", 100)])
def test_too_long_is_said_at_the_field_and_nothing_is_cut_off(filer: PageClient, name: str, limit: int) -> None:
    page = filer.get("/agency/plans/new")
    typed = "汉" * (limit + 7)
    page = filer.submit(page.form(having="theme"), status=422, act="save", **TEXTS | {name: typed})
    assert f"最多{limit}个字，现在有{limit + 7}个字" in page.text(f"//*[@id='{name}-error']")
    assert page.form(having="theme").values[name] == [typed]


def test_megabytes_and_a_thousand_fields_end_in_a_refusal(app: Flask, filer: PageClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    assert filer.post("/agency/plans/new", 413, data={"theme": "汉" * 700_000}).status_code == 413
    many = {f"x{number}": "1" for number in range(1001)} | {"theme": "走进图书馆", "call": "0", "key": "x"}
    assert filer.post("/agency/plans/new", 303, data=many).headers["Location"].startswith("/agency/plans/")


@pytest.mark.parametrize(
    "tampered", [{"call": "999999"}, {"call": "x"}, {"version": "-1"}, {"version": "９"}, {"version": "9" * 50}]
)
def test_hidden_fields_that_were_tampered_with_change_nothing(
    app: Flask, house: House, filer: PageClient, tampered: dict[str, str]
) -> None:
    plan = plan_in(PlanStatus.DRAFT, house)
    app.config["WTF_CSRF_ENABLED"] = False
    data = {**TEXTS, "venue": "二楼", "call": "0", "version": "1", "act": "save"} | tampered
    response = filer.http.post(f"/agency/plans/{plan.code}/edit", data=data)
    assert response.status_code in (409, 422)
    assert stored().venue == FILLED.venue


def test_the_list_is_narrowed_by_state_and_words_and_pages_through(house: House, filer: PageClient) -> None:
    for number in range(25):
        plan_in(PlanStatus.DRAFT, house, theme=f"走进图书馆第{number}期")
    plan_in(PlanStatus.ON_RECORD, house, theme="夜读%_活动")
    page = filer.get("/agency/plans")
    assert len(page.all("//tbody/tr")) == 20
    assert "第 1 页，共 2 页" in page.text()
    assert len(filer.get("/agency/plans?page=2").all("//tbody/tr")) == 6
    assert len(filer.get("/agency/plans?status=on_record").all("//tbody/tr")) == 1
    assert len(filer.get("/agency/plans?q=%25_").all("//tbody/tr")) == 1
    for odd in ("page=-1", "page=99999999999", "page=1e400", "status=nonsense", "call=x", "q=%00%ed%a0%80"):
        filer.get(f"/agency/plans?{odd}")


@pytest.mark.parametrize("path", ["/agency/plans", "/agency/"])
def test_thirty_plans_cost_as_many_queries_as_three(app: Flask, house: House, path: str) -> None:
    call = call_of(house)
    visitor = PageClient(app).log_in(house.filer)

    def queries_with(number: int) -> int:
        for status in (PlanStatus.DRAFT, PlanStatus.RETURNED, PlanStatus.PUBLISHED):
            for _ in range(number):
                plan_in(status, house, call=call, time_text="2020年9月16日")
        with count_queries() as seen:
            visitor.get(path)
        return len(seen)

    assert queries_with(1) == queries_with(9)
