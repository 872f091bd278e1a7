"""The reader of periods against wordings that were labelled by hand, when that collection lies beside the checkout."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openday.rules.fuzzy_date import read_period

LABELS = Path(__file__).resolve().parents[3] / "shared" / "data" / "time_labels.jsonl"

Row = dict[str, Any]


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Row, Row]]:
    """Label and reading of every wording on which reasonable people agree."""
    if not LABELS.parents[1].is_dir():
        pytest.skip("the labelled wordings (../shared beside the checkout) are not here; nothing to score")
    rows = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines()]
    return [(row, read_period(row["text"], year=2026).as_label()) for row in rows if not row["hard"]]


def _share(pairs: list[tuple[Row, Row]], right: Callable[[Row, Row], bool], name: str) -> float:
    wrong = [label["text"] for label, reading in pairs if not right(label, reading)]
    share = 1 - len(wrong) / len(pairs)
    line = f"{name}: {share:.1%} of {len(pairs)}" + (f"; wrong: {wrong}" if wrong else "")
    sys.stdout.write(line + "\n")
    return share


def _same(*keys: str) -> Callable[[Row, Row], bool]:
    return lambda label, reading: all(label[key] == reading[key] for key in keys)


def test_days_and_precision_are_right_for_97_in_100(pairs: list[tuple[Row, Row]]) -> None:
    assert _share(pairs, _same("precision", "first", "last", "dates"), "days and precision") >= 0.97


def test_clocks_and_parts_of_the_day_are_right_for_95_in_100(pairs: list[tuple[Row, Row]]) -> None:
    timed = [pair for pair in pairs if any(side[key] for side in pair for key in ("start", "end", "part"))]
    assert _share(timed, _same("start", "end", "part"), "clocks and parts") >= 0.95


def test_marks_are_right_for_97_in_100(pairs: list[tuple[Row, Row]]) -> None:
    assert _share(pairs, _same("tentative", "weekday_wrong"), "tentative and weekday") >= 0.97


def test_at_most_one_in_100_is_read_wrong_without_a_word(pairs: list[tuple[Row, Row]]) -> None:
    honest = _same("precision", "first", "last")
    assert (
        _share(pairs, lambda label, reading: not reading["understood"] or honest(label, reading), "not misread") >= 0.99
    )
