"""Finds the header of a plan table: in the first ten rows, of one row or of two with merged cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openday.documents.grid import Sheet
from openday.documents.plan_columns import ColumnMatch, is_column_name, match_columns

HEADER_WITHIN = 10
_FEWEST_COLUMNS = 2


@dataclass(frozen=True)
class Header:
    """The rows from `first` to `last` (from 0) and what each column stands for."""

    first: int
    last: int
    columns: tuple[ColumnMatch, ...]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return self.last - self.first + 1

    @property
    def known(self) -> int:
        """How many different things its columns stand for."""
        return len({column.key for column in self.columns} - {None})


def find_header(sheet: Sheet) -> Header | None:
    """The header in which the most columns are recognised, at least two; None when there is none."""
    best: Header | None = None
    width = max(map(len, sheet.rows), default=0)
    for found in _candidates(sheet, width):
        better = best is None or (found.known, -found.rows) > (best.known, -best.rows)
        if found.known >= _FEWEST_COLUMNS and better:
            best = found
    return best


def _candidates(sheet: Sheet, width: int) -> Iterator[Header]:
    rows = [_padded(row, width) for row in sheet.rows[:HEADER_WITHIN]]
    for index, upper in enumerate(rows):
        spans = _spans(sheet, index, upper)
        yield _single(index, upper, spans)
        if index + 1 < len(rows):
            divided = _double(index, upper, rows[index + 1], spans if sheet.merges else _gaps_filled(upper))
            if divided is not None:
                yield divided


def _single(index: int, labels: Sequence[str], spans: Sequence[int]) -> Header:
    """A header of one row. A column under a merged label is one with the first: they say one thing together."""
    columns = match_columns(labels)
    merged = (ColumnMatch(c.header, columns[spans[at]].key) if spans[at] != at else c for at, c in enumerate(columns))
    return Header(index, index, tuple(merged))


def _double(index: int, upper: Sequence[str], lower: Sequence[str], over: Sequence[int]) -> Header | None:
    """A header of two rows: labels above, divided below. `over`: for each column, the one whose upper label covers it.
    None when the second row has something below an undivided label, or nothing named like a column: it is a plan."""
    width = len(upper)
    divided = {first for at, first in enumerate(over) if first != at}
    below = [at for at in range(width) if lower[at]]
    if any(upper[at] and at not in divided for at in below):
        return None
    labels = [_label(upper[over[at]], lower[at]) for at in range(width)]
    if 2 * sum(is_column_name(labels[at]) for at in below) <= len(below):
        return None
    return Header(index, index + 1, match_columns(labels))


def _label(above: str, below: str) -> str:
    """What a column is called whose label is divided: both together, or the lower one, or the upper one alone."""
    if not below:
        return above
    if not above:
        return below
    return next((label for label in (f"{above}／{below}", below, above) if is_column_name(label)), f"{above}／{below}")


def _spans(sheet: Sheet, index: int, row: Sequence[str]) -> list[int]:
    """For each column, the first one of the merged area of this row that it lies in."""
    spans = list(range(len(row)))
    for (top, left), (bottom, right) in sheet.merges:
        if top <= index <= bottom and right > left:
            spans[left : right + 1] = [left] * (min(right + 1, len(row)) - left)
    return spans


def _gaps_filled(row: Sequence[str]) -> list[int]:
    """The same where merged areas are not known (.csv): a gap after a label means that the label goes on over it."""
    spans, last = [], 0
    for at, cell in enumerate(row):
        last = at if cell else last
        spans.append(last)
    return spans


def _padded(row: Sequence[str], width: int) -> list[str]:
    return [*(cell if cell.strip() else "" for cell in row), *[""] * (width - len(row))]
