"""The macros that pages are set from: what reaches the reader, and above all the reader who cannot see."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    RadioField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, NumberRange

from openday.rules.wording import day_text, moment_text

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "building-blocks.md").read_text(encoding="utf-8")
# Blocks for every page are explained in the guide; other files in parts/ belong to the pages of one noun.
PARTS = [ROOT / "templates" / "parts" / name for name in re.findall(r"^## `parts/(\w+\.html)`$", GUIDE, re.MULTILINE)]


class Quota(Form):
    label = StringField("对象")
    seats = IntegerField("人数", [NumberRange(1, 999, "人数应为1至999的整数")])


class SignUp(Form):
    name = StringField("姓名", [DataRequired("请填写姓名")])
    note = TextAreaField("备注")
    quota = RadioField("身份", [DataRequired("请选择身份")], choices=["企业代表", "居民代表"], validate_choice=False)
    consent = BooleanField("我已阅读并同意", [DataRequired("请先阅读并同意")])
    quotas = FieldList(FormField(Quota), "名额分配", min_entries=2)
    idempotency_key = HiddenField()


@pytest.fixture(scope="module")
def environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env.install_null_translations(newstyle=True)
    env.filters.update(said=lambda text: text, typed=lambda text: text, day_text=day_text, moment_text=moment_text)
    env.globals.update(asset_url=lambda name: f"/static/{name}", csrf_token=lambda: "token")
    return env


def read(environment: Environment, source: str, **values: Any) -> Element:
    names = {path.stem: macros(path) for path in PARTS}
    imports = "".join(f'{{% from "parts/{part}.html" import {", ".join(found)} %}}' for part, found in names.items())
    html = environment.from_string(imports + source).render(**values)
    parsed: Element = html5lib.parse(html, namespaceHTMLElements=False)
    return parsed


def macros(path: Path) -> list[str]:
    return re.findall(r"{%-? macro ([a-z]\w*)\(", path.read_text(encoding="utf-8"))


def text_of(element: Element) -> str:
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def with_class(page: Element, name: str) -> Iterator[Element]:
    return (element for element in page.iter() if name in element.get("class", "").split())


def refused_form() -> SignUp:
    form = SignUp(MultiDict({"name": " ", "note": "<b>轮椅</b>", "quotas-0-seats": "10", "quotas-1-seats": "0"}))
    assert not form.validate()
    return form


ALL_FIELDS = """{{ error_summary(form) }}{% call form_tag("/go", form) %}{{ field(form.name, hint="与证件一致") }}
{{ textarea(form.note, counter=50) }}{{ radios(form.quota) }}{{ checkbox(form.consent) }}
{{ quota_fields(form.quotas, [("label", "对象", "m"), ("seats", "人数", "xs")]) }}{{ button("提交") }}{% endcall %}"""


def test_every_error_leads_to_a_control_that_exists(environment: Environment) -> None:
    page = read(environment, ALL_FIELDS, form=refused_form())
    summary = next(with_class(page, "govuk-error-summary"))
    links = {text_of(link): link.get("href", "").removeprefix("#") for link in summary.iter("a")}
    assert links == {
        "请填写姓名": "name",
        "请选择身份": "quota",
        "请先阅读并同意": "consent",
        "人数应为1至999的整数": "quotas-1-seats",
    }
    controls = {
        element.get("id"): element.tag for element in page.iter() if element.tag in {"input", "textarea", "select"}
    }
    assert {controls[target] for target in links.values()} == {"input"}


def test_no_id_stands_twice_and_everything_described_exists(environment: Environment) -> None:
    page = read(environment, ALL_FIELDS, form=refused_form())
    ids = [element.get("id") for element in page.iter() if element.get("id")]
    assert sorted(ids) == sorted(set(ids))
    described = {target for element in page.iter() for target in element.get("aria-describedby", "").split()}
    labelled = {label.get("for") for label in page.iter("label")}
    assert described - set(ids) == set()
    assert labelled - set(ids) == set()


def test_hint_and_error_are_read_with_the_control(environment: Environment) -> None:
    page = read(environment, '{{ field(form.name, hint="与证件一致") }}', form=refused_form())
    control = next(page.iter("input"))
    assert control.get("aria-describedby") == "name-hint name-error"
    assert control.get("aria-invalid") == "true"
    error = next(element for element in page.iter() if element.get("id") == "name-error")
    assert text_of(error) == "错误：请填写姓名"


def test_what_was_typed_is_kept_and_stays_text(environment: Environment) -> None:
    page = read(environment, "{{ textarea(form.note) }}", form=refused_form())
    assert text_of(next(page.iter("textarea"))) == "<b>轮椅</b>"


def test_a_field_that_may_stay_empty_says_so(environment: Environment) -> None:
    page = read(environment, "{{ field(form.name) }}{{ textarea(form.note) }}", form=SignUp())
    assert [text_of(label) for label in page.iter("label")] == ["姓名", "备注（选填）"]


def test_a_form_carries_its_token_and_its_hidden_fields(environment: Environment) -> None:
    form = SignUp(MultiDict({"idempotency_key": "k-1"}))
    page = read(environment, '{% call form_tag("/go", form) %}{% endcall %}', form=form)
    hidden = {element.get("name"): element.get("value") for element in page.iter("input")}
    assert hidden == {"csrf_token": "token", "idempotency_key": "k-1"}


def test_a_get_form_does_not_put_the_token_into_the_address(environment: Environment) -> None:
    page = read(environment, '{% call filter_form("/list") %}{% endcall %}{{ search_box("/search") }}')
    assert [element.get("name") for element in page.iter("input")] == ["q"]


def test_an_empty_table_says_what_to_do_next(environment: Environment) -> None:
    source = '{{ data_table("计划", [{"key": "a", "label": "主题"}], [], "还没有计划。", "/new", "新报一个计划") }}'
    page = read(environment, source)
    assert list(page.iter("table")) == []
    assert [(link.get("href"), text_of(link)) for link in page.iter("a")] == [("/new", "新报一个计划")]


def test_a_sorted_column_says_so(environment: Environment) -> None:
    columns = [
        {"key": "a", "label": "主题"},
        {"key": "b", "label": "名额", "sort_url": "?sort=b", "sorted": "desc", "numeric": True},
    ]
    page = read(
        environment, '{{ data_table("计划", columns, rows) }}', columns=columns, rows=[{"a": "走进水厂", "b": 30}]
    )
    heads = [(text_of(head), head.get("aria-sort")) for head in page.iter("th") if head.get("scope") == "col"]
    assert heads == [("主题", None), ("名额", "descending")]


def day(number: int, entries: int) -> dict[str, Any]:
    found = [{"href": f"/a/{n}", "theme": f"活动{n}", "time": "14:00"} for n in range(entries)]
    return {"number": number, "text": f"9月{number}日", "entries": found, "more_href": f"/day/{number}"}


def test_a_full_day_shows_three_and_counts_the_rest(environment: Environment) -> None:
    week = [None, day(1, 5), day(2, 3), day(3, 0), day(4, 0), day(5, 0), day(6, 0)]
    month = {"title": "2026年9月", "weeks": [week], "vague": [], "prev": None, "next": None}
    page = read(environment, "{{ month_table(month) }}", month=month)
    cells = list(page.iter("td"))
    assert [len(list(with_class(cell, "entry"))) for cell in cells] == [0, 3, 3, 0, 0, 0, 0]
    assert [text_of(more) for more in with_class(page, "day__more")] == ["另有 2 项9月1日"]
    assert [text_of(head) for head in page.iter("th")] == ["一", "二", "三", "四", "五", "六", "日"]


def test_a_vague_activity_stands_above_the_month_and_not_in_a_day(environment: Environment) -> None:
    vague = [{"label": "9月中旬", "href": "/a/1", "theme": "走进水厂", "agency": "区水务局"}]
    week = [day(number, 0) for number in range(1, 8)]
    month = {"title": "2026年9月", "weeks": [week], "vague": vague, "prev": None, "next": None}
    page = read(environment, "{{ month_table(month) }}", month=month)
    assert [text_of(item) for item in with_class(page, "band__item")] == ["9月中旬走进水厂区水务局"]
    assert [link for table in page.iter("table") for link in table.iter("a")] == []


def test_a_date_is_read_aloud_once_and_in_full(environment: Environment) -> None:
    date = {"top": "9月", "main": "16", "under": "星期三", "text": "2026年9月16日（星期三）", "iso": "2026-09-16"}
    page = read(environment, "{{ date_block(date) }}", date=date)
    aloud = [text_of(part) for part in next(with_class(page, "date")) if part.get("aria-hidden") != "true"]
    assert aloud == ["2026年9月16日（星期三）"]


def test_a_state_is_a_word_and_a_shape_and_an_unknown_one_is_its_word(environment: Environment) -> None:
    page = read(environment, '{{ badge("returned") }}{{ badge("暂缓") }}')
    assert [(text_of(mark), len(list(with_class(mark, "badge__mark")))) for mark in with_class(page, "badge")] == [
        ("已退回", 1),
        ("暂缓", 0),
    ]


def test_a_refusal_renders_with_nothing_but_its_words(environment: Environment) -> None:
    words = {
        "status": 404,
        "title": "没有找到这个页面",
        "message": "网址可能有误。",
        "next_url": "/",
        "next_label": "返回首页",
    }
    page: Element = html5lib.parse(
        environment.get_template("errors/error.html").render(words), namespaceHTMLElements=False
    )
    assert [text_of(head) for head in page.iter("h1")] == ["没有找到这个页面"]
    assert page.get("lang") == "zh-Hans"


def test_every_block_is_explained_and_every_explained_block_exists() -> None:
    general = {"page", "forms", "tables", "calendar", "challenge", "door", "board", "messages"}
    assert {part.stem for part in PARTS} == general
    for part in PARTS:
        chapter = GUIDE.split(f"## `parts/{part.name}`")[1].split("\n## ")[0]
        assert set(re.findall(r"^\| `(\w+)\(", chapter, re.MULTILINE)) == set(macros(part)), part.name
