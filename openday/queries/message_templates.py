"""How messages to residents are worded: the house's text, or an office's own that holds there and below."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from openday.db import session
from openday.documents.letters import SOURCE_LANGUAGE, Wording, has_wording, house_wording
from openday.errors import NotFound
from openday.models.ledger import MessageTemplate
from openday.models.people import Jurisdiction, User
from openday.rules.message_wordings import KINDS, WordingKind, for_people, languages_of
from openday.rules.permissions import Actor, Right, may


@dataclass(frozen=True)
class Standing:
    """Whose wording holds for one kind in one language, for the messages of one place."""

    language: str
    own: bool
    """It is this very office's."""
    office: str
    """The place whose wording it is; empty for the house's."""
    by: str
    at: datetime | None
    wording: Wording
    translated: bool
    """Whether the house has a text in this language; without one its Chinese goes out."""

    @property
    def stamp(self) -> str:
        """Which state of this office's own wording it is; empty where it has none."""
        return self.at.isoformat() if self.own and self.at else ""


@dataclass(frozen=True)
class KindLine:
    """One kind with whose wording holds in each language that it goes out in."""

    kind: WordingKind
    standing: tuple[Standing, ...]


def wording_lines(actor: Actor) -> tuple[KindLine, ...]:
    """Every kind that this person's office may word.

    Raises:
        NotFound: the person may not.
    """
    rows = _rows(actor)
    return tuple(
        KindLine(kind, tuple(_standing(rows, kind, language, actor) for language in languages_of(kind)))
        for kind in KINDS.values()
        if has_wording(kind.key, SOURCE_LANGUAGE)
    )


def wording_standing(actor: Actor, key: str, language: str) -> tuple[WordingKind, Standing]:
    """One kind in one language.

    Raises:
        NotFound: there is no such kind or language, or the person may not word it.
    """
    kind = KINDS.get(key)
    if kind is None or language not in languages_of(kind) or not has_wording(key, SOURCE_LANGUAGE):
        raise NotFound()
    return kind, _standing(_rows(actor, key), kind, language, actor)


def house_text(kind: WordingKind, language: str) -> Wording:
    """The house's text, with places under the names that people read."""
    wording = house_wording(kind.key, language)
    return Wording(for_people(kind, wording.subject), for_people(kind, wording.body))


def _rows(actor: Actor, key: str = "") -> list[Any]:
    """The own wordings of the person's office and of those above it, nearest first."""
    if not may(actor, Right.MESSAGE_WORD):
        raise NotFound()
    steps = actor.jurisdiction_path.strip("/").split("/")
    above = [f"/{'/'.join(steps[: count + 1])}/" for count in range(len(steps))]
    statement = (
        select(
            MessageTemplate.kind,
            MessageTemplate.language,
            MessageTemplate.subject,
            MessageTemplate.body,
            MessageTemplate.changed_at,
            Jurisdiction.path,
            Jurisdiction.name.label("office"),
            User.name.label("by"),
        )
        .join(Jurisdiction, Jurisdiction.id == MessageTemplate.jurisdiction_id)
        .join(User, User.id == MessageTemplate.changed_by_id)
        .where(Jurisdiction.path.in_(above))
    )
    if key:
        statement = statement.where(MessageTemplate.kind == key)
    return sorted(session().execute(statement), key=lambda row: -len(row.path))


def _standing(rows: list[Any], kind: WordingKind, language: str, actor: Actor) -> Standing:
    translated = language == SOURCE_LANGUAGE or has_wording(kind.key, language)
    for row in rows:
        if (row.kind, row.language) == (kind.key, language):
            own = row.path == actor.jurisdiction_path
            wording = Wording(row.subject, row.body)
            return Standing(language, own, row.office, row.by, row.changed_at, wording, translated)
    return Standing(language, False, "", "", None, house_wording(kind.key, language), translated)
