"""The office's own arrangements of the summary table: which columns, in which order, under which name."""

from dataclasses import dataclass

from sqlalchemy import Select, select

from openday.db import session
from openday.documents.summary_table import STANDARD, known_columns
from openday.errors import NotFound
from openday.models.exports import SummaryTemplate
from openday.models.people import Jurisdiction
from openday.rules.permissions import Actor, Right, may


@dataclass(frozen=True)
class TemplateLine:
    """One arrangement: keys of columns in their order."""

    id: int
    name: str
    columns: tuple[str, ...]


def summary_templates(actor: Actor) -> tuple[TemplateLine, ...]:
    """Those of the person's own office, by name."""
    if not may(actor, Right.SUMMARY_EXPORT):
        return ()
    statement = _of_office(actor).order_by(SummaryTemplate.name, SummaryTemplate.id)
    return tuple(_line(template) for template in session().scalars(statement))


def template_in_reach(actor: Actor, template_id: int, *, lock: bool = False) -> SummaryTemplate:
    """One arrangement of the person's own office, for a use-case.

    Raises:
        NotFound: it is not there, or another office's.
    """
    statement = _of_office(actor).where(SummaryTemplate.id == template_id)
    found = session().scalar(statement.with_for_update(of=SummaryTemplate) if lock else statement)
    if found is None or not may(actor, Right.SUMMARY_EXPORT):
        raise NotFound()
    return found


def summary_template(actor: Actor, template_id: int) -> TemplateLine:
    """One arrangement of the person's own office, for a page.

    Raises:
        NotFound: it is not there, or another office's.
    """
    return _line(template_in_reach(actor, template_id))


def columns_of(actor: Actor, template_id: int | None) -> tuple[str, ...]:
    """The columns of an arrangement, or the usual ones when none is named.

    Raises:
        NotFound: it is not there, or another office's.
    """
    return summary_template(actor, template_id).columns or STANDARD if template_id else STANDARD


def _of_office(actor: Actor) -> Select[SummaryTemplate]:
    return (
        select(SummaryTemplate)
        .join(Jurisdiction, Jurisdiction.id == SummaryTemplate.jurisdiction_id)
        .where(Jurisdiction.path == actor.jurisdiction_path)
    )


def _line(template: SummaryTemplate) -> TemplateLine:
    return TemplateLine(template.id, template.name, known_columns(template.columns))
