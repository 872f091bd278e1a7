"""The pages where an office words its messages: a list, an editor with a preview, and back to the house's text."""

import pytest

from tests.factories.people import House
from tests.support.client import PageClient
from tests.support.queries import count_queries

LIST = "/office/messages/templates"
ONE = f"{LIST}/registration.confirmed/zh"
BODY = "{姓名}：\n{活动名称}，{人数}人，凭证号{凭证号}。\n{凭证链接}"


@pytest.fixture
def officer(client: PageClient, house: House) -> PageClient:
    return client.log_in(house.officer)


def test_the_list_says_what_each_message_is_for_and_whose_text_holds(officer: PageClient) -> None:
    page = officer.get(LIST)
    assert "报名成功后立即发出，是报名人的凭证。" in page.text("main")
    assert "系统原文" in page.text("main")
    assert "本级自定" not in page.text("main")
    page = officer.submit(officer.get(ONE).form(having="body"), body=BODY, act="save")
    assert page.text("h1") == "消息文字"
    assert "本级自定" in page.text("main")


def test_a_text_is_previewed_with_examples_before_it_is_kept(officer: PageClient) -> None:
    page = officer.get(ONE)
    assert "您已报名“自来水厂开放日”，共2人" in page.text("main")
    form = page.form(having="body")
    assert "您已报名“{活动名称}”" in form.values["body"][0]
    page = officer.submit(form, body=BODY, act="preview")
    assert "自来水厂开放日，2人，凭证号204518。" in page.text("main")
    assert "按2条计费" in page.text("main")
    assert "系统原文" in page.text("main")
    assert "本级自定" not in officer.get(LIST).text("main")


def test_what_is_wrong_stands_at_the_field_and_what_was_typed_stays(officer: PageClient) -> None:
    form = officer.get(ONE).form(having="body")
    page = officer.submit(form, body="{活动名}", act="preview", status=422)
    assert "{活动名}不能自动填写" in page.text("main")
    page = officer.submit(form, body="您好，{姓名}", act="save", status=422)
    assert "正文应包含{凭证链接}、{凭证号}" in page.text("main")
    assert page.form(having="body").values["body"] == ["您好，{姓名}"]


def test_the_second_editor_sees_both_texts_and_decides(officer: PageClient, house: House, client: PageClient) -> None:
    mine = officer.get(ONE).form(having="body")
    other = PageClient(officer.app).log_in(house.second_officer)
    other.submit(other.get(ONE).form(having="body"), body=BODY + "\n乙", act="save")
    page = officer.submit(mine, body=BODY + "\n甲", act="save", status=409)
    assert "second-officer" in page.text("main")
    assert "他人刚刚保存的文字" in page.text("main")
    form = page.form(having="body")
    assert form.values["body"] == [BODY + "\n甲"]
    officer.submit(form, act="save")
    assert officer.get(ONE).form(having="body").values["body"] == [BODY + "\n甲"]


def test_the_own_text_is_given_up_again(officer: PageClient) -> None:
    officer.submit(officer.get(ONE).form(having="body"), body=BODY, act="save")
    page = officer.get(ONE)
    assert "现在用的是本级自定的文字" in page.text("main")
    officer.submit(page.form(action=f"{ONE}/restore"))
    assert "现在用的是系统原文。" in officer.get(ONE).text("main")


def test_a_language_and_a_kind_that_are_not_there_are_not_found(officer: PageClient) -> None:
    for path in (f"{LIST}/plan_on_record/zh", f"{LIST}/topic.accepted/en", f"{LIST}/registration.confirmed/fr"):
        officer.get(path, status=404)
    assert "英文" in officer.get(f"{LIST}/registration.confirmed/en").text("main")


def test_the_pages_ask_a_constant_number_of_questions(officer: PageClient) -> None:
    for kind in ("registration.confirmed", "registration.promoted", "registration.waitlisted"):
        form = officer.get(f"{LIST}/{kind}/zh").form(having="body")
        officer.submit(form, act="save")
    with count_queries() as asked:
        officer.get(LIST)
    assert len(asked) <= 6


@pytest.mark.parametrize("who", ["filer", "reviewer", "desk", "auditor"])
def test_others_have_no_such_page(client: PageClient, house: House, who: str) -> None:
    client.log_in(getattr(house, who))
    client.get(LIST, status=403)
    client.get(ONE, status=403)
