"""From the office's call to a plan on record."""

from datetime import timedelta

from tests.journeys.stage import Stage

THEME = "走进图书馆，看见一本书的旅程"
CONTENT = "参观采编、修复和书库，体验古籍装订；\n听馆员讲一本书从采购到上架的全过程，座谈交流。"
AUDIENCE = "市民代表4名、企业代表2名，共计6人"
FIRST_CONTENT = "参观。"


def vague_time(stage: Stage) -> str:
    """中旬 of next month: vague, and not in the past."""
    later = stage.now().date().replace(day=1) + timedelta(days=32)
    return f"{later.year}年{later.month}月中旬"


def the_office_opens_a_call(stage: Stage) -> None:
    officer = stage.visitor("officer")
    stage.look(officer, "office-board-empty")
    officer.get_by_role("link", name="征集通知", exact=True).click()
    stage.look(officer, "call-list-empty")
    officer.get_by_role("link", name="发布征集通知").first.click()
    officer.get_by_label("年度").fill(vague_time(stage)[:4])
    officer.get_by_label("标题").fill("关于报送年度政府开放日活动计划的通知")
    officer.get_by_label("通知正文").fill("各单位请于截止日期前报送活动计划，每单位至少1项。")
    officer.get_by_label("报送截止日期").fill((stage.now().date() + timedelta(days=20)).isoformat())
    stage.look(officer, "call-new")
    officer.get_by_role("button", name="发布", exact=True).click()
    officer.get_by_role("heading", name="关于报送年度政府开放日活动计划的通知").wait_for()
    stage.look(officer, "call-show")


def a_filer_files_with_a_vague_time(stage: Stage) -> None:
    filer = stage.visitor("filer")
    filer.reload()
    stage.look(filer, "agency-desk-empty")
    filer.get_by_role("link", name="新报一个计划").first.click()
    filer.get_by_label("活动主题").fill(THEME)
    filer.get_by_label("开展时间").fill("近期")
    filer.get_by_label("开展地点").fill("云溪区图书馆")
    filer.get_by_label("活动内容").fill(FIRST_CONTENT)
    filer.get_by_label("活动对象").fill(AUDIENCE)
    filer.get_by_label("活动报名方式").fill("网上报名")
    filer.get_by_label("联系人").fill("何小雨")
    filer.get_by_label("联系方式").fill("0000-8880000")
    filer.get_by_role("button", name="提交单位审核").click()
    assert "开展时间" in filer.get_by_role("alert").inner_text()
    stage.look(filer, "plan-new-refused")
    filer.get_by_label("开展时间").fill(vague_time(stage))
    filer.get_by_role("button", name="查看系统如何理解").click()
    assert "11日" in filer.locator("main").inner_text()
    assert "共6人" in filer.locator("main").inner_text()
    stage.look(filer, "plan-new")
    filer.get_by_role("button", name="提交单位审核").click()
    filer.get_by_text("单位审核中").first.wait_for()
    stage.look(filer, "plan-show")


def her_reviewer_sends_it_on(stage: Stage) -> None:
    reviewer = stage.visitor("reviewer")
    reviewer.goto("agency/")
    stage.look(reviewer, "agency-desk-reviewer")
    reviewer.get_by_role("link", name=THEME).first.click()
    stage.look(reviewer, "plan-show-reviewer")
    reviewer.get_by_role("button", name="审核通过并报送").click()
    reviewer.get_by_text("待政务公开办审核").first.wait_for()


def the_office_returns_it_with_a_word_at_the_field(stage: Stage) -> None:
    officer = stage.visitor("officer")
    officer.goto("office/")
    stage.look(officer, "office-board-waiting")
    officer.get_by_role("link", name="活动计划", exact=True).click()
    stage.look(officer, "office-plan-list")
    officer.get_by_role("link", name=THEME).first.click()
    stage.look(officer, "plan-review")
    officer.get_by_text("退回修改", exact=True).click()
    officer.get_by_label("对“活动内容”的意见").fill("请写明参观哪些部门、有哪些互动。")
    officer.get_by_role("button", name="退回", exact=True).click()
    officer.get_by_text("已退回").first.wait_for()
    stage.look(officer, "plan-review-returned")


def she_mends_it_and_sends_it_again(stage: Stage) -> None:
    filer = stage.visitor("filer")
    filer.goto("agency/")
    stage.look(filer, "agency-desk-returned")
    filer.get_by_role("link", name=THEME).first.click()
    assert "请写明参观哪些部门" in filer.locator("main").inner_text()
    stage.look(filer, "plan-edit-returned")
    filer.get_by_label("活动内容").fill(CONTENT)
    filer.get_by_role("button", name="提交单位审核").click()
    filer.get_by_text("单位审核中").first.wait_for()
    reviewer = stage.visitor("reviewer")
    reviewer.goto("agency/")
    reviewer.get_by_role("link", name=THEME).first.click()
    reviewer.get_by_role("button", name="审核通过并报送").click()
    reviewer.get_by_text("待政务公开办审核").first.wait_for()


def the_office_puts_it_on_record(stage: Stage) -> None:
    second = stage.visitor("second")
    second.goto("office/plans")
    second.get_by_role("link", name=THEME).first.click()
    assert "退回后的修改" in second.locator("main").inner_text()
    assert "请写明参观哪些部门" in second.locator(".pinned").inner_text()
    stage.look(second, "plan-review-compared")
    second.get_by_role("link", name="对照两稿").first.click()
    changed = second.locator(".compare__field--changed")
    assert changed.count() == 1
    assert "活动内容" in changed.inner_text()
    assert "请写明参观哪些部门" in changed.locator(".pinned").inner_text()
    assert "古籍装订" in "".join(changed.locator("ins").all_inner_texts())
    stage.look(second, "plan-compare")
    second.get_by_role("button", name="同意备案").click()
    second.get_by_text("已备案").first.wait_for()
