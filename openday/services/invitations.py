"""Invitations to an occurrence: put onto its list, written to, reminded, withdrawn; and the answer no.

The answer yes is a sign-up like any other, see `services.registrations` and `services.invitation_steps`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select, update

from openday import clock
from openday.db import session, use_case, write
from openday.documents.letters import SOURCE_LANGUAGE
from openday.errors import Closed, Conflict, NotFound, Refused
from openday.models.occurrences import Occurrence
from openday.models.registrations import Invitee
from openday.queries.activities import occurrence_in_reach
from openday.queries.invitations import contact_index, invitation, invitees
from openday.queries.registrations import Occasion, sayable
from openday.rules.invitations import MOST_INVITEES, Standing, may_remind
from openday.rules.permissions import Actor, Right
from openday.rules.phone import normalise_phone
from openday.rules.privacy import clean_text
from openday.rules.signup import NAME_LIMIT, closure, closure_text
from openday.rules.states import Channel, SignupMode
from openday.rules.wording import moment_text
from openday.services import ledger
from openday.services.party_steps import lock_occurrence
from openday.services.wordings import letter_of

InvitationUrl = Callable[[str], str]
"""Makes the absolute address of an invitation from its code."""
_invitees = cast(Table, Invitee.__table__)


@dataclass(frozen=True)
class NewInvitee:
    """Somebody to invite: `contact` is a telephone number or a mailbox, `party_limit` how many may come."""

    name: str
    contact: str
    party_limit: int = 1


@dataclass(frozen=True)
class AddedInvitees:
    """What became of a list: `known` were on it already, `again` had been withdrawn and are invited again."""

    added: int
    again: int
    known: int
    told: int


@use_case
def add_invitees(
    actor: Actor, occurrence: str, people: Sequence[NewInvitee], *, tell: bool, url: InvitationUrl
) -> AddedInvitees:
    """Put people onto the list of the occurrence with this code, each with a link of their own; with `tell` it is sent
    to them at once. Sent twice, nobody is invited twice.

    Raises:
        NotFound: no such occurrence within reach.
        Refused: a name, contact or party that cannot be, or more people than one list holds.
        Closed: nobody is invited to it, or no longer.
    """
    now = clock.now()
    wanted = [_cleaned(person) for person in people]
    occasion = _list_held(actor, occurrence, now)
    known = _known(occasion.id)
    fresh: list[Invitee] = []
    again = already = 0
    for person in wanted:
        earlier = known.get(contact_index(person.contact))
        if earlier is None:
            row = _new(actor, occasion.id, person, now)
            known[row.contact_hash or ""] = row
            fresh.append(row)
        elif earlier.withdrawn_at is not None:
            earlier.withdrawn_at, earlier.answer, earlier.party_limit = None, "none", person.party_limit
            earlier.told_at = earlier.reminded_at = None  # what they were told last is that it was withdrawn
            fresh.append(earlier)
            again += 1
        else:
            already += 1
    if len(known) > MOST_INVITEES:
        raise Refused(f"一场最多邀请{MOST_INVITEES}人（组），加上这次共{len(known)}人（组）", field="people")
    session().add_all(fresh)
    session().flush()
    told = (
        _write_to(
            [(row.id, row.code, row.name or "", row.contact or "", row.party_limit) for row in fresh],
            occasion,
            now,
            url,
        )
        if tell
        else 0
    )
    if fresh:
        _note("invitee.add", actor, occasion, now, people=len(fresh), told=told)
    return AddedInvitees(len(fresh) - again, again, already, told)


def _cleaned(person: NewInvitee) -> NewInvitee:
    try:
        name = clean_text(person.name, limit=NAME_LIMIT)
        contact = person.contact if "@" in person.contact else normalise_phone(person.contact)
    except ValueError as wrong:
        raise Refused(f"{person.name[:20]}：{wrong}", field="people") from wrong
    if not name or not 1 <= person.party_limit <= 50:
        raise Refused("每位受邀人都要有姓名，人数为1至50人", field="people")
    return NewInvitee(name, contact, person.party_limit)


def _list_held(actor: Actor, occurrence: str, now: datetime) -> Occasion:
    """The occurrence, held, while its list of invitations can be changed."""
    occasion = lock_occurrence(occurrence_in_reach(actor, Right.REGISTRATION_ENTER, occurrence).id)
    if occasion.facts.mode is not SignupMode.INVITATION:
        raise Closed("本场的报名方式不是定向邀请，不能发出邀请")
    if occasion.facts.cancelled:
        raise Closed("本场活动已取消，不再邀请")
    if now > occasion.facts.ends and not occasion.facts.postponed:
        raise Closed(f"答复已于{moment_text(occasion.facts.ends)}截止，不再邀请")
    return occasion


def _known(occurrence_id: int) -> dict[str, Invitee]:
    found = session().scalars(select(Invitee).where(Invitee.occurrence_id == occurrence_id))
    return {row.contact_hash: row for row in found if row.contact_hash}


def _new(actor: Actor, occurrence_id: int, person: NewInvitee, now: datetime) -> Invitee:
    return Invitee(
        occurrence_id=occurrence_id,
        name=person.name,
        contact=person.contact,
        contact_hash=contact_index(person.contact),
        party_limit=person.party_limit,
        answer="none",
        invited_by_id=actor.user_id,
        created_at=now,
    )


@use_case
def send_invitations(actor: Actor, occurrence: str, *, url: InvitationUrl) -> int:
    """Write to everybody on the list who was not written to yet and has not answered; returns how many.

    Raises: as `add_invitees`.
    """
    now = clock.now()
    occasion = _list_held(actor, occurrence, now)
    told = _write_to(_rows(Invitee.told_at.is_(None), occasion.id), occasion, now, url)
    if told:
        _note("invitee.tell", actor, occasion, now, people=told)
    return told


@use_case
def remind_invitees(actor: Actor, occurrence: str, *, url: InvitationUrl) -> int:
    """Write again to everybody who was written to and has not answered, once a day at most; returns how many.

    Raises: as `add_invitees`.
    """
    now = clock.now()
    occasion = _list_held(actor, occurrence, now)
    due = {
        row.id
        for row in invitees(occasion.id, only=(Standing.WAITING,))
        if may_remind(row.told_at, row.reminded_at, now)
    }
    rows = [row for row in _rows(Invitee.told_at.is_not(None), occasion.id) if row[0] in due]
    told = _write_to(rows, occasion, now, url, again=True)
    if told:
        _note("invitee.remind", actor, occasion, now, people=told)
    return told


def _rows(narrowed: Any, occurrence_id: int) -> list[tuple[int, str, str, str, int]]:
    found = session().execute(
        select(Invitee.id, Invitee.code, Invitee.name, Invitee.contact, Invitee.party_limit)
        .where(
            Invitee.occurrence_id == occurrence_id,
            Invitee.answer == "none",
            Invitee.withdrawn_at.is_(None),
            Invitee.contact.is_not(None),
            narrowed,
        )
        .order_by(Invitee.id)
    )
    return [(row.id, row.code, row.name or "", row.contact or "", row.party_limit) for row in found]


def _write_to(
    rows: Sequence[tuple[int, str, str, str, int]],
    occasion: Occasion,
    now: datetime,
    url: InvitationUrl,
    *,
    again: bool = False,
) -> int:
    kind = "invitee.reminded" if again else "invitee.invited"
    for _, code, name, contact, people in rows:
        _letter(kind, occasion, now, name=name, contact=contact, people=people, link=url(code))
    if rows:
        at = "reminded_at" if again else "told_at"
        session().execute(
            update(_invitees).where(_invitees.c.id.in_([row[0] for row in rows])).values({_invitees.c[at]: now})
        )
    return len(rows)


def _letter(kind: str, occasion: Occasion, now: datetime, *, name: str, contact: str, **more: object) -> None:
    values = {
        "theme": occasion.theme,
        "name": name,
        "when": occasion.when,
        "venue": occasion.venue,
        "agency": occasion.agency,
        "deadline": moment_text(occasion.facts.ends),
        **more,
    }
    text = letter_of(kind, occasion.jurisdiction_id, SOURCE_LANGUAGE, values)
    ledger.enqueue(
        kind,
        channel=Channel.EMAIL if "@" in contact else Channel.SMS,
        recipient=contact,
        subject=text.subject,
        body=text.body,
        now=now,
    )


@use_case
def withdraw_invitation(actor: Actor, occurrence: str, invitee_id: int) -> None:
    """Invite somebody no longer; who was written to hears of it. Once more changes nothing.

    Raises:
        NotFound: no such invitation on a list within reach.
        Conflict: they have said yes, and their registration stands.
    """
    now = clock.now()
    found = occurrence_in_reach(actor, Right.REGISTRATION_ENTER, occurrence)
    occasion = lock_occurrence(found.id)
    row = next((row for row in invitees(occasion.id) if row.id == invitee_id), None)
    if row is None:
        raise NotFound()
    if row.standing is Standing.WITHDRAWN:
        return
    if row.standing is Standing.YES:
        raise Conflict("对方已答复参加，邀请不能撤回。如需调整，请与本人联系，由本人在报名凭证上取消。")
    session().execute(update(_invitees).where(_invitees.c.id == invitee_id).values(withdrawn_at=now))
    contact = session().execute(select(Invitee.name, Invitee.contact).where(Invitee.id == invitee_id)).one()
    if (
        row.told_at is not None
        and row.standing is Standing.WAITING
        and contact.contact
        and not occasion.facts.cancelled
    ):
        _letter("invitee.withdrawn", occasion, now, name=contact.name or "", contact=contact.contact)
    _note("invitee.withdraw", actor, occasion, now, invitee=invitee_id)


@use_case
def decline_invitation(code: str) -> None:
    """Answer no; it can be changed until the answers close. Once more changes nothing.

    Raises:
        NotFound: no such invitation.
        Closed: it was withdrawn, or it is too late.
        Conflict: the answer was yes, and the registration that came of it stands.
    """
    now = clock.now()
    occurrence_id = session().scalar(select(Invitee.occurrence_id).where(Invitee.code == sayable(code)))
    if occurrence_id is None:
        raise NotFound()
    occasion = lock_occurrence(occurrence_id)
    held = invitation(code)
    if held.standing is Standing.WITHDRAWN:
        raise Closed("这份邀请已经撤回，如有疑问请与举办单位联系")
    if held.standing is Standing.YES:
        raise Conflict("您已答复参加。如不能前来，请打开报名凭证取消。")
    why = closure(occasion.facts, now, staff=True)
    if why is not None:
        raise Closed(closure_text(why, occasion.facts))
    if held.standing is Standing.NO:
        return
    write(_DECLINE, {"invitee": held.id, "at": now})
    ledger.record(
        "invitee.decline", actor=None, record_type="invitee", record_id=held.id, now=now, occurrence=occasion.id
    )


_DECLINE = (
    update(_invitees).where(_invitees.c.id == bindparam("invitee")).values(answer="no", answered_at=bindparam("at"))
)


@use_case
def note_links_taken(actor: Actor, occurrence: str) -> None:
    """Note that somebody takes the links of a list away, on paper or as a file: whoever has a link can answer.

    Raises:
        NotFound: no such occurrence within reach.
    """
    now = clock.now()
    found: Occurrence = occurrence_in_reach(actor, Right.ROSTER_EXPORT, occurrence)
    count = session().scalar(select(func.count()).select_from(Invitee).where(Invitee.occurrence_id == found.id))
    ledger.record(
        "invitee.export", actor=actor, record_type="occurrence", record_id=found.id, now=now,
        agency_id=found.activity.agency_id, rows=count or 0,
    )  # fmt: skip


def _note(action: str, actor: Actor, occasion: Occasion, now: datetime, **detail: int) -> None:
    ledger.record(action, actor=actor, record_type="occurrence", record_id=occasion.id, now=now, **detail)
