"""What may stand in an office's own wording: known names become places, every other brace stays a brace."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.documents.letters import Wording, filled_in, has_wording, house_wording, places_of
from openday.rules.act_names import message_name
from openday.rules.message_wordings import (
    KINDS,
    PLACES,
    SmsLength,
    WordingKind,
    for_people,
    from_people,
    languages_of,
    missing,
    samples,
    sms_length,
)

CONFIRMED = KINDS["registration.confirmed"]


def test_people_write_chinese_names_and_the_house_keeps_its_own() -> None:
    read = from_people(CONFIRMED, "{姓名}：{活动名称}见，{凭证链接}")
    assert read.text == "{name}：{theme}见，{link}"
    assert read.places == {"name", "theme", "link"}
    assert for_people(CONFIRMED, read.text) == "{姓名}：{活动名称}见，{凭证链接}"


@pytest.mark.parametrize(
    "text", ["{}", "{ 姓名 }", "{0}", "{name.__class__}", "{name!r}", "{name:>9999}", "{name[0]}", "{%s}", "{1+1}", "{"]
)
def test_what_is_no_name_in_braces_is_text(text: str) -> None:
    read = from_people(CONFIRMED, text)
    assert (read.text, read.unknown, read.places) == (text, (), frozenset())
    assert filled_in(Wording("", read.text), {}).body == text


@pytest.mark.parametrize("name", ["活动名", "候补次序", "password", "NAME", "config"])
def test_a_name_that_means_nothing_here_is_pointed_out(name: str) -> None:
    assert from_people(CONFIRMED, f"{{{name}}}").unknown == (name,)


def test_braces_in_what_is_filled_in_mean_nothing() -> None:
    read = from_people(CONFIRMED, "{姓名}，{活动名称}")
    letter = filled_in(Wording("", read.text), {"name": "{link}", "theme": "{0.__class__}"})
    assert letter.body == "{link}，{0.__class__}"


@given(st.text(alphabet="{}姓名活动称a_.!:[]0 \n", max_size=60))
def test_no_text_breaks_the_filling_in(text: str) -> None:
    read = from_people(CONFIRMED, text)
    if not read.unknown:
        filled_in(Wording("", read.text), samples(CONFIRMED, "zh"))


def test_what_must_be_there_is_named_when_it_is_not() -> None:
    assert missing(CONFIRMED, {"link", "number", "theme"}) == ()
    assert missing(CONFIRMED, {"theme"}) == ("凭证链接", "凭证号")


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_the_house_text_of_every_kind_could_be_saved_as_it_stands(kind: WordingKind) -> None:
    if not has_wording(kind.key, "zh"):
        pytest.skip("written with the message itself")
    for language in languages_of(kind):
        wording = house_wording(kind.key, language)
        assert places_of(wording) <= set(kind.places)
        typed = from_people(kind, for_people(kind, wording.body))
        assert (typed.text, typed.unknown) == (wording.body, ())
        assert missing(kind, typed.places) == ()


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.key)
def test_every_kind_has_a_name_and_each_of_its_places_a_name_of_its_own(kind: WordingKind) -> None:
    assert message_name(kind.key) != kind.key
    labels = [kind.label_of(place) for place in kind.places]
    assert len(set(labels)) == len(labels)
    assert set(kind.places) <= set(PLACES)
    assert set(kind.needed) <= set(kind.places)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", SmsLength(0, 0)),
        ("凭" * 70, SmsLength(70, 1)),
        ("凭" * 71, SmsLength(71, 2)),
        ("凭" * 134, SmsLength(134, 2)),
        ("凭" * 135, SmsLength(135, 3)),
        ("\U00020000" * 35, SmsLength(70, 1)),
        ("  凭\n", SmsLength(1, 1)),
    ],
)
def test_an_sms_is_charged_by_its_parts(text: str, length: SmsLength) -> None:
    assert sms_length(text) == length
