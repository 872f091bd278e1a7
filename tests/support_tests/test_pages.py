"""The page checker finds what it is there to find, and lets a good page pass."""

import pytest

from tests.support.pages import Page, check_page

GOOD = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><title>报名</title><meta name="outcome" content="full">
<link rel="stylesheet" href="/openday/static/site.css"></head>
<body><h1>报名</h1><p>还有 <b>3</b>
个名额</p><a href="/openday/">首页</a> <a href="https://www.example.org/">门户</a>
<form action="/openday/activities/1/register" method="post">
<input type="hidden" name="csrf_token" value="t">
<label for="name">姓名</label><input id="name" name="name" value="">
<label><input type="checkbox" name="consent" value="yes"> 同意</label>
<label for="party">人数</label><select id="party" name="party_size">
<option>1</option><option selected>2</option></select>
<label for="words">留言</label><textarea id="words" name="words">
无</textarea>
<button name="do" value="send">提交</button></form>
<template><p id="name">{{</p></template></body></html>"""


def test_a_good_page_passes_and_can_be_read():
    page = check_page(GOOD, root="/openday", address="/openday/activities/1/")

    assert page.text("h1") == "报名"
    assert page.text("p") == "还有 3 个名额"
    assert page.meta("outcome") == "full"
    assert page.links() == {"首页": "/openday/", "门户": "https://www.example.org/"}


def test_a_form_is_filled_as_a_browser_would():
    form = check_page(GOOD, root="/openday").form("/register")

    assert (form.action, form.method) == ("/openday/activities/1/register", "post")
    assert form.buttons == (("do", "send"),)
    assert form.filled(name="张三", consent="yes", words=None) == {
        "csrf_token": ["t"],
        "name": ["张三"],
        "party_size": ["2"],
        "consent": ["yes"],
    }
    assert form.filled()["words"] == ["无"]
    with pytest.raises(KeyError, match="phone"):
        form.filled(phone="13800000000")


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("<h1>报名</h1>", "", "0 h1 instead of one"),
        ("<h1>报名</h1>", "<h1>报名</h1><h1>又</h1>", "2 h1 instead of one"),
        ("<title>报名</title>", "<title> </title>", "the title is empty"),
        (' lang="zh-Hans"', "", "<html> has no lang"),
        ('<label for="name">姓名</label>', "", "no label: <input id="),
        ('id="words"', 'id="name"', "id 'name' is there 2 times"),
        ('for="name"', 'for="nome"', 'for="nome" names no id'),
        ("<b>", '<b style="color:red">', 'style="color:red"'),
        ("<b>", '<b onclick="go()">', "<b> onclick"),
        ("<b>", "<script>go()</script><b>", "an inline <script> without nonce"),
        ("<b>", '<img src="/openday/x.png"><b>', "no alt: <img src=/openday/x.png>"),
        ('href="/openday/"', 'href="/"', 'href="/" is outside /openday'),
        ('href="/openday/"', 'href="/openday2/"', 'href="/openday2/" is outside /openday'),
        ('action="/openday/activities', 'action="/activities', "is outside /openday"),
        ("首页</a>", "</a>", "no name: <a href="),
        ("</form>", "", "not valid: line"),
        ("<b>3</b>", "<div>3</div>", "not valid: line"),
        ("<!doctype html>", "", "Expected DOCTYPE"),
    ],
)
def test_each_fault_is_named(before, after, complaint):
    assert before in GOOD
    with pytest.raises(AssertionError) as refusal:
        check_page(GOOD.replace(before, after, 1), root="/openday")
    assert complaint in str(refusal.value)


def test_looking_for_a_form_that_is_not_there_lists_those_that_are():
    with pytest.raises(LookupError, match="consent"):
        Page(GOOD).form("/cancel")
