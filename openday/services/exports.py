"""Whoever takes documents out of the house is written down."""

from openday import clock
from openday.db import use_case
from openday.rules.permissions import Actor
from openday.services import ledger


@use_case
def note_plan_export(actor: Actor, plan_id: int, agency_id: int) -> None:
    """Note that one plan form was taken as a document."""
    ledger.record(
        "plan.export", actor=actor, record_type="plan", record_id=plan_id, agency_id=agency_id, now=clock.now()
    )


@use_case
def note_summary_export(actor: Actor, kind: str, call_id: int | None, plans: int) -> None:
    """Note that many plans were taken at once; `kind` is 'summary_table', 'plan_forms' or 'plan_forms_merged'."""
    ledger.record(f"{kind}.export", actor=actor, record_type="call", record_id=call_id, now=clock.now(), plans=plans)


@use_case
def note_official_export(
    actor: Actor, kind: str, record_type: str, record_id: int | None, agency_id: int | None
) -> None:
    """Note that an official paper was taken; `kind` is 'announcement', 'month_schedule' or 'reminder_notice'."""
    ledger.record(
        "official.export", actor=actor, record_type=record_type, record_id=record_id, agency_id=agency_id,
        now=clock.now(), kind=kind,
    )  # fmt: skip
