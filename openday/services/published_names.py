"""Whether the masked names of those who get into an occurrence are published."""

from openday import clock
from openday.db import use_case
from openday.errors import Conflict, Refused
from openday.queries.activities import occurrence_in_reach
from openday.queries.published_names import anybody_signed_up
from openday.rules.permissions import Actor, Right
from openday.rules.privacy import plain_text
from openday.rules.published_names import BASIS_LIMIT, LEAST_BASIS, MODES
from openday.rules.states import OccurrenceStatus, SignupMode
from openday.services import ledger
from openday.services.republish import CALENDAR, bump


@use_case
def set_published_names(actor: Actor, code: str, *, publish: bool, basis: str) -> bool:
    """Publish the names of those who get in, on the stated basis, or publish none; returns whether anything changed.

    Only while nobody has signed up: it has to stand on the form that people consent to. Ending it is always possible.

    Raises:
        NotFound: no such occurrence within reach.
        Refused: no basis, or one that is too long.
        Conflict: somebody has signed up, or nobody signs up here by themselves, or the occurrence is cancelled.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.PUBLICATION_MANAGE, code, lock=True)
    text = plain_text(basis[:2000]).rstrip("。.；;")
    if not publish:
        text = ""
    elif not LEAST_BASIS <= len(text) <= BASIS_LIMIT:
        raise Refused(f"请写明公示依据，{LEAST_BASIS}至{BASIS_LIMIT}个字，例如所依据的文件或报名须知", field="basis")
    if (publish, text) == (occurrence.publish_names, occurrence.names_basis):
        return False
    if publish and not occurrence.publish_names:
        if SignupMode(occurrence.signup_mode) not in MODES:
            raise Conflict("这一场不是网上报名，没有可以公示的名单")
        if occurrence.status == OccurrenceStatus.CANCELLED:
            raise Conflict("这一场已经取消，不再公示名单")
        if anybody_signed_up(occurrence.id):
            raise Conflict("已经有人报名，他们报名时没有被告知要公示，这一场不能再改为公示")
    occurrence.publish_names, occurrence.names_basis, occurrence.changed_at = publish, text, now
    bump(CALENDAR, now)
    ledger.record(
        "occurrence.publish_names",
        actor=actor,
        record_type="occurrence",
        record_id=occurrence.id,
        agency_id=occurrence.activity.agency_id,
        now=now,
        publish=publish,
        basis=text,
    )
    return True
