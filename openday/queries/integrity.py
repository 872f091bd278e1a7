"""Does everything that is derived still follow from what it is derived from? Asked by `openday verify`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, select

from openday import vault
from openday.db import Base, session
from openday.models.ballots import Ballot
from openday.models.ledger import CHAIN_START, AuditEvent, Message, link
from openday.models.occurrences import Occurrence, Quota
from openday.models.plans import Plan, PlanEvent, PlanVersion
from openday.models.registrations import Invitee, Registration
from openday.models.topics import TopicProposal, TopicSupport
from openday.queries.ballots import ballot_data
from openday.queries.oversold import oversold
from openday.rules import ballot_verifier
from openday.rules.states import HOLDING, RegistrationSource, RegistrationStatus


@dataclass(frozen=True)
class Finding:
    """Something that does not add up: which check, and which record."""

    check: str
    record: str


def findings() -> Iterator[Finding]:
    """Everything that is wrong, check by check; nothing when all is well."""
    for check in (
        seats_taken,
        seats_oversold,
        people_walked_in,
        topic_supporters,
        plan_statuses,
        plan_versions,
        confirmed_without_message,
        orphans,
        invitations,
        ballots,
        ledger,
    ):
        yield from check()


def seats_taken() -> Iterator[Finding]:
    """A quota's counter equals the people who hold its seats, offered ones included (walk-ins have no seat there)."""
    people = func.coalesce(func.sum(Registration.party_size), 0)
    seated = and_(
        Registration.quota_id == Quota.id,
        Registration.status.in_(HOLDING),
        Registration.source != RegistrationSource.WALK_IN.value,
    )
    counted = select(people).where(seated).correlate(Quota).scalar_subquery()
    for row in session().execute(select(Quota.id, Quota.taken, counted.label("counted")).where(Quota.taken != counted)):
        yield Finding("seats taken", f"quota {row.id}: counter {row.taken}, registrations {row.counted}")


def seats_oversold() -> Iterator[Finding]:
    """Nobody got seats that were not there: more people than seats come from lowering the seats alone."""
    for occurrence_id, registration_id in oversold():
        yield Finding(
            "oversold", f"occurrence {occurrence_id}: registration {registration_id} got seats beyond its seats"
        )


def people_walked_in() -> Iterator[Finding]:
    """An occurrence's counter of walk-ins equals their registrations."""
    people = func.coalesce(func.sum(Registration.party_size), 0)
    walked = and_(
        Registration.occurrence_id == Occurrence.id,
        Registration.status == RegistrationStatus.CONFIRMED.value,
        Registration.source == RegistrationSource.WALK_IN.value,
    )
    counted = select(people).where(walked).correlate(Occurrence).scalar_subquery()
    drifted = select(Occurrence.id, Occurrence.walked_in, counted.label("counted"))
    for row in session().execute(drifted.where(Occurrence.walked_in != counted)):
        yield Finding("walk-ins", f"occurrence {row.id}: counter {row.walked_in}, registrations {row.counted}")


def topic_supporters() -> Iterator[Finding]:
    """A proposal's number of supporters equals their rows."""
    theirs = TopicSupport.proposal_id == TopicProposal.id
    counted = select(func.count(TopicSupport.id)).where(theirs).correlate(TopicProposal).scalar_subquery()
    drifted = select(TopicProposal.id, TopicProposal.supports, counted.label("counted"))
    for row in session().execute(drifted.where(TopicProposal.supports != counted)):
        yield Finding("topic supporters", f"proposal {row.id}: counter {row.supports}, supporters {row.counted}")


def plan_statuses() -> Iterator[Finding]:
    """A plan stands where its last step put it."""
    last = select(func.max(PlanEvent.id)).where(PlanEvent.plan_id == Plan.id).correlate(Plan).scalar_subquery()
    told = select(Plan.id, Plan.status, PlanEvent.to_status).join(PlanEvent, PlanEvent.id == last)
    for row in session().execute(told.where(PlanEvent.to_status != Plan.status)):
        yield Finding("plan status", f"plan {row.id}: is {row.status}, history says {row.to_status}")


