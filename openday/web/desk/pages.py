"""The door page, which answers every scan, undo and correction, and the address that a ticket offers to desk staff."""

from dataclasses import dataclass
from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import OpenDayError
from openday.queries import door as queries
from openday.queries import door_book
from openday.queries.door import Door, Hits
from openday.queries.door_book import Entry
from openday.queries.door_packs import conflicts_at
from openday.queries.registrations import Ticket
from openday.rules.door import admitted_text
from openday.rules.permissions import Right, can, may
from openday.services.door_steps import Admission
from openday.web.access import current_actor, the_actor
from openday.web.desk.blueprint import bp
from openday.web.forms.door import PeopleForm, ScanForm

_KEPT = 28


@dataclass(frozen=True)
class Said:
    """What became of the last act at the door: `entry` (let in just now; `announced` as a walk-in of so many, though on
    the list), `result` (tone, title, text), several `hits` to choose from, or an error at a field. `rest`: the party of
    the last scan, of which some are still to come."""

    entry: Entry | None = None
    announced: int = 0
    result: tuple[str, str, str] | None = None
    hits: Hits | None = None
    rest: queries.Party | None = None
    error: str = ""
    gate_error: str = ""
    gate_typed: str | None = None
    outcome: str = ""


def door_page(door: Door, status: int = 200, **said: Any) -> ResponseReturnValue:
    """The door with what became of the last act; `said` as in `Said`."""
    now, what = clock.now(), Said(**said)
    page = render_template(
        "desk/door.html",
        door=door,
        **_figures(door),
        **vars(what),
        recent=door_book.recent(door, the_actor(), now),
        parties=what.hits.parties if what.hits else [],
        gate=gate_of(door),
        closed=door.closed(now),
        over=now > door.ends_at,
        form=ScanForm(formdata=None).with_key(),
        correction=_correction(what.entry),
        missing=rest_form(what.rest) if what.rest is not None else None,
    )
    return _private(page, status)


def gate_of(door: Door) -> str:
    """At which gate of this door the device stands; "" when nobody said."""
    return str(session.get("gates", {}).get(door.code, ""))


def rest_form(party: queries.Party) -> PeopleForm:
    """The form with which the rest of a party comes in, all of it first."""
    form: PeopleForm = PeopleForm(formdata=None).with_key()
    form.people.choices = [(str(n), f"{n}人") for n in range(party.missing, 0, -1)]
    return form


def _figures(door: Door) -> dict[str, object]:
    """How many are in, by which gates, and how many tickets somebody has to look at."""
    return {
        "count": queries.head_count(door),
        "gate_counts": door_book.gate_counts(door),
        "gates": door_book.gates_of(door),
        "conflicts": conflicts_at(door),
    }


def _correction(entry: Entry | None) -> PeopleForm | None:
    """The form to say that fewer came, for an entry of which that can be true and still be said."""
    if entry is None or not entry.undoable or entry.walk_in or entry.later or entry.party_size == 1:
        return None
    return PeopleForm(formdata=None).offer(entry.party_size, fewer=False)


def let_in(
    door: Door, done: Admission, who: str, announced: int = 0, party: queries.Party | None = None
) -> ResponseReturnValue:
    """Back to the field after the first entry; the second is told when the first was, and offered to let the rest of
    the `party` in."""
    if done.first:
        more = announced if done.on_list else None
        return redirect(url_for("desk.door", code=door.code, entry=done.check_in_id, announced=more), code=303)
    again = ("again", admitted_text(done.at, clock.now()), who)
    rest = party if party is not None and party.missing else None
    return door_page(door, result=again, rest=rest, outcome="duplicate", status=409)


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
        missing=rest_form(party),
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
