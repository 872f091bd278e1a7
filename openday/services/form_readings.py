"""Plans read from uploaded forms (报送表): an agency's become drafts at once, the office's are put right first."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from openday import clock
from openday.db import session, use_case
from openday.documents.form_reader import FormRefused, ReadForm, read_forms
from openday.documents.plain_text import holdable
from openday.errors import Forbidden, Refused
from openday.models.calls import Call
from openday.models.columns import new_code
from openday.models.people import Agency
from openday.models.plans import FormReading, Plan, PlanEvent
from openday.queries.calls import calls_for_import, open_calls
from openday.queries.form_readings import agency_for_form, kept_form, own_reading
from openday.queries.import_verdicts import known_rows
from openday.queries.scope import subject_of
from openday.rules.form_text import FormText, form_text
from openday.rules.fuzzy_date import read_period
from openday.rules.permissions import Actor, Right, can, may, reaches_subtree
from openday.rules.plan_rows import import_key, read_row
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PLAN_FIELDS, PlanText, too_long, unfilled
from openday.services import ledger

LONGEST_READING = 45.0  # seconds after which no further file of an upload is begun
MOST_FILES = 20
MOST_FORMS = 50


@dataclass(frozen=True)
class FormFile:
    """A file as somebody sends it."""

    filename: str
    data: bytes


@dataclass(frozen=True)
class FormMade:
    """What became of one form. `plan_code`: the plan made of it, '' while the office has not filed it. `known`: the
    plan had been made of the same form before, and `status` says where it stands now."""

    number: int
    theme: str
    plan_code: str = ""
    known: bool = False
    status: PlanStatus = PlanStatus.DRAFT


@dataclass(frozen=True)
class FileRead:
    """What became of one file: its forms, or the reason why it, or one of its forms, was not taken."""

    filename: str
    forms: tuple[FormMade, ...] = ()
    problems: tuple[str, ...] = ()
    reading_code: str = ""


class FieldsRefused(Refused):
    """The text of a form cannot be filed as it is; `problems` maps field names to Chinese sentences."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        field, message = next(iter(problems.items()))
        super().__init__(message, field=field)
        self.problems = dict(problems)


def upload_forms(
    actor: Actor, call_id: int | None, files: Sequence[FormFile], *, for_office: bool = False
) -> tuple[FileRead, ...]:
    """Read the forms in some files, each file for itself: one that is refused keeps none of the others away.

    A filer's forms become drafts; the office's are kept for `file_read_form`. A form that was uploaded before makes
    nothing new. Files are read before their transaction begins.

    Raises:
        Forbidden: the person may not file here.
        Refused: no file, too many, or no such call.
    """
    if for_office and not reaches_subtree(actor, Right.PLAN_IMPORT):
        raise Forbidden("您没有代单位填报的权限")
    if not for_office and (actor.agency_id is None or not may(actor, Right.PLAN_FILE)):
        raise Forbidden("您没有为本单位填报计划的权限")
    if len(files) > MOST_FILES:
        raise Refused(f"一次最多上传{MOST_FILES}个文件，请分几次上传", field="files")
    calls = calls_for_import(actor) if for_office else open_calls(actor)
    if call_id is not None and call_id not in {call.id for call in calls}:
        raise Refused("请选择征集通知", field="call")
    enough = time.monotonic() + LONGEST_READING
    return tuple(_upload(actor, call_id, file, for_office, enough) for file in files)


@use_case
def file_read_form(actor: Actor, code: str, number: int, *, agency_id: int, text: PlanText) -> str:
    """File a form that the office uploaded, as put right on its page: a plan that another officer has to review.

    `number` counts the forms of the file from 1. Returns the code of the plan; sent twice, it files one.

    Raises:
        NotFound: no such form of this person.
        FieldsRefused: a field is missing, too long or not understood, or the agency is not one of those in reach.
    """
    now = clock.now()
    reading = own_reading(actor, code, lock=True)
    entry = kept_form(reading, number)
    if entry["plan"]:
        return str(entry["plan"])
    call = session().get(Call, reading.call_id) if reading.call_id is not None else None
    agency = agency_for_form(actor, agency_id, call)
    year = call.year if call else now.year
    problems = _problems(text, year)
    if agency is None:
        problems = {"agency": "请选择活动单位"} | problems
    if problems or agency is None:
        raise FieldsRefused(problems)
    plan = Plan(agency_id=agency.id, call_id=reading.call_id, status=PlanStatus.OFFICE_REVIEW.value)
    plan.submitted_at = now
    _make(actor, plan, reading, number, text, year, now)
    reading.forms = [{**each, "plan": plan.code} if each is entry else each for each in reading.forms]
    return plan.code


