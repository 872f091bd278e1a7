"""From the blocks of a document to its forms: where one ends and the next begins, and what each field says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from openday.documents.form_reading.blocks import Paragraph, WordText
from openday.documents.form_reading.grid import Fact, TableRead, Title, is_title, read_table
from openday.documents.form_reading.labels import FIELDS, NAMES
from openday.documents.form_reading.lines import read_lines
from openday.documents.form_reading.package import PackageRefused
from openday.documents.form_reading.resolve import FormRead, agency_of, resolve

_FEWEST_FIELDS = 4
_FEWEST_WITH_THEME = 3
_MAX_FORMS = 1_000


@dataclass
class _Told:
    """A fact and where it was found: the number of its table, or None for lines."""

    fact: Fact
    table: int | None


@dataclass
class Draft:
    """The facts of one form. `agency_after`: its agency was found below it."""

    table_facts: list[Fact] = field(default_factory=list)
    line_facts: list[Fact] = field(default_factory=list)
    tables: set[int] = field(default_factory=set)
    words: set[str] = field(default_factory=set)
    keys: set[str] = field(default_factory=set)
    pictures: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    agency_after: bool = False

    @property
    def has_begun(self) -> bool:
        return len(self.keys) > ("agency" in self.keys)

    @property
    def is_form(self) -> bool:
        return len(self.keys) >= (_FEWEST_WITH_THEME if "theme" in self.keys else _FEWEST_FIELDS)

    def add(self, told: _Told) -> None:
        (self.line_facts if told.table is None else self.table_facts).append(told.fact)
        self.words.add(told.fact.label.word)
        self.keys.update(told.fact.label.keys)
        if told.table is not None:
            self.tables.add(told.table)


def read_forms_in(text: WordText) -> list[FormRead]:
    """The forms of a document in order; PackageRefused when there is none, when all are blank or it is a list."""
    drafts, is_list = _Splitter().split(text)
    forms = [draft for draft in drafts if draft.is_form]
    if len(forms) > _MAX_FORMS:
        raise PackageRefused("complex")
    heading = _heading(text, drafts)
    read = [resolve(draft.table_facts, draft.line_facts, draft.pictures, draft.unread) for draft in forms]
    for draft, form in zip(forms, read, strict=True):
        _settle_agency(draft, form, heading, several=len(forms) > 1)
    filled = [form for form in read if form.says_something]
    if is_list and not filled:
        raise PackageRefused("plan_list")
    if not filled:
        raise PackageRefused("blank" if forms else "no_form")
    if is_list:
        filled[0].warnings.append("文件中另有一张多行表格，没有读入；表格中的活动请用“导入计划表”上传")
    if len(filled) < len(read):
        filled[0].warnings.append(f"文件中有{len(read) - len(filled)}份没有填写的空表，已略过")
    return filled


def _heading(text: WordText, drafts: Sequence[Draft]) -> Fact | None:
    """The agency named once for the whole document: at the top of every page, or above the first of several forms."""
    lines = [block.text for block in text.headers if isinstance(block, Paragraph)]
    for said in read_lines(lines, loose=True):
        if said.label.keys == ("agency",) and agency_of(said.text):
            return Fact(said.label, [said.text], "\n".join(said.source))
    named = [
        fact for draft in drafts for fact in (*draft.table_facts, *draft.line_facts) if "agency" in fact.label.keys
    ]
    return named[0] if len(named) == 1 else None


def _settle_agency(draft: Draft, form: FormRead, heading: Fact | None, *, several: bool) -> None:
    value, _ = form.fields["agency"]
    if not value and heading is not None and "agency" not in draft.keys:
        value = agency_of("\n".join(heading.values))
        form.fields["agency"] = (value, heading.source)
    if not value:
        form.warnings.append("没有读到单位名称，请补填")
    elif draft.agency_after and several:
        form.warnings.append("单位名称写在表格之后，请核对是否属于本表")


class _Splitter:
    """Goes through a document and deals its facts out to forms."""

    def __init__(self) -> None:
        self._drafts: list[Draft] = [Draft()]
        self._waiting: list[_Told] = []  # agencies named after a form that has its own: of the next one
        self._table = 0
        self._is_list = False

    def split(self, text: WordText) -> tuple[list[Draft], bool]:
        """The drafts, those that are no forms included, and whether a list of plans was found."""
        for chunk in _chunks(text):
            if isinstance(chunk, TableRead):
                self._take_table(chunk)
            else:
                self._take_lines(chunk)
        self._settle_waiting()
        return self._drafts, self._is_list

    @property
    def _current(self) -> Draft:
        return self._drafts[-1]

    def _begin(self) -> None:
        self._drafts.append(Draft())
        for told in self._waiting:
            self._current.add(told)
        self._waiting = []

    def _settle_waiting(self) -> None:
        for told in self._waiting:
            self._current.add(told)

    def _take_table(self, read: TableRead) -> None:
        self._table += 1
        self._is_list = self._is_list or read.is_plan_list
        facts = [item for item in read.facts if isinstance(item, Fact)]
        themed = any("theme" in fact.label.keys for fact in facts)
        elsewhere = self._current.tables and "theme" in self._current.keys
        if themed and elsewhere and len(self._current.keys) >= _FEWEST_WITH_THEME:
            self._begin()
        for item in read.facts:
            if isinstance(item, Title):
                if self._current.has_begun:
                    self._begin()
            else:
                self._take(_Told(item, self._table))
        self._current.unread += read.unread
        self._current.pictures += read.loose_pictures

    def _take_lines(self, paragraphs: Sequence[Paragraph]) -> None:
        start = 0
        for at, paragraph in enumerate(paragraphs):
            if is_title(paragraph.text):
                self._take_said(paragraphs[start:at])
                if self._current.has_begun:
                    self._begin()
                start = at + 1
        self._take_said(paragraphs[start:])

    def _take_said(self, paragraphs: Sequence[Paragraph]) -> None:
        lines = [(line, paragraph) for paragraph in paragraphs for line in paragraph.text.split("\n")]
        said = read_lines([line for line, _ in lines], loose=True)
        owners: list[Fact | None] = []
        for each in said:
            told = _Told(Fact(each.label, [each.text] if each.text.strip() else [], "\n".join(each.source)), None)
            if each.label.keys:
                self._take(told)
                self._current.unread += (line[:20] for line in each.unread if _is_worth_saying(line))
            owners.append(told.fact if each.label.keys else None)
        seen: set[int] = set()
        for at, (_, paragraph) in enumerate(lines):
            if id(paragraph) in seen:
                continue
            seen.add(id(paragraph))
            owner = next(
                (fact for each, fact in zip(reversed(said), reversed(owners), strict=True) if each.at <= at), None
            )
            if owner is not None and owner.label.keys == ("signup",):
                owner.pictures += paragraph.pictures
            else:
                self._current.pictures += paragraph.pictures
            if owner is not None and paragraph.numbered and paragraph.text.strip():
                owner.numbered = True

    def _take(self, told: _Told) -> None:
        keys, word = told.fact.label.keys, told.fact.label.word
        if not keys:
            return
        current = self._current
        if keys == ("agency",) and told.table is None and "theme" in current.keys:
            if "agency" in current.keys:
                self._waiting.append(told)
                return
            current.agency_after = True
        again = word in current.words
        if (
            again and current.has_begun and (keys[0] in ("theme", "agency") or len(current.keys) >= _FEWEST_FIELDS)
        ) or (keys == ("theme",) and self._waiting):
            self._begin()
        self._current.add(told)


def _is_worth_saying(line: str) -> bool:
    return len(line) > 12 and not line.startswith(("注", "备注", "说明", "填", "附件"))


def _chunks(text: WordText) -> Iterator[TableRead | list[Paragraph]]:
    """The tables as read, and the runs of paragraphs between them."""
    run: list[Paragraph] = []
    for block in text.body:
        if isinstance(block, Paragraph):
            run.append(block)
            continue
        if run:
            yield run
            run = []
        yield read_table(block)
    if run:
        yield run


__all__ = ["FIELDS", "NAMES", "FormRead", "read_forms_in"]
