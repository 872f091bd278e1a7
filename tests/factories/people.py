"""The people who recur: a filer, her reviewer, a filer of another agency who may see nothing, the office, the desk."""

from dataclasses import dataclass

from argon2 import PasswordHasher

from openday import clock
from openday.db import db, use_case
from openday.models.people import Agency, Jurisdiction, User, UserRole
from openday.queries.people import actor_from
from openday.rules.permissions import Actor, Role

PASSWORD = "open-the-door-2026"
_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass(frozen=True)
class Persona:
    """A user as a test needs them: to log in with, and to act as."""

    id: int
    login: str
    agency_id: int | None

    @property
    def actor(self) -> Actor:
        """The actor as it is in the database now."""
        user = db.session.get(User, self.id)
        assert user is not None
        return actor_from(user)


@dataclass(frozen=True)
class House:
    """One district: its agencies and its people."""

    jurisdiction_id: int
    agency_id: int
    other_agency_id: int
    filer: Persona
    reviewer: Persona
    other_filer: Persona
    officer: Persona
    second_officer: Persona
    desk: Persona
    admin: Persona
    auditor: Persona
    far_officer: Persona
    """An officer of another district."""


@use_case
def build_house() -> House:
    """Two agencies of one district, everybody who works there, and an officer of another district."""
    city = _jurisdiction("青川市", None)
    district = _jurisdiction("云溪区", city)
    elsewhere = _jurisdiction("临河区", city)
    library = _agency("云溪区图书馆", "library", district)
    water = _agency("云溪区水务局", "water", district)
    return House(
        jurisdiction_id=district.id,
        agency_id=library.id,
        other_agency_id=water.id,
        filer=person("filer", Role.FILER, district, library),
        reviewer=person("reviewer", Role.REVIEWER, district, library),
        other_filer=person("other-filer", Role.FILER, district, water),
        officer=person("officer", Role.OFFICER, district),
        second_officer=person("second-officer", Role.OFFICER, district),
        desk=person("desk", Role.DESK, district, library),
        admin=person("admin", Role.ADMIN, city),
        auditor=person("auditor", Role.AUDITOR, city),
        far_officer=person("far-officer", Role.OFFICER, elsewhere),
    )


def _jurisdiction(name: str, parent: Jurisdiction | None) -> Jurisdiction:
    row = Jurisdiction(name=name, parent_id=parent.id if parent else None, path=f"pending-{name}")
    db.session.add(row)
    db.session.flush()
    row.path = f"{parent.path if parent else '/'}{row.id}/"
    return row


def _agency(name: str, slug: str, place: Jurisdiction) -> Agency:
    row = Agency(name=name, slug=slug, jurisdiction_id=place.id, phone="0000-8880000")
    db.session.add(row)
    db.session.flush()
    return row


def person(login: str, role: Role, place: Jurisdiction, agency: Agency | None = None) -> Persona:
    """A user with one role and the common password; call it inside a use-case."""
    row = User(
        login=login,
        name=f"{role.label}{login}",
        email=f"{login}@example.org",
        password_hash=_HASH,
        agency_id=agency.id if agency else None,
        jurisdiction_id=place.id,
        created_at=clock.now(),
        roles=[UserRole(role=role.value)],
    )
    db.session.add(row)
    db.session.flush()
    return Persona(row.id, login, row.agency_id)
