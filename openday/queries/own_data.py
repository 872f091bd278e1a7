"""Everything that is kept about one registration, for the person whom it is about."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.aftermath import SurveyAnswer
from openday.models.ledger import Message
from openday.models.occurrences import Quota
from openday.models.registrations import CheckIn, Invitee, Registration
from openday.queries.registrations import Occasion, kept_extras, sayable, ticket
from openday.rules.signup import deletion_day
from openday.rules.signup_answers import shown_extras
from openday.rules.states import Channel, MessageStatus, RegistrationSource, RegistrationStatus


@dataclass(frozen=True)
class OwnMessage:
    """One message to the holder; `sent_at` None = not sent yet, or never."""

    kind: str
    channel: Channel
    recipient: str
    subject: str
    body: str
    status: MessageStatus
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class OwnCheckIn:
    """One line of the door's book: `action` as in `models.registrations.CheckIn`."""

    action: str
    people: int
    at: datetime


@dataclass(frozen=True)
class OwnSurvey:
    """What was answered to the survey afterwards."""

    overall: int
    clarity: int
    comment: str
    answered_at: datetime


@dataclass(frozen=True)
class OwnData:
    """A registration with all that hangs on it; texts are empty where nothing is kept."""

    id: int
    code: str
    number: str
    status: RegistrationStatus
    source: RegistrationSource
    quota: str
    name: str
    phone: str
    email: str
    party_size: int
    attended: int
    answers: tuple[tuple[str, str], ...]
    consent_version: str
    consented_at: datetime
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    decision_reason: str
    invited_as: tuple[str, str] | None
    """Name and contact on an invitation list."""
    messages: tuple[OwnMessage, ...]
    check_ins: tuple[OwnCheckIn, ...]
    survey: OwnSurvey | None
    gone_on: date
    """The day on which the personal part of all this is deleted."""
    occasion: Occasion

    def as_dict(self, made_at: datetime) -> dict[str, Any]:
        """As a file says it, for programs: plain JSON values, moments in ISO 8601."""
        occasion = self.occasion
        return {
            "made_at": made_at.isoformat(),
            "occurrence": {
                "activity": occasion.theme,
                "agency": occasion.agency,
                "starts_at": occasion.starts_at.isoformat(),
                "ends_at": occasion.ends_at.isoformat(),
                "venue": occasion.venue,
            },
            "registration": {
                "ticket": self.code,
                "number": self.number,
                "status": self.status.value,
                "source": self.source.value,
                "quota": self.quota,
                "name": self.name,
                "phone": self.phone,
                "email": self.email,
                "party_size": self.party_size,
                "answers": [{"question": label, "answer": text} for label, text in self.answers],
                "attended": self.attended,
                "created_at": self.created_at.isoformat(),
                "confirmed_at": self.confirmed_at.isoformat() if self.confirmed_at else None,
                "cancelled_at": self.cancelled_at.isoformat() if self.cancelled_at else None,
                "decision_reason": self.decision_reason,
            },
            "consent": {"version": self.consent_version, "given_at": self.consented_at.isoformat()},
            "deleted_on": self.gone_on.isoformat(),
            "invited_as": dict(zip(("name", "contact"), self.invited_as, strict=True)) if self.invited_as else None,
            "messages": [_plain(asdict(message)) for message in self.messages],
            "check_ins": [_plain(asdict(entry)) for entry in self.check_ins],
            "survey": _plain(asdict(self.survey)) if self.survey else None,
        }


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in row.items()}


def own_data(code: str, retention_days: int) -> OwnData:
    """Everything about the registration with this ticket code, with whole numbers.

    Raises:
        NotFound: there is none.
    """
    occasion = ticket(code).occasion
    found = session().execute(
        select(Registration, Quota.name).join(Quota, Quota.id == Registration.quota_id).where(
            Registration.code == sayable(code)
        )
    ).first()  # fmt: skip
    if found is None:
        raise NotFound()
    row, quota = found
    invited = session().scalar(select(Invitee).where(Invitee.registration_id == row.id))
    return OwnData(
        id=row.id,
        code=row.code,
        number=row.number,
        status=RegistrationStatus(row.status),
        source=RegistrationSource(row.source),
        quota=quota,
        name=row.name or "",
        phone=row.phone or "",
        email=row.email or "",
        party_size=row.party_size,
        attended=row.attended,
        answers=tuple(shown_extras(kept_extras(row.extras), row.photo_consent, whole=True)),
        consent_version=row.consent_version,
        consented_at=row.consented_at,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        cancelled_at=row.cancelled_at,
        decision_reason=row.decision_reason,
        invited_as=(invited.name or "", invited.contact or "") if invited else None,
        messages=_messages(row.id),
        check_ins=_check_ins(row.id),
        survey=_survey(row.id),
        gone_on=deletion_day(occasion.ends_at, retention_days),
        occasion=occasion,
    )


def _messages(registration_id: int) -> tuple[OwnMessage, ...]:
    rows = session().scalars(
        select(Message).where(Message.registration_id == registration_id).order_by(Message.id)
    )  # fmt: skip
    return tuple(
        OwnMessage(
            kind=row.kind,
            channel=Channel(row.channel),
            recipient=row.recipient or "",
            subject=row.subject or "",
            body=row.body or "",
            status=MessageStatus(row.status),
            created_at=row.created_at,
            sent_at=row.sent_at,
        )
        for row in rows
    )


def _check_ins(registration_id: int) -> tuple[OwnCheckIn, ...]:
    rows = session().scalars(select(CheckIn).where(CheckIn.registration_id == registration_id).order_by(CheckIn.id))
    return tuple(OwnCheckIn(row.action, row.people, row.at) for row in rows)


def _survey(registration_id: int) -> OwnSurvey | None:
    row = session().scalar(select(SurveyAnswer).where(SurveyAnswer.registration_id == registration_id))
    return OwnSurvey(row.overall, row.clarity, row.comment, row.answered_at) if row else None
