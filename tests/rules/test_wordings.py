"""Twelve hundred times and seven hundred audiences as different officials write them, each as a reader answered it.

The tables lie in `wordings/`; their heads say how a row is written.
"""

from pathlib import Path

import pytest

from openday.rules.audience import Unit, read_audience
from openday.rules.fuzzy_date import DayPart, Precision, read_period

WORDINGS = Path(__file__).with_name("wordings")
YEAR = 2026
PRECISIONS = dict(zip("DRXMQHYCU", Precision, strict=False)) | {"C": Precision.RECURRING, "U": Precision.UNKNOWN}
PARTS = {"am": DayPart.AM, "pm": DayPart.PM, "ev": DayPart.EVENING, "all": DayPart.ALL_DAY}
UNITS = {"p": Unit.PERSON, "f": Unit.FAMILY, "g": Unit.GROUP, "e": Unit.ENTERPRISE}

Row = tuple[str, ...]


def rows(name: str, columns: int) -> list[Row]:
    """The rows of a table, filled up to `columns`; `\\n` in a text is a line break."""
    found = []
    for line in (WORDINGS / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split("|")]
        found.append((cells[0].replace("\\n", "\n"), *cells[1:], *[""] * (columns - len(cells))))
    return found


def iso(day: str) -> str | None:
    full = day if len(day) != 4 else f"{YEAR}{day}"
    return f"{full[:4]}-{full[4:6]}-{full[6:]}" if day else None


def expected_period(row: Row) -> dict[str, object]:
    """The label of one row of times.txt."""
    _, kind, days, clock, marks = row
    first: str | None
    last: str | None
    single: list[str | None] = []
    if ".." in days:
        first, last = (iso(day) for day in days.split(".."))
    elif days:
        single = [iso(day) for day in days.split("+")]
        first, last = single[0], single[-1]
    else:
        whole_year = kind == "C"
        first, last = (f"{YEAR}-01-01", f"{YEAR}-12-31") if whole_year else (None, None)
    start, _, end = clock.partition("-") if "-" in clock else ("", "", "")
    return {
        "precision": PRECISIONS[kind].value,
        "first": first,
        "last": last,
        "dates": single if len(single) > 1 else None,
        "start": f"{start[:2]}:{start[2:]}" if start else None,
        "end": f"{end[:2]}:{end[2:]}" if end else None,
        "part": PARTS[clock].value if clock in PARTS else None,
        "tentative": "T" in marks,
        "weekday_wrong": "W" in marks,
    }


def expected_audience(row: Row) -> dict[str, object]:
    """The label of one row of audiences.txt."""
    least: int | None = None
    most: int | None = None
    unit, age = None, None
    marks = row[1].split()
    for mark in marks:
        if mark.startswith("age="):
            age = int(mark[4:])
        elif mark in UNITS:
            unit = UNITS[mark].value
        elif "-" in mark:
            least, most = (int(end) if end else None for end in mark.split("-"))
    groups = [share.rsplit("=", 1) for share in row[2].split(";") if share]
    return {
        "total_min": least,
        "total_max": most,
        "approx": "~" in marks,
        "unit": unit,
        "parts": [{"group": group, "n": int(number)} for group, number in groups],
        "per_session": "S" in marks,
        "min_age": age,
    }


@pytest.mark.parametrize("row", rows("times.txt", 5), ids=lambda row: row[0])
def test_a_time_is_read_as_a_person_reads_it(row: Row) -> None:
    reading = read_period(row[0], year=YEAR).as_label()
    expected = expected_period(row)
    assert {key: reading[key] for key in expected} == expected


@pytest.mark.parametrize("row", rows("audiences.txt", 3), ids=lambda row: row[0])
def test_an_audience_is_read_as_a_person_reads_it(row: Row) -> None:
    reading = read_audience(row[0]).as_label()
    expected = expected_audience(row)
    assert {key: reading[key] for key in expected} == expected


def test_the_tables_hold_what_they_promise() -> None:
    assert len(rows("times.txt", 5)) >= 1100
    assert len(rows("audiences.txt", 3)) >= 650
    for name in ("times.txt", "audiences.txt"):
        texts = [row[0] for row in rows(name, 5)]
        assert len(texts) == len(set(texts))
