"""import-plans: a table of plans from the command line, by the same rules as on the page."""

from datetime import date
from pathlib import Path

import click
from flask.cli import with_appcontext

from openday import clock
from openday.errors import Refused
from openday.queries.calls import CallChoice, calls_for_import
from openday.queries.import_verdicts import FILED, KNOWN, REFUSED
from openday.queries.plan_imports import import_page, import_rows, importing_officer
from openday.rules.permissions import Actor
from openday.services import calls, plan_import
from openday.services.calls import CallDraft
from openday.services.plan_import import Upload

_WORDS = {FILED: "filed", KNOWN: "known", REFUSED: "refused"}


@click.command("import-plans")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as", "login", default="", help="Log-in of the importing officer; default: the first of the highest place."
)
@click.option("--year", type=click.IntRange(2000, 2100), help="The call's year; default: the newest call.")
@click.option(
    "--create-agencies/--known-agencies-only",
    default=True,
    show_default=True,
    help="Whether agencies that are not in the directory are added to it.",
)
@with_appcontext
def import_plans(file: Path, login: str, year: int | None, create_agencies: bool) -> None:
    """Import a table of plans (.xlsx, .docx or .csv): every row is filed, or refused with its reason.

    Prints one line a row (number, outcome, agency, theme, reason, separated by tabs) and a summary.
    """
    name, actor = importing_officer(login)
    call = _call(actor, year)
    click.echo(f"as: {name}  call: {call.title} ({call.year})", err=True)
    upload = Upload(call.id, file.name, file.read_bytes(), for_office=True, create_agencies=create_agencies)
    code = plan_import.upload_table(actor, upload)
    plan_import.run_import(actor, code, at_once=plan_import.MOST_ROWS)
    for row in import_rows(actor, code):
        cells = (str(row.line), _WORDS[row.outcome], row.agency, row.theme, row.reason)
        click.echo("\t".join(" ".join(cell.split()) for cell in cells))
    page = import_page(actor, code)
    counts = "  ".join(f"{word}: {page.counts[outcome]}" for outcome, word in _WORDS.items())
    click.echo(f"rows: {page.total}  {counts}")


def _call(actor: Actor, year: int | None) -> CallChoice:
    """The newest call (of the year); an installation that has none yet gets one, so that a first table can come in."""
    found = [call for call in calls_for_import(actor) if year in (None, call.year)]
    if found:
        return found[0]
    year = year or clock.today().year
    calls.open_call(actor, CallDraft(year, f"{year}年政府开放活动计划报送通知", date(year, 12, 31)))
    made = [call for call in calls_for_import(actor) if call.year == year]
    if not made:
        raise Refused(f"没有{year}年的征集通知")
    return made[0]


COMMANDS = (import_plans,)