def _upload(actor: Actor, call_id: int | None, file: FormFile, for_office: bool, enough: float) -> FileRead:
    name = holdable(file.filename)[:200]
    if time.monotonic() > enough:
        return FileRead(name, problems=("前面的文件读取时间较长，这个文件还没有读取，请再上传一次",))
    try:
        forms = read_forms(file.data, file.filename)
    except FormRefused as refused:
        return FileRead(name, problems=(str(refused),))
    if len(forms) > MOST_FORMS:
        return FileRead(name, problems=(f"一个文件最多{MOST_FORMS}张报送表，这个文件有{len(forms)}张，请拆成几个文件",))
    if for_office:
        return _keep_for_office(actor, call_id, name, forms)
    return _make_drafts(actor, call_id, name, forms)


@use_case
def _make_drafts(actor: Actor, call_id: int | None, filename: str, forms: Sequence[ReadForm]) -> FileRead:
    now = clock.now()
    agency = _own_agency(actor)
    call = session().get(Call, call_id) if call_id is not None else None
    year = call.year if call else now.year
    texts = [form_text(_cells(form), own_agency=agency.name) for form in forms]
    keys = [_key(call_id, text.text, agency.name, year) for text in texts]
    known = known_rows(call_id, keys)
    reading = FormReading(code=new_code(20), user_id=actor.user_id, agency_id=agency.id, call_id=call_id)
    reading.filename, reading.created_at, reading.forms = filename, now, []
    made, problems = [], []
    for number, (form, text, key) in enumerate(zip(forms, texts, keys, strict=True), start=1):
        before = known.get(key)
        if not text.text.theme:
            problems.append(_unnamed(number, len(forms)))
            continue
        if before is not None and before[1] != PlanStatus.WITHDRAWN:
            made.append(FormMade(number, text.text.theme, before[0], known=True, status=PlanStatus(before[1])))
            continue
        if before is not None:
            _let_go(before[0])
        plan = Plan(agency_id=agency.id, call_id=call_id, status=PlanStatus.DRAFT.value, import_key=key)
        if not reading.forms:
            session().add(reading)
            session().flush()
        _make(actor, plan, reading, number, text.text, year, now)
        known[key] = (plan.code, plan.status)
        reading.forms = [*reading.forms, _entry(number, form, text, plan.code)]
        made.append(FormMade(number, text.text.theme, plan.code))
    if reading.forms:
        _note_upload(actor, reading, now)
    return FileRead(filename, tuple(made), tuple(problems), reading.code if reading.forms else "")


@use_case
def _keep_for_office(actor: Actor, call_id: int | None, filename: str, forms: Sequence[ReadForm]) -> FileRead:
    now = clock.now()
    texts = [form_text(_cells(form)) for form in forms]
    entries = [
        _entry(number, form, text, "") for number, (form, text) in enumerate(zip(forms, texts, strict=True), start=1)
    ]
    before = session().scalars(
        select(FormReading)
        .where(FormReading.user_id == actor.user_id, FormReading.call_id == call_id, FormReading.filename == filename)
        .order_by(FormReading.id.desc())
        .limit(20)
    )
    reading = next((found for found in before if _same(found.forms, entries)), None)
    known = reading is not None
    if reading is None:
        reading = FormReading(code=new_code(20), user_id=actor.user_id, agency_id=None, call_id=call_id)
        reading.filename, reading.created_at, reading.forms = filename, now, entries
        session().add(reading)
        session().flush()
        _note_upload(actor, reading, now)
    made = [
        FormMade(entry["number"], entry["fields"]["theme"]["value"], entry["plan"], known=known)
        for entry in reading.forms
    ]
    return FileRead(filename, tuple(made), (), reading.code)


