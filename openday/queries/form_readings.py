"""Uploaded forms: the texts that a plan was read from, and what somebody uploaded lately."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from openday import clock
from openday.db import session
from openday.errors import NotFound
from openday.models.calls import Call
from openday.models.people import Agency, Jurisdiction
from openday.models.plans import FormReading, Plan
from openday.queries.scope import within_reach
from openday.rules.permissions import Actor, Right
from openday.rules.plan_states import PlanStatus
from openday.rules.plan_text import PLAN_FIELDS, PlanText

RECENT = 20


@dataclass(frozen=True)
class FormSource:
    """The form that a plan was read from. `sources`: by field name, the text as it stood in the file, 'agency' too."""

    filename: str
    number: int
    forms: int
    sources: Mapping[str, str]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class UploadedForm:
    """One form of an uploaded file in a list. `status`: of its plan, None while the office has not filed it."""

    code: str
    filename: str
    number: int
    forms: int
    theme: str
    agency: str
    warnings: int
    plan_code: str
    status: PlanStatus | None
    uploaded_at: datetime


@dataclass(frozen=True)
class FormPage:
    """A form that the office uploaded, to be put right and filed. `agency_id`: the one agency of the printed name, None
    when there is none or more than one."""

    code: str
    source: FormSource
    agency: str
    agency_id: int | None
    agencies: tuple[tuple[int, str], ...]
    text: PlanText
    call: str
    reading_year: int
    plan_code: str


def source_of(plan_code: str) -> FormSource | None:
    """The form that a plan (which the caller was allowed to see) was read from; None when it was typed in."""
    statement = select(FormReading).join(Plan, Plan.form_reading_id == FormReading.id).where(Plan.code == plan_code)
    reading = session().scalar(statement)
    if reading is None:
        return None
    entry = next((each for each in reading.forms if each["plan"] == plan_code), None)
    return _source(reading, entry) if entry else None


def uploaded_forms(actor: Actor, *, for_office: bool = False) -> tuple[UploadedForm, ...]:
    """The forms in the files that this person uploaded last, the newest first, in two queries."""
    statement = (
        select(FormReading)
        .where(
            FormReading.user_id == actor.user_id,
            FormReading.agency_id.is_(None) if for_office else FormReading.agency_id == actor.agency_id,
        )
        .order_by(FormReading.id.desc())
        .limit(RECENT)
    )
    readings = session().scalars(statement).all()
    codes = [entry["plan"] for reading in readings for entry in reading.forms if entry["plan"]]
    found = session().execute(select(Plan.code, Plan.theme, Plan.status).where(Plan.code.in_(codes))) if codes else ()
    plans = {row.code: (row.theme, PlanStatus(row.status)) for row in found}
    return tuple(_uploaded(reading, entry, plans) for reading in readings for entry in reading.forms)


def form_page(actor: Actor, code: str, number: int) -> FormPage:
    """A form that this officer uploaded, with the agencies for which it may be filed.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    reading = own_reading(actor, code)
    entry = kept_form(reading, number)
    call = session().get(Call, reading.call_id) if reading.call_id is not None else None
    fields = entry["fields"]
    named_agencies = (
        select(Agency.id, Agency.name)
        .join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
        .where(*_allowed(actor, call))
        .order_by(Agency.name, Agency.id)
    )
    agencies = tuple((row.id, row.name) for row in session().execute(named_agencies))
    printed = "".join(str(fields["agency"]["value"]).split())
    named = [id_ for id_, name in agencies if "".join(name.split()) == printed]
    return FormPage(
        code=reading.code,
        source=_source(reading, entry),
        agency=fields["agency"]["value"],
        agency_id=named[0] if len(named) == 1 else None,
        agencies=agencies,
        text=PlanText(**{name: fields[name]["value"] for name in PLAN_FIELDS}),
        call=call.title if call else "",
        reading_year=call.year if call else clock.today().year,
        plan_code=entry["plan"],
    )


def own_reading(actor: Actor, code: str, *, lock: bool = False) -> FormReading:
    """The uploaded file with this code.

    Raises:
        NotFound: it is not there, or somebody else's.
    """
    statement = select(FormReading).where(FormReading.code == code, FormReading.user_id == actor.user_id)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    reading = session().scalar(statement)
    if reading is None:
        raise NotFound()
    return reading


def kept_form(reading: FormReading, number: int) -> dict[str, Any]:
    """The form of a file with this number, from 1.

    Raises:
        NotFound: there is none.
    """
    entry: dict[str, Any] | None = next((each for each in reading.forms if each["number"] == number), None)
    if entry is None:
        raise NotFound()
    return entry


def agency_for_form(actor: Actor, agency_id: int, call: Call | None) -> Agency | None:
    """The agency for which the office may file a form; None when it may not, or there is none."""
    joined = select(Agency).join(Jurisdiction, Jurisdiction.id == Agency.jurisdiction_id)
    return session().scalar(joined.where(Agency.id == agency_id, *_allowed(actor, call)))


def _allowed(actor: Actor, call: Call | None) -> list[ColumnElement[bool]]:
    """Conditions on agencies joined with their places: active, within reach, and within the place of the call."""
    conditions: list[ColumnElement[bool]] = [within_reach(actor, Right.PLAN_IMPORT), Agency.active.is_(True)]
    if call is not None:
        conditions.append(Jurisdiction.path.startswith(call.jurisdiction.path, autoescape=True))
    return conditions


def _source(reading: FormReading, entry: Mapping[str, Any]) -> FormSource:
    return FormSource(
        filename=reading.filename,
        number=entry["number"],
        forms=len(reading.forms),
        sources={name: field["source"] for name, field in entry["fields"].items()},
        warnings=tuple(entry["warnings"]),
    )


def _uploaded(
    reading: FormReading, entry: Mapping[str, Any], plans: Mapping[str, tuple[str, PlanStatus]]
) -> UploadedForm:
    theme, status = plans.get(entry["plan"], (entry["fields"]["theme"]["value"], None))
    return UploadedForm(
        code=reading.code,
        filename=reading.filename,
        number=entry["number"],
        forms=len(reading.forms),
        theme=theme,
        agency=entry["fields"]["agency"]["value"],
        warnings=len(entry["warnings"]),
        plan_code=entry["plan"],
        status=status,
        uploaded_at=reading.created_at,
    )
