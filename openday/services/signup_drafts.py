"""A sign-up form put aside for a few days, sealed, to be taken up again by its link."""

import json
from datetime import timedelta

from sqlalchemy import delete, select

from openday import clock
from openday.db import session, use_case
from openday.errors import Refused
from openday.models.columns import new_code
from openday.models.registrations import SignupDraft
from openday.queries.registrations import sayable, signup_sheet
from openday.rules.proof_of_work import Effort
from openday.rules.signup_answers import Typed
from openday.services.challenge_steps import first_or_again
from openday.services.signup_steps import spend_effort

KEPT_FOR = timedelta(days=3)
_MOST = 20_000


def save_draft(occurrence: str, typed: Typed, *, effort: Effort | None = None, earlier: str = "") -> str:
    """Keep what was typed so far for three days, in place of the `earlier` draft if there is one. Returns its code.

    Raises:
        NotFound: no such public occurrence.
        Refused: there is more text than any form takes, or the form brought no work where it has to.
        SpentBefore, TooMany: see `challenge_steps.spend`.
    """
    return first_or_again(lambda: _save(occurrence, typed, effort, earlier))


@use_case
def _save(occurrence: str, typed: Typed, effort: Effort | None, earlier: str) -> str:
    now = clock.now()
    occasion = signup_sheet(occurrence).occasion
    text = json.dumps({name: list(values) for name, values in typed.items()}, ensure_ascii=False)
    if len(text) > _MOST:
        raise Refused("填写的内容过多，没有保存")
    spend_effort(occasion, effort, now)
    row = session().scalar(
        select(SignupDraft).where(SignupDraft.code == sayable(earlier), SignupDraft.occurrence_id == occasion.id)
    )
    if row is None or row.expires_at <= now:
        row = SignupDraft(code=new_code(), occurrence_id=occasion.id, created_at=now)
        session().add(row)
    row.typed, row.expires_at = text, now + KEPT_FOR
    session().flush()
    return row.code


@use_case
def drop_draft(code: str) -> None:
    """Delete a draft; one that is not there any more is no complaint."""
    session().execute(delete(SignupDraft).where(SignupDraft.code == sayable(code)))
