"""Builds the directory: places, agencies, people, and the log-ins whose passwords are printed."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlalchemy import select, update

from openday import clock
from openday.db import session, use_case
from openday.demo.district import ADMIN, AGENCIES, LOG_INS, PLACE, LogIn, Office
from openday.errors import Refused
from openday.models.columns import new_code
from openday.models.people import Agency, Invitation, Jurisdiction, User
from openday.queries.people import actor_from
from openday.rules.permissions import Actor, Role
from openday.services import agencies, ledger, people

_PASSWORD_LENGTH = 12


@dataclass(frozen=True)
class Passwords:
    """The log-ins with their new passwords, and the hash of a password that nobody knows for everybody else."""

    by_login: dict[str, str]
    hashes: dict[str, str]
    unknown: str


def new_passwords() -> Passwords:
    """Random passwords, hashed side by side: that is the slowest part of the demonstration."""
    by_login = {person.login: new_code(_PASSWORD_LENGTH) for person in LOG_INS}
    with ThreadPoolExecutor(2) as hashing:
        hashes = list(hashing.map(people.hash_password, [*by_login.values(), new_code(40)]))
    return Passwords(by_login, dict(zip(by_login, hashes, strict=False)), hashes[-1])


def refuse_unless_empty() -> None:
    """Raises Refused when somebody uses the database already."""
    if session().scalar(select(User.id).limit(1)) is not None:
        raise Refused("数据库中已有用户，演示数据只能载入空数据库")


def build_directory(passwords: Passwords) -> dict[str, int]:
    """Add everybody; returns the agencies' ids by key. `actor` finds the people by their log-ins."""
    people.create_first_admin(ADMIN.login, ADMIN.name, PLACE)
    admin = actor(ADMIN.login)
    root = session().scalars(select(Jurisdiction.id)).one()
    ids = {office.key: agencies.add_agency(admin, _agency(office, root)) for office in AGENCIES}
    for new in _everybody(ids):
        people.invite_user(admin, new, lambda token: token)
    _let_in(passwords)
    return ids


def actor(login: str) -> Actor:
    """The person with this log-in, as the use-cases know them."""
    return actor_from(session().scalars(select(User).where(User.login == login)).one())


def user_id(login: str) -> int:
    """The id of the person with this log-in."""
    return session().scalars(select(User.id).where(User.login == login)).one()


def phone_of(agency_id: int) -> str:
    """The telephone number of an agency."""
    return session().scalars(select(Agency.phone).where(Agency.id == agency_id)).one()


def _agency(office: Office, root: int) -> agencies.NewAgency:
    return agencies.NewAgency(office.name, root, office.place, office.phone, reviews=bool(office.reviewer))


def _everybody(ids: dict[str, int]) -> Iterable[people.NewUser]:
    for person in LOG_INS:
        if person is not ADMIN:
            yield _new_user(person, ids.get(person.agency))
    printed = {person.login for person in LOG_INS}
    for office in AGENCIES:
        for role, name in ((Role.FILER, office.filer), (Role.REVIEWER, office.reviewer)):
            login = f"{office.key}-{role}"
            if name and login not in printed:
                yield _new_user(LogIn(login, name, role, office.key, ""), ids[office.key])


def _new_user(person: LogIn, agency_id: int | None) -> people.NewUser:
    email = f"{person.login}@example.org" if person.role in (Role.FILER, Role.OFFICER) else ""
    return people.NewUser(person.login, person.name, email, frozenset({person.role}), agency_id)


@use_case
def _let_in(passwords: Passwords) -> None:
    """Everybody has accepted their invitation; only the printed log-ins have a password that somebody knows."""
    now = clock.now()
    for user in session().scalars(select(User).order_by(User.id)):
        user.password_hash = passwords.hashes.get(user.login, passwords.unknown)
        ledger.record("people.set_password", actor=None, record_type="user", record_id=user.id, now=now)
    session().execute(update(Invitation).where(Invitation.used_at.is_(None)).values(used_at=now))
