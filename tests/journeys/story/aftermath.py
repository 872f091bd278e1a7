"""After the day: the survey, a suggestion with its public answer, the report of how it went."""

from tests.journeys.stage import Stage
from tests.journeys.story.filing import THEME
from tests.journeys.story.public import ticket_address

SUGGESTION = "希望周末也开放书库参观，方便上班的家庭带孩子来看古籍修复。"
REPLY = "自下月起，每月第一个星期六上午增设一场书库参观，可在本网站报名。"
REASON = "已列入年度开放计划。"
REPORT = "参观采编、修复和书库三个部门，馆员讲解并现场演示古籍装订，座谈中回应提问4个。"


def a_visitor_answers_the_survey(stage: Stage) -> None:
    visitor = stage.visitor("couple")
    visitor.goto(ticket_address(stage, "couple"))
    visitor.get_by_role("link", name="问卷").first.click()
    stage.look(visitor, "survey")
    visitor.get_by_role("group", name="总体满意度").get_by_role("radio").first.check()
    visitor.get_by_role("group", name="讲解清楚程度").get_by_role("radio").first.check()
    visitor.get_by_label("其他意见").fill("讲得清楚，孩子听得懂。")
    visitor.get_by_role("button", name="提交问卷").click()
    visitor.get_by_text("问卷已提交").first.wait_for()
    stage.look(visitor, "survey-done")


def she_leaves_a_suggestion(stage: Stage) -> None:
    visitor = stage.visitor("couple")
    visitor.get_by_role("link", name="提意见建议").first.click()
    visitor.get_by_label("意见建议", exact=True).fill(SUGGESTION)
    visitor.get_by_role("checkbox", name="同意").check()
    stage.look(visitor, "suggestion-new")
    visitor.get_by_role("button", name="提交", exact=True).click()
    visitor.get_by_text("已收到").first.wait_for()
    stage.look(visitor, "suggestion-receipt")
    stranger = stage.visitor("stranger")
    stranger.goto("suggestions")
    assert SUGGESTION not in stranger.content()
    stage.look(stranger, "suggestions-empty")


def the_office_takes_it_up(stage: Stage) -> None:
    officer = stage.log_in("officer")
    stage.look(officer, "office-board-after")
    officer.get_by_role("link", name="意见建议", exact=True).click()
    stage.look(officer, "office-suggestion-list")
    officer.get_by_role("link", name=SUGGESTION[:10]).first.click()
    stage.look(officer, "office-suggestion-show")
    officer.get_by_role("button", name="受理").click()
    officer.get_by_text("已受理，待答复").first.wait_for()


def the_agency_answers_with_four_eyes(stage: Stage) -> None:
    filer = stage.log_in("filer")
    stage.look(filer, "agency-desk-after")
    filer.get_by_role("link", name="意见建议", exact=True).click()
    stage.look(filer, "agency-suggestion-list")
    filer.get_by_role("link", name=SUGGESTION[:10]).first.click()
    filer.get_by_label("答复内容").fill(REPLY)
    filer.get_by_role("radio", name="采纳", exact=True).check()
    filer.get_by_label("采纳情况的理由").fill(REASON)
    stage.look(filer, "agency-suggestion-show")
    filer.get_by_role("button", name="提交单位审核").click()
    filer.get_by_text("答复待单位审核").first.wait_for()
    reviewer = stage.log_in("reviewer")
    reviewer.get_by_role("link", name="意见建议", exact=True).click()
    reviewer.get_by_role("link", name=SUGGESTION[:10]).first.click()
    stage.look(reviewer, "agency-suggestion-review")
    reviewer.get_by_role("button", name="审核通过并报送").click()
    reviewer.get_by_text("答复待公开").first.wait_for()


def the_office_makes_the_answer_public(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.reload()
    officer.get_by_role("link", name=SUGGESTION[:10]).first.click()
    officer.get_by_role("button", name="公开答复").click()
    officer.get_by_role("link", name="已答复").click()
    stage.look(officer, "office-suggestion-answered")
    stranger = stage.visitor("stranger")
    stranger.reload()
    shown = stranger.locator("main").inner_text()
    assert all(text in shown for text in (SUGGESTION, REPLY, REASON, "采纳"))
    stage.look(stranger, "suggestions")
    visitor = stage.visitor("couple")
    visitor.reload()
    assert REPLY in visitor.locator("main").inner_text()
    stage.look(visitor, "suggestion-receipt-answered")


def the_agency_reports_how_the_day_went(stage: Stage) -> None:
    filer = stage.visitor("filer")
    filer.get_by_role("link", name="开展情况", exact=True).click()
    assert "还有5个工作日" in filer.locator("main").inner_text()
    stage.look(filer, "outcome-list")
    filer.get_by_role("link", name="填报", exact=True).first.click()
    filer.get_by_label("邀请代表").fill("3")
    filer.get_by_label("社会公众").fill("2")
    filer.get_by_label("工作人员").fill("5")
    filer.get_by_label("开展情况", exact=True).fill(REPORT)
    stage.look(filer, "outcome-edit")
    filer.get_by_role("button", name="报送", exact=True).click()
    officer = stage.visitor("officer")
    officer.get_by_role("link", name="开展情况", exact=True).click()
    stage.look(officer, "office-outcome-list")
    officer.get_by_role("link", name=THEME).first.click()
    stage.look(officer, "office-outcome-show")
    officer.get_by_role("button", name="公开", exact=True).click()
    stranger = stage.visitor("stranger")
    stranger.goto("search?q=" + "tushuguan")
    stage.look(stranger, "search")
    stranger.get_by_role("link", name=THEME).first.click()
    assert REPORT in stranger.locator("main").inner_text()
    stage.look(stranger, "activity-after")
