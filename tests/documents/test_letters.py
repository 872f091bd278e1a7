"""The wordings of letters: filled in safely, and in English for everybody who may have signed up in English."""

from pathlib import Path

import pytest

from openday.documents.letters import Wording, filled_in, house_wording, letter_text, places_of
from openday.rules.quiet_hours import AT_ONCE

FOLDER = Path(__file__).parents[2] / "templates" / "messages"
TO_GUESTS = sorted(
    path.stem
    for pattern in ("registration_*", "occurrence_*", "ballot_*", "survey_*", "activity_cancelled*", "phone_code*")
    for path in FOLDER.glob(f"{pattern}.txt")
)


@pytest.mark.parametrize("name", TO_GUESTS)
def test_every_letter_to_people_on_a_list_exists_in_english_and_says_as_much(name: str) -> None:
    kind = name.replace("_", ".", 1)
    chinese, english = house_wording(kind), house_wording(kind, "en")
    assert english != chinese
    assert places_of(english) == places_of(chinese)


def test_every_english_letter_belongs_to_a_chinese_one() -> None:
    assert {path.name for path in (FOLDER / "en").glob("*")} <= {path.name for path in FOLDER.glob("*.txt")}


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.txt")), ids=lambda path: path.stem)
def test_every_letter_has_one_line_of_subject_and_ends_with_a_line_end(path: Path) -> None:
    subject, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    assert subject
    assert "\n" not in subject
    assert body.endswith("\n")
    assert "!" not in body
    assert "！" not in body


def test_a_language_without_a_wording_of_its_own_gets_the_chinese_one() -> None:
    assert house_wording("suggestion.answered", "en") == house_wording("suggestion.answered")


@pytest.mark.parametrize("kind", sorted(AT_ONCE - {"invitation"}))
def test_what_goes_at_any_hour_is_a_letter_that_there_is(kind: str) -> None:
    assert house_wording(kind).subject


def test_braces_in_a_value_mean_nothing() -> None:
    letter = filled_in(Wording("给{name}", "{name}：{theme}"), {"name": "{theme}", "theme": "{0.__class__}{"})
    assert (letter.subject, letter.body) == ("给{theme}", "{theme}：{0.__class__}{")


def test_only_plain_names_are_places() -> None:
    text = "{name.__class__} {0} {name!r} {Name} {{name}} {"
    assert filled_in(Wording("s", text), {"name": "李伟"}).body == "{name.__class__} {0} {name!r} {Name} {李伟} {"


def test_a_place_that_nobody_fills_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        filled_in(Wording("{name}", "{number}"), {"name": "李伟"})


def test_a_subject_stays_one_line() -> None:
    letter = letter_text("messages/topic_removed.txt", **dict.fromkeys(("title", "reason", "link"), "a\r\nBcc: b@c.d"))
    assert "\n" not in letter.subject
