"""The reading measured against wordings of real plans that people have labelled.

The labels lie beside the checkout (`../shared/data`, format in LABELS.md there) and are not part of the project. Those
marked `hard` are left out of the scores. A wording is silently wrong when a number was read and it is not the one.
"""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from openday.rules.audience import Audience, read_audience

SHARED = Path(__file__).resolve().parents[2].parent / "shared"
LABELS = SHARED / "data" / "audience_labels.jsonl"
LEAST_TOTALS, LEAST_PARTS, LEAST_SESSIONS_AND_AGES, MOST_SILENTLY_WRONG = 0.97, 0.90, 0.97, 0.01

pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason=f"labelled wordings are not beside the checkout: {SHARED}")


@pytest.fixture(scope="module")
def readings() -> list[tuple[dict[str, Any], Audience]]:
    labels = [json.loads(line) for line in LABELS.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [(label, read_audience(label["text"])) for label in labels if not label["hard"]]


def same(label: dict[str, Any], audience: Audience, *fields: str) -> bool:
    read = audience.as_label()
    return all(read[field] == label[field] for field in fields)


def score(name: str, readings: list[tuple[dict[str, Any], Audience]], *fields: str) -> float:
    missed = [label["text"] for label, audience in readings if not same(label, audience, *fields)]
    share = 1 - len(missed) / len(readings)
    sys.stdout.write("\n  missed: ".join([f"{name}: {share:.1%} of {len(readings)}", *missed]) + "\n")
    return share


def test_totals_are_read_as_people_read_them(readings: list[tuple[dict[str, Any], Audience]]) -> None:
    assert score("totals", readings, "total_min", "total_max", "approx", "unit") >= LEAST_TOTALS


def test_parts_are_read_as_people_read_them(readings: list[tuple[dict[str, Any], Audience]]) -> None:
    assert score("parts", readings, "parts") >= LEAST_PARTS


def test_sessions_and_ages_are_read_as_people_read_them(readings: list[tuple[dict[str, Any], Audience]]) -> None:
    assert score("per session and age", readings, "per_session", "min_age") >= LEAST_SESSIONS_AND_AGES


def test_hardly_any_number_is_silently_wrong(readings: list[tuple[dict[str, Any], Audience]]) -> None:
    wrong = [
        label["text"]
        for label, audience in readings
        if audience.understood and not same(label, audience, "total_min", "total_max", "approx", "unit")
    ]
    sys.stdout.write("\n  ".join([f"silently wrong: {len(wrong)} of {len(readings)}", *wrong]) + "\n")
    assert len(wrong) / len(readings) <= MOST_SILENTLY_WRONG
