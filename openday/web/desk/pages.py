"""The door page, which answers every scan, undo and correction, and the address that a ticket offers to desk staff."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import OpenDayError
from openday.queries import door as queries
from openday.queries.door import Door, Entry, Hits
from openday.queries.door_packs import conflicts_at
from openday.queries.registrations import Ticket
from openday.rules.door import admitted_text
from openday.rules.permissions import Right, can, may
from openday.services.checkin import Admission
from openday.web.access import current_actor, the_actor
from openday.web.desk.blueprint import bp
from openday.web.forms.door import PeopleForm, ScanForm

_KEPT = 28


def door_page(
    door: Door,
    *,
    entry: Entry | None = None,
    announced: int = 0,
    result: tuple[str, str, str] | None = None,
    hits: Hits | None = None,
    error: str = "",
    outcome: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """The door with what became of the last scan: `entry` (let in just now; `announced` as a walk-in of so many, though
    on the list), `result` (tone, title, text), several hits to choose from, or an error at the field."""
    now = clock.now()
    page = render_template(
        "desk/door.html",
        door=door,
        **_figures(door),
        recent=queries.recent(door, the_actor(), now),
        entry=entry,
        announced=announced,
        result=result,
        parties=hits.parties if hits else [],
        error=error,
        outcome=outcome,
        closed=door.closed(now),
        form=ScanForm(formdata=None).with_key(),
        correction=_correction(entry),
    )
    return _private(page, status)


def _figures(door: Door) -> dict[str, object]:
    """How many are in, and how many tickets somebody has to look at."""
    return {"count": queries.head_count(door), "conflicts": conflicts_at(door)}


def _correction(entry: Entry | None) -> PeopleForm | None:
    """The form to say that fewer came, for an entry of which that can be true and still be said."""
    if entry is None or not entry.undoable or entry.walk_in or entry.party_size == 1:
        return None
    return PeopleForm(formdata=None).offer(entry.party_size, fewer=False)


def let_in(door: Door, done: Admission, who: str, announced: int = 0) -> ResponseReturnValue:
    """Back to the field after the first entry; the second is told when the first was."""
    if done.first:
        more = announced if done.on_list else None
        return redirect(url_for("desk.door", code=door.code, entry=done.check_in_id, announced=more), code=303)
    again = ("again", admitted_text(done.at, clock.now()), who)
    return door_page(door, result=again, outcome="duplicate", status=409)


def refusal(door: Door, error: OpenDayError) -> ResponseReturnValue:
    """The door page with the reason why nothing was changed."""
    return door_page(door, result=("refused", error.message, ""), outcome=error.outcome, status=error.status)


def nobody_found(typed: str, hits: Hits) -> str:
    """Why nobody was let in, with what was typed as far as it is not a telephone number."""
    if hits.elsewhere is not None:
        return f"这张凭证是另一场的：{hits.elsewhere.theme}，{hits.elsewhere.when}"
    shown = typed.strip()[:_KEPT]
    if not shown.isprintable() or sum(character.isdigit() for character in shown) > 6:
        shown = ""
    return f"没有找到：{shown}" if shown else "没有找到，请核对后再输入"


def ticket_page(door: Door, party: queries.Party) -> ResponseReturnValue:
    """One party with the button that lets it in."""
    page = render_template(
        "desk/ticket_show.html",
        door=door,
        party=party,
        closed=door.closed(clock.now()),
        now=clock.now(),
        form=ScanForm(formdata=None).with_key(),
        fewer=PeopleForm(formdata=None).with_key().offer(party.party_size),
    )
    return _private(page, 200)


def private_page(template: str, status: int = 200, **context: object) -> ResponseReturnValue:
    """A page that no cache keeps."""
    return _private(render_template(template, **context), status)


def number_in(name: str) -> int:
    """A small number from the query string, 0 when there is none."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else 0


@bp.app_template_global()
def door_href(ticket: Ticket) -> str:
    """Where desk staff let this ticket in; '' for everybody whose door it is not."""
    actor = current_actor()
    if actor is None or not may(actor, Right.CHECK_IN):
        return ""
    if ticket.occasion.id in actor.occurrence_ids or queries.opens_door(actor, ticket.occasion.id):
        return url_for("desk.ticket_show", code=ticket.code)
    return ""


def may_override(door: Door) -> bool:
    """Whether the person may take back what others did at this door."""
    return can(the_actor(), Right.REGISTRATION_MANAGE, door.subject)


def _private(page: str, status: int) -> ResponseReturnValue:
    response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response