def _make(
    actor: Actor, plan: Plan, reading: FormReading, number: int, text: PlanText, year: int, now: datetime
) -> None:
    """Write the plan of a form, its first version, its history and the ledger."""
    plan.version, plan.created_at, plan.form_reading_id = 1, now, reading.id
    plan.take_text(text, year=year, author_id=actor.user_id, now=now)
    session().add(plan)
    session().flush()
    session().add(
        PlanEvent(
            plan_id=plan.id,
            action="create",
            from_status=None,
            to_status=plan.status,
            actor_id=actor.user_id,
            at=now,
            reason=f"由“{reading.filename}”第{number}张报送表读入",
        )
    )
    ledger.record(
        "plan.read_form", actor=actor, record_type="plan", record_id=plan.id, agency_id=plan.agency_id, now=now
    )


def _own_agency(actor: Actor) -> Agency:
    """The person's agency, held until the transaction ends, so that the same file sent twice at once is read twice in
    turn."""
    statement = select(Agency).where(Agency.id == actor.agency_id).options(joinedload(Agency.jurisdiction))
    agency = session().scalar(statement.with_for_update(of=Agency))
    if agency is None or not agency.active or not can(actor, Right.PLAN_FILE, subject_of(agency)):
        raise Forbidden("您没有为本单位填报计划的权限")
    return agency


def _cells(form: ReadForm) -> dict[str, str]:
    return {key: holdable(field.value) for key, field in form.fields.items()}


def _entry(number: int, form: ReadForm, text: FormText, plan_code: str) -> dict[str, Any]:
    """What is kept of a form: under the names of the plan's fields, the value beside the text it was read from."""
    sources = {key: holdable(field.source) for key, field in form.fields.items()}
    values = {"agency": text.agency, **text.text.as_dict()}
    fields = {name: {"value": value, "source": sources[text.key_of(name)]} for name, value in values.items()}
    warnings = [*(holdable(warning) for warning in form.warnings), *text.warnings]
    return {"number": number, "fields": fields, "warnings": warnings, "plan": plan_code}


def _same(kept: Sequence[Mapping[str, Any]], read: Sequence[Mapping[str, Any]]) -> bool:
    return [each["fields"] for each in kept] == [each["fields"] for each in read]


def _key(call_id: int | None, text: PlanText, agency: str, year: int) -> str:
    """The same as the key of a row of a table that says the same, so that neither way files it twice."""
    names = {"time_text": "time", "venue": "place", "audience_text": "audience", "signup_text": "signup"}
    names["contact_phone"] = "phone"
    cells = {names.get(name, name): value for name, value in text.as_dict().items()}
    return import_key(call_id or 0, read_row(cells, call_year=year, own_agency=agency))


def _unnamed(number: int, forms: int) -> str:
    which = f"第{number}张报送表" if forms > 1 else "报送表"
    return f"{which}没有读出活动主题，请在表中填好活动主题后再上传，或者新报一个计划手工填写"


def _let_go(plan_code: str) -> None:
    """A withdrawn plan does not stand in the way of the same form uploaded anew."""
    session().scalars(select(Plan).where(Plan.code == plan_code)).one().import_key = None
    session().flush()


def _note_upload(actor: Actor, reading: FormReading, now: datetime) -> None:
    ledger.record(
        "form_reading.upload",
        actor=actor,
        record_type="form_reading",
        record_id=reading.id,
        now=now,
        forms=len(reading.forms),
    )


def _problems(text: PlanText, year: int) -> dict[str, str]:
    """Field name to a Chinese sentence for what keeps a text from being filed, in the form's order."""
    problems = unfilled(text) | too_long(text)
    period = read_period(text.time_text, year=year)
    if text.time_text and not period.understood:
        problems.setdefault("time_text", f"开展时间：{period.reason}")
    return {name: problems[name] for name in PLAN_FIELDS if name in problems}
