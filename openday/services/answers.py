"""Changing what a sign-up form asked for besides name, telephone number and party size."""

import json

from openday import clock
from openday.db import session, use_case
from openday.errors import Conflict
from openday.models.registrations import Registration
from openday.queries.ballots import ballot_settled
from openday.queries.registrations import kept_extras
from openday.rules.kept_answers import changed_parts, open_part, read_again
from openday.rules.signup_answers import Typed
from openday.rules.states import RegistrationStatus
from openday.services.holder_steps import refuse_unless_open
from openday.services.party_steps import change_held, held_ticket, note
from openday.services.signup_steps import ExtrasRefused


@use_case
def change_answers(code: str, typed: Typed) -> bool:
    """Put what was typed into the further fields in place of what is kept, by the same rules as at sign-up; returns
    whether anything changed. Secret numbers that were left empty stay.

    Raises:
        NotFound: no such ticket.
        ExtrasRefused: with everything that is not acceptable.
        Closed: the occurrence has begun, was cancelled or put off.
        Conflict: the registration is over, or its form asks for nothing that may still be changed.
    """
    now = clock.now()
    held, occasion = held_ticket(code)
    refuse_unless_open(held, occasion, now)
    undecided = held.status == RegistrationStatus.APPLIED and not ballot_settled(occasion.id)
    form = open_part(occasion.form, decided=occasion.decides_later and not undecided)
    if form.plain:
        raise Conflict("这份报名没有可以修改的其他信息")
    kept, proven = kept_extras(held.extras), occasion.protection == "phone_code"
    read = read_again(form, typed, kept, held.party_size, occasion.starts_at.date(), proven=proven)
    if read.problems:
        raise ExtrasRefused(read.problems)
    photo = session().get_one(Registration, held.id).photo_consent
    parts = changed_parts(kept, read.kept)
    values = {"extras": json.dumps(read.kept, ensure_ascii=False) if read.kept else None}
    if form.photo and read.photo is not photo:
        parts.append("photo")
    if not parts:
        return False
    if not change_held(held.id, held.status, **values, **({"photo_consent": read.photo} if form.photo else {})):
        raise Conflict("这份报名刚刚签到，不能再修改")
    note("registration.change_answers", held.id, now, parts=parts)
    return True
