"""Ballots in public: rules, list, seed and result, everybody's own row, and what it takes to verify it all."""

import json
from datetime import date
from pathlib import Path

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import NotFound
from openday.queries import ballots as queries
from openday.queries.ballots import BallotPage, ListRow
from openday.queries.registrations import signup_sheet, ticket
from openday.rules import ballot_verifier
from openday.web.access import ANYONE, open_to
from openday.web.forms.ballots import ReceiptForm
from openday.web.pages import absolute_url
from openday.web.public import cards
from openday.web.public.blueprint import bp
from openday.web.public.decisions import what_follows
from openday.web.tables import page_number

_VERIFIER = Path(ballot_verifier.__file__)


@bp.get("/occurrences/<code>/ballot")
@open_to(ANYONE)
def occurrence_ballot(code: str) -> ResponseReturnValue:
    """The newest draw of an occurrence, or what will be published and when."""
    sheet = signup_sheet(code)
    found = queries.public_ballots(sheet.occasion.id)
    if found:
        return redirect(url_for("public.ballot_show", code=found[0][0]))
    if not sheet.occasion.ballot:
        raise NotFound()
    return render_template("public/ballot_soon.html", sheet=sheet, what_follows=what_follows(sheet.occasion))


@bp.get("/tickets/<code>/ballot")
@open_to(ANYONE)
def ticket_ballot(code: str) -> ResponseReturnValue:
    """The newest draw with the row of this ticket."""
    held = ticket(code)
    found = queries.public_ballots(held.occasion.id)
    if not found:
        return redirect(url_for("public.occurrence_ballot", code=held.occasion.code))
    newest = queries.ballot_page(found[0][0])
    return _page(newest, ReceiptForm(), own=queries.own_row(newest.code, newest.occurrence_code, held.code))


@bp.get("/ballots/<code>")
@open_to(ANYONE)
def ballot_show(code: str) -> ResponseReturnValue:
    """Rules, list and, once it is drawn, seed and result."""
    return _page(queries.ballot_page(code), ReceiptForm())


@bp.post("/ballots/<code>")
@open_to(ANYONE)
def ballot_find(code: str) -> ResponseReturnValue:
    """One's own row, by the code of the ticket: in no address, and nothing is kept of it."""
    found, form = queries.ballot_page(code), ReceiptForm()
    if not form.validate():
        return _page(found, form, 422)
    row = queries.own_row(found.code, found.occurrence_code, form.receipt_code())
    if row is None:
        form.say_unknown()
        return _page(found, form, 422)
    return _page(found, form, own=row)


@bp.get("/ballots/<code>/before.json")
@open_to(ANYONE)
def ballot_before(code: str) -> ResponseReturnValue:
    """Rules, list and hash, as they were before the draw."""
    return _json(queries.ballot_data(code, before=True), f"ballot-{code}-before.json")


@bp.get("/ballots/<code>/result.json")
@open_to(ANYONE)
def ballot_result(code: str) -> ResponseReturnValue:
    """The same with the seed and the result."""
    return _json(queries.ballot_data(code, before=False), f"ballot-{code}-result.json")


@bp.get("/ballots/verifier.py")
@open_to(ANYONE)
def ballot_verifier_file() -> ResponseReturnValue:
    """The program that verifies a result, exactly as it is tested."""
    return _attached(_VERIFIER.read_bytes(), "text/x-python; charset=utf-8", "ballot_verifier.py")


def _page(found: BallotPage, form: ReceiptForm, status: int = 200, own: ListRow | None = None) -> ResponseReturnValue:
    pages = max(1, -(-found.entries // queries.PER_PAGE))
    page = min(page_number(request.args.get("page", "1")), pages)
    html = render_template(
        "public/ballot_show.html",
        ballot=found,
        sources=[(source.kind, source.what, _day(source.when)) for source in found.rules.sources],
        moments={name: cards.moment(at) for name in ("frozen_at", "drawn_at") if (at := getattr(found, name))},
        rows=queries.list_rows(found.code, page),
        page=page,
        pages=pages,
        form=form,
        own=own,
        outcome="invalid" if status == 422 else "",
        verifier=absolute_url("public.ballot_verifier_file"),
    )
    return html, status


def _day(text: str) -> str:
    return cards.day_name(date.fromisoformat(text))


def _json(data: dict[str, object], name: str) -> Response:
    body = json.dumps(data, ensure_ascii=False, indent=1).encode()
    return _attached(body, "application/json; charset=utf-8", name)


def _attached(body: bytes, kind: str, name: str) -> Response:
    response = Response(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
