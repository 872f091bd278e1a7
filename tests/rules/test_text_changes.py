"""Two texts side by side: every character is accounted for, and changes are as small as a reader expects."""

import random
import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from openday.rules.text_changes import Kind, Piece, new_side, old_side, text_changes

TEXTS = st.text(alphabet="参观图书馆修复采编。；\n 12:30ab，", max_size=60)


def joined(pieces: tuple[Piece, ...]) -> str:
    return "".join(piece.text for piece in pieces)


@given(TEXTS, TEXTS)
def test_the_pieces_are_the_old_text_and_the_new_one(before: str, after: str) -> None:
    pieces = text_changes(before, after)
    assert (joined(old_side(pieces)), joined(new_side(pieces))) == (before, after)
    assert all(piece.text for piece in pieces)


@given(TEXTS, TEXTS)
def test_neighbours_are_never_of_one_kind_and_what_went_stands_before_what_came(before: str, after: str) -> None:
    kinds = [piece.kind for piece in text_changes(before, after)]
    pairs = set(pairwise(kinds))
    assert not pairs & {(kind, kind) for kind in Kind} | pairs & {(Kind.ADDED, Kind.REMOVED)}


def test_a_text_that_did_not_change_is_one_piece() -> None:
    assert text_changes("走进图书馆", "走进图书馆") == (Piece(Kind.KEPT, "走进图书馆"),)
    assert text_changes("", "") == ()


def test_a_clock_time_changes_as_a_whole() -> None:
    assert text_changes("9月16日14:00—16:00", "9月16日15:30—16:00") == (
        Piece(Kind.KEPT, "9月16日"),
        Piece(Kind.REMOVED, "14:00"),
        Piece(Kind.ADDED, "15:30"),
        Piece(Kind.KEPT, "—16:00"),
    )


def test_an_added_sentence_is_the_only_change() -> None:
    assert text_changes("参观大厅。座谈。", "参观大厅。听取介绍。座谈。") == (
        Piece(Kind.KEPT, "参观大厅。"),
        Piece(Kind.ADDED, "听取介绍。"),
        Piece(Kind.KEPT, "座谈。"),
    )


def test_single_letters_that_stayed_in_a_rewritten_sentence_do_not_scatter_it() -> None:
    pieces = text_changes("一楼大厅", "二楼报告厅")
    assert pieces == (Piece(Kind.REMOVED, "一楼大"), Piece(Kind.ADDED, "二楼报告"), Piece(Kind.KEPT, "厅"))


def test_long_texts_of_any_kind_are_compared_in_a_moment() -> None:
    chance = random.Random(7)
    worst = 0.0
    for alphabet in ("甲乙", "甲乙。", "甲乙丙丁戊己庚辛，。\n"):
        before = "".join(chance.choices(alphabet, k=10_000))
        after = "".join(chance.choices(alphabet, k=10_000))
        began = time.process_time()
        pieces = text_changes(before, after)
        worst = max(worst, time.process_time() - began)
        assert (joined(old_side(pieces)), joined(new_side(pieces))) == (before, after)
    assert worst < 1.0
