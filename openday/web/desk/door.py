"""Letting people in by ticket, number or telephone number, and taking a slip back."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Forbidden, Refused
from openday.queries import door as queries
from openday.queries import door_book
from openday.rules.permissions import Role
from openday.services import checkin
from openday.web.access import open_to, the_actor
from openday.web.desk.blueprint import bp
from openday.web.desk.pages import (
    door_page,
    gate_of,
    let_in,
    nobody_found,
    number_in,
    private_page,
    refusal,
    ticket_page,
)
from openday.web.forms.door import PeopleForm, ScanForm


@bp.get("/")
@open_to(Role.DESK, Role.FILER)
def occurrence_list() -> ResponseReturnValue:
    """The occurrences whose door is mine: today's, then those to come."""
    now = clock.now()
    rows = queries.doors(the_actor(), now)
    today = [row for row in rows if row.door.starts_at.date() <= now.date()]
    later = [row for row in rows if row.door.starts_at.date() > now.date()]
    return private_page("desk/occurrence_list.html", today=today, later=later)


@bp.get("/occurrences/<code>")
@open_to(Role.DESK, Role.FILER)
def door(code: str) -> ResponseReturnValue:
    """The door; `entry` in the address shows who came in last."""
    actor, now = the_actor(), clock.now()
    here = queries.door_at(actor, code)
    if number_in("undone"):
        return door_page(here, result=("again", "已撤销签到", "人数已从到场人数中减去。"), outcome="undone")
    entry = door_book.entry(here, number_in("entry"), actor, now) if number_in("entry") else None
    return door_page(here, entry=entry, announced=number_in("announced"), outcome="admitted" if entry else "")


@bp.post("/occurrences/<code>")
@open_to(Role.DESK, Role.FILER)
def door_scan(code: str) -> ResponseReturnValue:
    """Let in whom the ticket or number names; ask when several are meant."""
    actor, form = the_actor(), ScanForm()
    here, typed = queries.door_at(actor, code), form.code.data or ""
    hits = queries.search(actor, here, typed)
    if not hits.parties:
        return door_page(here, error=nobody_found(typed, hits), outcome="not-found", status=422)
    if not hits.exact:
        return door_page(here, hits=hits, outcome="choose")
    party = hits.parties[0]
    try:
        done = checkin.admit(actor, code, party.id, form.how_many(), key=form.short_key(), gate=gate_of(here))
    except (Refused, Conflict) as refused:
        return refusal(here, refused)
    came = f"已到{done.people}人，登记{party.party_size}人" if done.people < party.party_size else f"{done.people}人"
    return let_in(here, done, f"{party.name}　{came}　凭证号 {party.number}", party=party)


@bp.post("/occurrences/<code>/rest")
@open_to(Role.DESK, Role.FILER)
def door_rest(code: str) -> ResponseReturnValue:
    """Let others of a party in, of which some are in already."""
    actor, form = the_actor(), ScanForm()
    here, typed = queries.door_at(actor, code), form.code.data or ""
    hits = queries.search(actor, here, typed)
    if not hits.exact:
        return door_page(here, error=nobody_found(typed, hits), outcome="not-found", status=422)
    party = hits.parties[0]
    try:
        people = form.how_many() or max(1, party.missing)
        done = checkin.admit_rest(actor, code, party.id, people, key=form.short_key(), gate=gate_of(here))
    except (Refused, Conflict) as refused:
        return refusal(here, refused)
    return let_in(here, done, f"{party.name}　{done.people}人　凭证号 {party.number}")


@bp.get("/tickets/<code>")
@open_to(Role.DESK, Role.FILER)
def ticket_show(code: str) -> ResponseReturnValue:
    """Where the camera's way ends: one party, one button."""
    return ticket_page(*queries.ticket_at_door(the_actor(), code))


@bp.post("/occurrences/<code>/entries/<int:check_in_id>/undo")
@open_to(Role.DESK, Role.FILER)
def entry_undo(code: str, check_in_id: int) -> ResponseReturnValue:
    """Take one's own slip back."""
    here = queries.door_at(the_actor(), code)
    try:
        checkin.undo(the_actor(), code, check_in_id)
    except (Refused, Conflict, Forbidden) as refused:
        return refusal(here, refused)
    return redirect(url_for("desk.door", code=code, undone=1), code=303)


@bp.post("/occurrences/<code>/entries/<int:check_in_id>/people")
@open_to(Role.DESK, Role.FILER)
def entry_correct(code: str, check_in_id: int) -> ResponseReturnValue:
    """Fewer of the party came than registered, or the rest came after all."""
    here, form = queries.door_at(the_actor(), code), PeopleForm()
    try:
        if not form.validate():
            raise Refused(form.people.errors[0], field="people")
        entry = checkin.correct_people(the_actor(), code, check_in_id, int(form.people.data))
    except (Refused, Conflict, Forbidden) as refused:
        return refusal(here, refused)
    return redirect(url_for("desk.door", code=code, entry=entry), code=303)


@bp.get("/occurrences/<code>/list")
@open_to(Role.DESK, Role.FILER)
def door_list(code: str) -> ResponseReturnValue:
    """The list to print, for a door without power or signal."""
    here = queries.door_at(the_actor(), code)
    return private_page("desk/door_list.html", door=here, parties=queries.door_list(here), printed=clock.now())
