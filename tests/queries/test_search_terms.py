"""How texts and questions are cut into terms; a question finds a text when the text holds all of its terms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openday.queries.search_terms import LONGEST_QUERY, asked_terms, stored_terms

LIBRARY = "云溪区图书馆开放日：5G智慧阅读"


def finds(question: str, text: str = LIBRARY) -> bool:
    stored = stored_terms(text, pinyin=True)
    asked = asked_terms(question)
    return bool(asked) and all(
        any(term == want.text or (want.prefix and term.startswith(want.text)) for term in stored) for want in asked
    )


@pytest.mark.parametrize(
    "question",
    ["图书馆", "图书", "图", "馆", "云溪区图书馆", "tushuguan", "TuShuGuan",
     "tu shu guan", "tsg", "yxq", "yunxi", "tushu",
     "5g", "５Ｇ", "阅读 图书馆",
     "图书馆，阅读", "zhihui"],
)  # fmt: skip
def test_a_library_is_found(question: str) -> None:
    assert finds(question)


@pytest.mark.parametrize("question", ["书图", "水务", "图馆", "tushuguanx", "guantu", "书图馆", "图书馆 水务"])
def test_a_library_is_not_found_by_another_name(question: str) -> None:
    assert not finds(question)


@pytest.mark.parametrize("question", ["", "   ", "\x00", "\"'*()-:^&|!", "，。！", "\u200b\ufeff", "\ud800"])
def test_a_question_without_letters_asks_for_nothing(question: str) -> None:
    assert asked_terms(question) == []


def test_a_name_that_sounds_differently_in_a_phrase_is_read_as_the_phrase() -> None:
    assert finds("chongqing", "重庆路社区")
    assert finds("cql", "重庆路社区")


def test_only_the_beginning_of_a_long_question_is_read() -> None:
    assert asked_terms("水" * LONGEST_QUERY + "电" * 1_000_000) == asked_terms("水" * LONGEST_QUERY)


def test_operators_and_quotes_never_reach_a_term() -> None:
    hostile = "'水务' OR 1=1 -- \" NEAR(a, b) {strong}: a* & !b | <-> \\ 图书馆"
    terms = [term.text for term in asked_terms(hostile)] + stored_terms(hostile, pinyin=True)
    assert all(term.isalnum() for term in terms)


@given(st.text(max_size=200))
def test_every_text_is_cut_into_letters_and_digits(text: str) -> None:
    assert all(term and term.isalnum() and term == term.casefold() for term in stored_terms(text, pinyin=True))
    assert all(term.text.isalnum() for term in asked_terms(text))


@given(st.text(alphabet="图书馆水务局开放日abc12 ，", min_size=1, max_size=60))
def test_every_text_is_found_by_itself(text: str) -> None:
    assert finds(text, text) == bool(asked_terms(text))
