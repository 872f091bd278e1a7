"""What one form says for each field, where several cells or labels speak for it; and what a person should look at."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from openday.documents.form_reading.grid import Fact
from openday.documents.form_reading.labels import FIELDS, NAMES, assign
from openday.documents.form_reading.lines import read_lines, starts_with_label
from openday.documents.form_reading.values import agency_name, person_and_phone, ticked, tidy

# What stands between the parts of a value that was split over several cells.
_JOINTS = {"theme": "", "time": "", "place": "", "agency": "", "contact": "、", "phone": "、"}
_DATE = re.compile(r"[0-9一二三四五六七八九十]{1,4}\s*[年月日旬]|季度|上半年|下半年|[0-9]{1,2}[:：][0-9]{2}")


@dataclass
class FormRead:
    """`fields`: (value, source) by key; `signup_pictures`: names of package parts in the cell of the sign-up method,
    `other_pictures`: of those elsewhere in the form."""

    fields: dict[str, tuple[str, str]]
    warnings: list[str] = field(default_factory=list)
    signup_pictures: list[str] = field(default_factory=list)
    other_pictures: list[str] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        return bool(self.signup_pictures) or any(value for key, (value, _) in self.fields.items() if key != "agency")


def agency_of(text: str) -> str:
    """The name in what stands behind 单位名称：."""
    return tidy("agency", agency_name(tidy("agency", text)))


def resolve(
    table_facts: Sequence[Fact], line_facts: Sequence[Fact], pictures: Sequence[str], unread: Sequence[str]
) -> FormRead:
    """Settle the fields of one form. Tables speak before lines; the better name of a field before the lesser."""
    form = FormRead(dict.fromkeys(FIELDS, ("", "")), other_pictures=list(pictures))
    found: set[str] = set()
    everywhere = (*table_facts, *line_facts)
    agencies = [fact for fact in everywhere if fact.label.keys == ("agency",)]
    for facts in (agencies, table_facts, line_facts):
        fresh = [fact for fact in facts if set(fact.label.keys) - found]
        _settle(form, fresh, found)
        found |= {key for fact in fresh for key in fact.label.keys}
    for fact in everywhere:
        (form.signup_pictures if "signup" in fact.label.keys else form.other_pictures).extend(fact.pictures)
    if any("beside" in fact.notes for fact in everywhere):
        form.warnings.append("几份计划并排写在一张表中，已分开读入，请核对")
    contact = form.fields["contact"][0]
    if contact and not form.fields["phone"][0] and person_and_phone(contact):
        form.warnings.append("“联系方式”为空，“联系人”一栏中似有电话，请核对")
    missing = [NAMES[key] for key in FIELDS if key not in found and key != "agency"]
    if missing:
        form.warnings.append(f"没有找到这些栏目：{'、'.join(missing)}")
    if unread:
        form.warnings.append(f"表中还有没有读入的内容：{'；'.join(dict.fromkeys(unread))}")
    return form


def _settle(form: FormRead, facts: Sequence[Fact], found: set[str]) -> None:
    single = [fact for fact in facts if len(fact.label.keys) == 1]
    for key, best, rest in assign([fact.label for fact in single]):
        if key in found:
            continue
        chosen, others = [single[place] for place in best], [single[place] for place in rest]
        filled = [fact for fact in chosen if fact.values] or [fact for fact in others if fact.values][:1]
        if filled and filled[0] in others:
            form.warnings.append(f"“{NAMES[key]}”取自“{filled[0].label.word}”一栏，请核对")
        value = "，".join(filter(None, (_value(form, key, fact) for fact in filled)))
        form.fields[key] = (value, "\n".join(fact.source for fact in filled or chosen))
        for other in others:
            if other.values and other not in filled and _value(form, key, other) != value:
                form.warnings.append(f"“{other.label.word}”一栏没有读入：{_short(other.source)}")
    for fact in facts:
        if len(fact.label.keys) == 2:
            _settle_pair(form, fact, {key for each in single for key in each.label.keys} | found)


def _value(form: FormRead, key: str, fact: Fact) -> str:
    """The value of one fact, its cells joined, with warnings about what was lost or guessed."""
    name = NAMES[key]
    values = [value for value in (tidy(key, each) for each in fact.values) if value]
    if len(values) > 1:
        form.warnings.append(f"“{name}”的内容分在几个单元格中，已连在一起，请核对")
    text = _JOINTS.get(key, "\n").join(values)
    if key == "agency":
        text = agency_name(text)
    if key != "content":
        text, chose = ticked(text)
        if chose:
            form.warnings.append(f"“{name}”按打勾的选项读入，请核对" if text else f"“{name}”没有打勾的选项")
    if fact.numbered and text:
        form.warnings.append(f"“{name}”中的自动编号没有读入，如有需要请补上序号")
    if "nested" in fact.notes:
        form.warnings.append(f"“{name}”中的表格已逐行读成文字，请核对")
    if "\ufffd" in fact.source:
        form.warnings.append(f"“{name}”中有无法识别的符号，请核对")
    return text


def _settle_pair(form: FormRead, fact: Fact, taken: set[str]) -> None:
    """Settle a cell that holds two fields at once: 联系人及电话, 时间地点. What cannot be told apart stays empty."""
    first, second = fact.label.keys
    wanted = [key for key in (first, second) if key not in taken]
    parts = _parted(fact, first, second)
    for key in wanted:
        form.fields[key] = (parts[key] if parts else "", fact.source)
    if parts is None and fact.values and wanted:
        if first == "contact" and "contact" in wanted:
            form.fields["contact"] = (tidy("contact", "\n".join(fact.values)), fact.source)
        names = "、".join(NAMES[key] for key in (first, second))
        form.warnings.append(f"{names}写在一格中，没能分开，请核对：{_short(fact.source)}")


def _parted(fact: Fact, first: str, second: str) -> dict[str, str] | None:
    values = [value for value in fact.values if tidy(first, value)]
    text = "\n".join(values)
    if any(starts_with_label(value) for value in values):
        said = {key: each.text for each in read_lines(text.split("\n")) for key in each.label.keys}
        if first in said and second in said:
            return {first: tidy(first, said[first]), second: tidy(second, said[second])}
    if first == "contact":
        split = person_and_phone("\n".join(tidy(first, value) for value in values))
        return {first: split[0], second: split[1]} if split else None
    pieces = [piece.strip() for piece in re.split(r"[\n;；]", text) if piece.strip()]
    if len(pieces) == 2 and _DATE.search(pieces[0]) and not _DATE.search(pieces[1]):
        return {first: tidy(first, pieces[0]), second: tidy(second, pieces[1])}
    return None


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 40 else plain[:40] + "……"
