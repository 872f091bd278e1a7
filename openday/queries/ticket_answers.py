"""The answers of one registration as they are kept, to be changed by its holder; secret numbers masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from openday.db import session
from openday.errors import NotFound
from openday.models.registrations import Registration
from openday.queries.registrations import kept_extras, sayable
from openday.rules.identity_numbers import mask_number
from openday.rules.phone import mask_phone


@dataclass(frozen=True)
class KeptAnswers:
    """What is kept, and the two numbers that a page shows masked; those are empty where none is kept."""

    extras: Mapping[str, Any]
    photo: bool | None
    guardian_phone: str
    document_number: str


def kept_answers(code: str) -> KeptAnswers:
    """The answers of the registration with this ticket code.

    Raises:
        NotFound: there is none.
    """
    wanted = select(Registration.extras, Registration.photo_consent).where(Registration.code == sayable(code))
    row = session().execute(wanted).first()
    if row is None:
        raise NotFound()
    kept = kept_extras(row.extras)
    guardian, document = kept.get("guardian"), kept.get("document")
    return KeptAnswers(
        extras=kept,
        photo=row.photo_consent,
        guardian_phone=mask_phone(guardian["phone"]) if guardian else "",
        document_number=mask_number(document["number"]) if document else "",
    )