def plan_versions() -> Iterator[Finding]:
    """A plan's version is the number of its newest saved text."""
    newest = select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == Plan.id).correlate(Plan)
    number = func.coalesce(newest.scalar_subquery(), 0)
    for row in session().execute(select(Plan.id, Plan.version, number.label("kept")).where(Plan.version != number)):
        yield Finding("plan version", f"plan {row.id}: version {row.version}, texts kept {row.kept}")


def confirmed_without_message() -> Iterator[Finding]:
    """Whoever was confirmed online has a message with the ticket, until retention deletes the person."""
    has_message = exists().where(Message.registration_id == Registration.id)
    unheard = select(Registration.id).where(
        Registration.status == RegistrationStatus.CONFIRMED.value,
        Registration.source == RegistrationSource.ONLINE.value,
        Registration.phone.is_not(None),
        ~has_message,
    )
    for row in session().execute(unheard):
        yield Finding("message", f"registration {row.id}: confirmed, and nobody told them")


def orphans() -> Iterator[Finding]:
    """No row points at a row that is gone."""
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            parent = key.column.table.alias()
            missing = parent.c[key.column.name].is_(None)
            lost: Select[Any] = (
                select(func.count())
                .select_from(table.outerjoin(parent, key.parent == parent.c[key.column.name]))
                .where(key.parent.is_not(None), missing)
            )
            count = session().scalar(lost)
            if count:
                yield Finding("orphans", f"{table.name}.{key.parent.name}: {count} rows point nowhere")


def invitations() -> Iterator[Finding]:
    """A yes to an invitation made a registration, and no registration came of two."""
    unkept = select(Invitee.id).where(Invitee.answer == "yes", Invitee.registration_id.is_(None))
    for row in session().execute(unkept):
        yield Finding("invitation", f"invitation {row.id}: answered yes, and there is no registration")
    shared = select(Invitee.registration_id).where(Invitee.registration_id.is_not(None))
    twice = shared.group_by(Invitee.registration_id).having(func.count() > 1)
    for registration_id in session().scalars(twice):
        yield Finding("invitation", f"registration {registration_id}: came of several invitations")


def ballots() -> Iterator[Finding]:
    """A ballot follows from what was published: its hash from rules and list, its result from those and the seed."""
    for row in session().scalars(select(Ballot).where(Ballot.commitment.is_not(None))):
        data = ballot_data(row.code, before=row.status != "drawn")
        if data["commitment"] != row.commitment:
            yield Finding("ballot", f"ballot {row.id}: rules or list are not those that were published")
        elif row.status == "drawn" and ballot_verifier.differences(data):
            yield Finding("ballot", f"ballot {row.id}: the result does not follow from the seed")


def ledger() -> Iterator[Finding]:
    """Every audit row bears its own signature, and the chain runs through all sealed rows without a gap."""
    chain, position = CHAIN_START, 0
    sealed_first: ColumnElement[int] = case((AuditEvent.position.is_(None), 1), else_=0)
    rows = session().scalars(
        select(AuditEvent).order_by(sealed_first, AuditEvent.position, AuditEvent.id).execution_options(yield_per=1000)
    )
    for row in rows:
        if vault.signature(row.content()) != row.signature:
            yield Finding("ledger", f"audit row {row.id}: altered")
        if row.position is None:
            continue
        position += 1
        chain = link(chain, row.id, row.signature)
        if (row.position, row.chain) != (position, chain):
            yield Finding("ledger", f"audit row {row.id}: the chain breaks at position {position}")
            return


def ledger_head() -> str:
    """The newest link of the chain, 'position hash': kept elsewhere, it proves later that nothing was cut off."""
    head = select(AuditEvent.position, AuditEvent.chain).where(AuditEvent.position.is_not(None))
    row = session().execute(head.order_by(AuditEvent.position.desc()).limit(1)).first()
    return f"{row.position} {row.chain}" if row else f"0 {CHAIN_START}"
