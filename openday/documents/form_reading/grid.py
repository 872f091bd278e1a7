"""A table of a form: its cells on a grid, and which cells hold the value of which label."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from openday.documents.form_reading.blocks import Block, Cell, Paragraph, Table, paragraphs, tables
from openday.documents.form_reading.hints import without_hints
from openday.documents.form_reading.labels import FIELDS, Label, looks_like_label, read_label
from openday.documents.form_reading.lines import SHORT, first_label, read_lines, starts_with_label

_TITLE = re.compile(r".{0,40}(?:报送|申报|登记|备案|信息|填报|计划|安排|征集)表(?:[(（].{0,20}[)）])?")
_FEWEST_PLAN_COLUMNS = 4
_FACTS = (("agency",), ("time",), ("place",), ("contact",), ("phone",))
_LONG_ENOUGH = 7
_SHOWN = 20
_GUIDANCE = re.compile(r"(?:填[表报写]|说明|备注|注|要求|提示|[*※])")


@dataclass(eq=False)
class Area:
    """A cell with all that was merged into it; rows and columns from 0, `bottom` and `right` included."""

    top: int
    left: int
    right: int
    bottom: int
    blocks: Sequence[Block]
    text: str = ""
    label: Label | None = None
    inline: bool = False
    stacked: str = ""  # a value in the same cell, on the lines below the label
    taken: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.pictures

    @property
    def pictures(self) -> list[str]:
        return list(_pictures(self.blocks))

    @property
    def is_numbered(self) -> bool:
        return any(paragraph.numbered and paragraph.text.strip() for paragraph in _all_paragraphs(self.blocks))


@dataclass
class Fact:
    """What a table or a line says for a label. `values`: the texts of its cells in reading order, empty ones left out;
    `columns`: where they begin; `source`: the text as it stood."""

    label: Label
    values: list[str]
    source: str
    columns: list[int] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    numbered: bool = False


@dataclass
class Title:
    """The title of a form, where another one may begin."""

    text: str


@dataclass
class TableRead:
    """`facts` in their order, with titles between; `unread`: names of cells that are none of ours and say something;
    `is_plan_list`: it has a header and several plans below; `loose_pictures`: pictures beside the values."""

    facts: list[Fact | Title] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    is_plan_list: bool = False
    loose_pictures: list[str] = field(default_factory=list)


def read_table(table: Table) -> TableRead:
    """The facts of a table, those of tables in its cells included."""
    return _Reader(table).read()


def is_title(text: str) -> bool:
    """Whether a line is the title of a form: 政府开放活动计划安排报送表."""
    return _TITLE.fullmatch("".join(text.split())) is not None


def flat_text(blocks: Sequence[Block]) -> str:
    """All that a cell says, as lines; of a table within it, a line a row."""
    lines = []
    for block in blocks:
        if isinstance(block, Paragraph):
            lines.append(block.text)
        else:
            lines += [" ".join(flat_text(cell.blocks).replace("\n", " ") for cell in row).strip() for row in block.rows]
    return "\n".join(lines)


def _all_paragraphs(blocks: Sequence[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block
        else:
            for row in block.rows:
                for cell in row:
                    yield from _all_paragraphs(cell.blocks)


def _pictures(blocks: Sequence[Block]) -> Iterator[str]:
    return (name for paragraph in _all_paragraphs(blocks) for name in paragraph.pictures)


class _Reader:
    """Reads one table."""

    def __init__(self, table: Table) -> None:
        self._grid: list[dict[int, Area]] = []
        self._rows: list[list[Area]] = []
        self._read = TableRead()
        for number, row in enumerate(table.rows):
            self._place(number, row)

    def read(self) -> TableRead:
        headers = [row for row in range(len(self._rows)) if self._is_header(row)]
        for number, row in enumerate(self._rows):
            if number in headers:
                self._read_columns(number)
                continue
            for area in row:
                if not area.taken:
                    self._read_area(area)
        self._note_unread()
        self._part_side_by_side()
        return self._read

    def _place(self, number: int, row: list[Cell]) -> None:
        """Set a row on the grid; the lower parts of merged cells lengthen the area above."""
        above = self._grid[-1] if self._grid else {}
        here: dict[int, Area] = {}
        starting = []
        for cell in row:
            upper = above.get(cell.column) if cell.continues else None
            if upper is not None:
                upper.bottom = number
                area = upper
            else:
                area = _area(number, cell)
                starting.append(area)
            for column in range(cell.column, cell.column + cell.span):
                here[column] = area
        self._grid.append(here)
        self._rows.append(starting)

    def _beside(self, area: Area) -> list[Area]:
        """The areas to the right of `area`, row by row over its height, up to the next label of each row."""
        found: dict[Area, None] = {}
        for number in range(area.top, area.bottom + 1):
            column = area.right + 1
            row = self._grid[number]
            first = True
            while column in row:
                right = row[column]
                if self._ends_value(area, right, first=first):
                    break
                if not right.taken:
                    found[right] = None
                column, first = right.right + 1, False
        return list(found)

    def _ends_value(self, label: Area, right: Area, *, first: bool) -> bool:
        if first and right.stacked and not label.stacked:
            return False
        if first and right.inline and label.label and label.label.keys[:1] in _FACTS and len(label.label.keys) == 1:
            # 开展时间：| 开展地点：水厂 — the second cell answers for itself.
            return not set(label.label.keys) & set(first_label(right.text))
        if right.label is not None:
            return not (first and self._answers(label, right, right.label))
        if first:
            return False
        return right.inline or (looks_like_label(right.text) and self._has_value(right))

    def _answers(self, label: Area, right: Area, word: Label) -> bool:
        """Whether a name right of a label is what the label says, as 电话 may be: nothing stands to the right of it, or
        a further label; in longer texts, anything."""
        own = label.label.keys if label.label else ()
        if word.keys == own and len(set(self._grid[right.top].values())) == 2:
            return True
        if not word.may_be_answer:
            return False
        row = self._grid[right.top]
        after = list(dict.fromkeys(other for column, other in sorted(row.items()) if column > right.right))
        in_text = bool(own) and own[0] not in SHORT
        return in_text or all(other.is_empty for other in after) or after[0].label is not None

    def _has_value(self, area: Area) -> bool:
        following = self._grid[area.top].get(area.right + 1)
        return following is not None and following.label is None

    def _below(self, area: Area) -> list[Area]:
        """The areas under a label that has nothing beside it, down to the next label."""
        found: dict[Area, None] = {}
        for row in self._grid[area.bottom + 1 :]:
            under = list(dict.fromkeys(row[column] for column in range(area.left, area.right + 1) if column in row))
            if not under or any(each.taken or each.left < area.left for each in under):
                break
            if any(each.label or each.inline for each in row.values()):
                break
            if any(each.right > area.right for each in under) or any(is_title(each.text) for each in under):
                break
            found |= dict.fromkeys(under)
        return list(found)

    def _read_area(self, area: Area) -> None:
        if area.label is not None:
            self._read_label(area, area.label)
        elif area.inline:
            area.taken = True
            self._read_inline(area)
        elif any(True for _ in tables(area.blocks)):
            self._read_nested(area)
        elif is_title(area.text) or is_title(area.text.strip().partition("\n")[0]):
            self._read_title(area)

    def _read_label(self, area: Area, label: Label) -> None:
        area.taken = True
        if self._heads(area):
            return
        values = self._beside(area)
        if area.stacked and all(value.is_empty for value in values):
            self._read.facts.append(
                Fact(label, [area.stacked], area.text, [], area.pictures, numbered=area.is_numbered)
            )
            return
        values = values or self._below(area)
        for value in values:
            value.taken = True
        self._add(label, area, values)

    def _heads(self, area: Area) -> bool:
        """Whether a label only heads the labels beside it: 联系人 | 姓名 | 张三 | 电话 | 0798."""
        right = self._grid[area.top].get(area.right + 1)
        short = area.label is not None and area.label.keys[:1] in _FACTS
        return short and right is not None and right.label is not None and self._has_value(right)

    def _read_inline(self, area: Area) -> None:
        said = read_lines(area.text.split("\n"))
        for each in said:
            if each.label.keys:
                last = each is said[-1]
                self._read.facts.append(
                    Fact(
                        each.label,
                        [each.text] if each.text.strip() else [],
                        "\n".join(each.source),
                        [],
                        area.pictures if last or "signup" in each.label.keys else [],
                        numbered=area.is_numbered,
                    )
                )
            self._read.unread += each.unread

    def _read_title(self, area: Area) -> None:
        """Read a title, and the agency on the lines below it."""
        area.taken = True
        self._read.facts.append(Title(area.text.strip()))
        for said in read_lines(area.text.split("\n"), loose=True):
            if said.label.keys:
                self._read.facts.append(Fact(said.label, [said.text], "\n".join(said.source)))

    def _read_nested(self, area: Area) -> None:
        """Read the tables in a cell that is no value, and the lines around them."""
        area.taken = True
        for said in read_lines([paragraph.text for paragraph in paragraphs(area.blocks)]):
            if said.label.keys:
                self._read.facts.append(Fact(said.label, [said.text], "\n".join(said.source)))
        for block in tables(area.blocks):
            inner = read_table(block)
            self._read.facts += inner.facts
            self._read.unread += inner.unread
            self._read.is_plan_list = self._read.is_plan_list or inner.is_plan_list
            self._read.loose_pictures += inner.loose_pictures

    def _is_header(self, number: int) -> bool:
        """Whether a row names the columns below it: labels only, known ones for the most part, and values below."""
        row = self._rows[number]
        if len(row) < 2 or not all(area.label or looks_like_label(area.text) for area in row):
            return False
        known = [area for area in row if area.label and area.label.keys]
        if len(known) < 2 or 2 * len(known) <= len(row):
            return False
        return next(self._body(number), None) is not None

    def _read_columns(self, number: int) -> None:
        """Read a header and what stands below it: one row of values is a form, several are a list of plans."""
        header = self._rows[number]
        bodies = list(self._body(number))
        known = {key for area in header if area.label for key in area.label.keys}
        listed = len(bodies) > 1 and ("theme" in known or len(known) >= _FEWEST_PLAN_COLUMNS)
        self._read.is_plan_list = self._read.is_plan_list or listed
        for area in header:
            area.taken = True
            columns = range(area.left, area.right + 1)
            values = list(dict.fromkeys(row[column] for row in bodies for column in columns if column in row))
            for value in values:
                value.taken = True
            if area.label is not None and not listed:
                self._add(area.label, area, values)

    def _body(self, number: int) -> Iterator[dict[int, Area]]:
        """The rows of values below a header, up to the next label."""
        first = max(area.bottom for area in self._rows[number]) + 1
        for row in self._grid[first:]:
            areas = list(dict.fromkeys(row.values()))
            if any(area.label or area.inline for area in areas) or len(areas) < 2:
                return
            if any(not area.is_empty for area in areas):
                yield row

    def _add(self, label: Label, area: Area, values: Sequence[Area]) -> None:
        filled = [value for value in values if not value.is_empty]
        notes = []
        if any(any(True for _ in tables(value.blocks)) for value in filled):
            notes.append("nested")
        self._read.facts.append(
            Fact(
                label,
                [value.text for value in filled if value.text.strip()],
                "\n".join(value.text for value in filled),
                [value.left for value in filled if value.text.strip()],
                [*area.pictures, *(name for value in filled for name in value.pictures)],
                notes,
                any(value.is_numbered for value in filled),
            )
        )

    def _part_side_by_side(self) -> None:
        """Part plans that stand in columns of their own behind the labels: every label has one value in each column."""
        facts = [item for item in self._read.facts if isinstance(item, Fact)]
        theme = next((fact for fact in facts if fact.label.keys == ("theme",)), None)
        if theme is None or not all(without_hints("theme", value).strip() for value in theme.values):
            return
        columns = theme.columns
        full = [fact for fact in facts if fact.columns == columns]
        if len(columns) < 2 or len(full) < _FEWEST_PLAN_COLUMNS or 2 * len(full) <= len(facts):
            return
        if any(set(fact.columns) - set(columns) for fact in facts):
            return
        parted: list[Fact | Title] = []
        for column in columns:
            parted.append(Title(""))
            for fact in facts:
                values = [value for value, at in zip(fact.values, fact.columns, strict=True) if at == column]
                parted.append(Fact(fact.label, values, "\n".join(values), notes=["beside"], numbered=fact.numbered))
            self._read.loose_pictures += [name for fact in facts for name in fact.pictures]
        self._read.facts = parted

    def _note_unread(self) -> None:
        """Name what nobody took: the cells of labels that are none of ours, and longer texts."""
        for row in self._rows:
            for area in row:
                if area.taken:
                    continue
                self._read.loose_pictures += area.pictures
                text = " ".join(area.text.split())
                following = self._grid[area.top].get(area.right + 1)
                if following and not following.taken and not following.is_empty and text and _is_said(text):
                    self._read.unread.append(text)
                    following.taken = True
                elif len(text) > _LONG_ENOUGH and not _GUIDANCE.match(text) and _is_said(text):
                    self._read.unread.append(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}……")


def _is_said(text: str) -> bool:
    """Whether a text is more than the guidance of some field."""
    return all(without_hints(key, text).strip() for key in FIELDS)


def _area(row: int, cell: Cell) -> Area:
    area = Area(row, cell.column, cell.column + cell.span - 1, row, cell.blocks, flat_text(cell.blocks))
    if any(True for _ in tables(cell.blocks)):
        return area
    area.label = read_label(area.text)
    if area.label is None:
        area.inline = starts_with_label(area.text)
    if area.label is None and not area.inline:
        first, _, rest = area.text.strip().partition("\n")
        stacked = read_label(first) if rest.strip() else None
        if stacked is not None and stacked.keys:
            area.label, area.stacked = stacked, without_hints(stacked.keys[0], rest).strip()
    return area
