"""Setting what the sign-up form of an occurrence asks for, and what keeps robots off it."""

from collections.abc import Mapping

from sqlalchemy import update

from openday import clock
from openday.db import session, use_case
from openday.errors import Conflict, Refused
from openday.models.occurrences import PROTECTIONS, Occurrence
from openday.queries.activities import occurrence_in_reach
from openday.rules.permissions import Actor, Right
from openday.rules.signup_form import SignupForm, form_faults
from openday.rules.states import OccurrenceStatus
from openday.services import ledger
from openday.services.republish import CALENDAR, bump


class FormRefused(Refused):
    """The form cannot be used; `faults` says all that is wrong with it, field to sentence."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        name, message = next(iter(faults.items()))
        super().__init__(message, field=name)
        self.faults = dict(faults)


@use_case
def set_signup_form(
    actor: Actor, code: str, form: SignupForm, *, protection: str, sends_sms: bool, all_of_them: bool = False
) -> None:
    """Let the sign-up form of this occurrence ask what `form` says; `protection` is what it asks for against misuse
    (`models.occurrences.PROTECTIONS`), `sends_sms` whether short messages reach telephones, and `all_of_them` sets the
    other occurrences of the activity that are still to come alike.

    Whoever is on the list already keeps what they answered.

    Raises:
        NotFound: no such occurrence within reach.
        Conflict: it is cancelled or over.
        FormRefused: a question that nobody could answer, a field without its reason, or codes by SMS that nobody sends.
    """
    now = clock.now()
    occurrence = occurrence_in_reach(actor, Right.OCCURRENCE_PROPOSE, code, lock=True)
    if occurrence.status == OccurrenceStatus.CANCELLED or occurrence.ends_at <= now:
        raise Conflict("这一场已经取消或结束，报名表不能再修改")
    faults = form_faults(form)
    if protection == "phone_code" and not sends_sms:
        faults["protection"] = "本站没有接通短信，不能要求短信验证码。请联系系统管理员接通短信网关，或选择其他方式"
    if protection not in PROTECTIONS:
        faults["protection"] = "请选择提交保护的方式"
    if faults:
        raise FormRefused(faults)
    same = (occurrence.form or {}) == form.as_dict() and occurrence.protection == protection
    if same and not all_of_them:
        return
    of_these = Occurrence.activity_id == occurrence.activity_id if all_of_them else Occurrence.id == occurrence.id
    session().execute(
        update(Occurrence)
        .where(of_these, Occurrence.ends_at > now, Occurrence.status != OccurrenceStatus.CANCELLED)
        .values(form=form.as_dict(), protection=protection, changed_at=now)
    )
    bump(CALENDAR, now)  # the page of the activity says who may come
    ledger.record(
        "occurrence.form",
        actor=actor,
        record_type="occurrence",
        record_id=occurrence.id,
        now=now,
        agency_id=occurrence.activity.agency_id,
        questions=len(form.questions),
        document=bool(form.document_basis),
        protection=protection,
        all_of_them=all_of_them,
    )
