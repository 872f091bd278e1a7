"""The directory: agencies, users, their roles; invitations by one-time link."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from sqlalchemy import select, update

from openday import clock, vault
from openday.db import session, use_case
from openday.errors import Conflict, Duplicate, Forbidden, NotFound, Refused
from openday.models.people import Agency, Invitation, Jurisdiction, User, UserRole
from openday.queries.people import INVITABLE_BY_REVIEWER, user_in_reach
from openday.queries.scope import subject_of
from openday.rules.permissions import Actor, Right, Role, can
from openday.rules.states import Channel
from openday.services import ledger
from openday.services.login_steps import end_sessions

INVITATION_LASTS = timedelta(days=7)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 10, 200

_hasher = PasswordHasher()  # argon2id with the library's current parameters


@dataclass(frozen=True)
class NewUser:
    """What a form says of a new user; names are cleaned, `agency_id` None for people of the office."""

    login: str
    name: str
    email: str
    roles: frozenset[Role]
    agency_id: int | None


@dataclass(frozen=True)
class Invited:
    """A new user and the token of the one-time link; the token is shown once and stored only as a keyed hash."""

    user_id: int
    token: str
    mailbox_only: bool = False
    """Somebody who has a password already gets the link themselves: whoever asked for it must not log in as them."""


@use_case
def invite_user(actor: Actor, new: NewUser, link: Callable[[str], str]) -> Invited:
    """Add a user and their invitation; with an e-mail address the link is sent as well.

    Raises:
        Forbidden: the actor may not give these roles, or not in this agency.
        Duplicate: the login name is taken.
        Refused: an agency role without an agency.
    """
    now = clock.now()
    agency = _agency_for(actor, new)
    login = new.login.lower()
    if session().scalar(select(User.id).where(User.login == login)) is not None:
        raise Duplicate("这个用户名已有人使用", field="login")
    user = User(
        login=login,
        name=new.name,
        email=new.email,
        agency_id=new.agency_id,
        jurisdiction_id=agency.jurisdiction_id if agency else _jurisdiction_of(actor),
        created_at=now,
        roles=[UserRole(role=role.value) for role in sorted(new.roles)],
    )
    session().add(user)
    session().flush()
    token = _new_invitation(user, actor.user_id, now)
    ledger.record(
        "people.invite",
        actor=actor,
        record_type="user",
        record_id=user.id,
        agency_id=new.agency_id,
        now=now,
        roles=sorted(new.roles),
    )
    _send_invitation(user, link(token), now)
    return Invited(user.id, token)


def _agency_for(actor: Actor, new: NewUser) -> Agency | None:
    if new.roles & {Role.FILER, Role.REVIEWER, Role.DESK} and new.agency_id is None:
        raise Refused("填报人、审核人和签到人员须属于一个单位", field="agency_id")
    agency = session().get(Agency, new.agency_id) if new.agency_id is not None else None
    if agency is not None and can(actor, Right.PEOPLE_MANAGE, subject_of(agency)):
        return agency
    if agency is None and new.agency_id is None and Role.ADMIN in actor.roles:
        return None
    invites = agency is not None and can(actor, Right.PEOPLE_INVITE, subject_of(agency))
    if not invites or new.roles - INVITABLE_BY_REVIEWER:
        raise Forbidden("您不能在这个单位添加这样的人员")
    return agency


def _jurisdiction_of(actor: Actor) -> int:
    own = session().scalar(select(Jurisdiction.id).where(Jurisdiction.path == actor.jurisdiction_path))
    if own is None:
        raise NotFound()
    return own


def _new_invitation(user: User, invited_by: int | None, now: datetime) -> str:
    token = secrets.token_urlsafe(24)
    session().execute(
        update(Invitation).where(Invitation.user_id == user.id, Invitation.used_at.is_(None)).values(used_at=now)
    )
    session().add(
        Invitation(
            token_hash=vault.blind_index(token, "token"),
            user_id=user.id,
            invited_by_id=invited_by,
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
    )
    return token


def _send_invitation(user: User, link: str, now: datetime) -> None:
    if not user.email:
        return
    last_day = now + INVITATION_LASTS
    ledger.enqueue(
        "invitation",
        channel=Channel.EMAIL,
        recipient=user.email,
        subject="政府开放日系统：请设置登录密码",
        body=(
            f"{user.name}：\n\n您已被添加为政府开放日系统的用户，用户名：{user.login}。\n"
            f"请在{last_day.month}月{last_day.day}日前打开以下链接设置密码，链接只能使用一次：\n\n{link}\n"
        ),
        now=now,
    )


@use_case
def renew_invitation(actor: Actor, user_id: int, link: Callable[[str], str]) -> Invited:
    """A fresh one-time link for somebody who lost theirs or forgot the password; older links end.

    Raises:
        NotFound: no such user within reach.
        Conflict: the person is disabled, or has a password and no mailbox (then only an administrator helps).
    """
    now = clock.now()
    user = user_in_reach(actor, Right.PEOPLE_INVITE, user_id)
    if not user.active:
        raise Conflict("该人员已停用，请先恢复")
    if user.password_hash is not None and not user.email and Role.ADMIN not in actor.roles:
        raise Conflict("该人员没有登记电子邮箱，请联系系统管理员重新设置密码")
    token = _new_invitation(user, actor.user_id, now)
    ledger.record(
        "people.renew_invitation",
        actor=actor,
        record_type="user",
        record_id=user.id,
        agency_id=user.agency_id,
        now=now,
    )
    _send_invitation(user, link(token), now)
    return Invited(user.id, token, mailbox_only=user.password_hash is not None and bool(user.email))


def accept_invitation(token: str, password: str) -> str:
    """Set the password with a one-time link; every session of the user ends. Returns the login name.

    Raises:
        NotFound: the link is unknown, used or over.
        Refused: the password is too short or too long.
    """
    return _use_invitation(vault.blind_index(token, "token"), hash_password(password))


@use_case
def _use_invitation(token_hash: str, password_hash: str) -> str:
    now = clock.now()
    row = session().scalar(select(Invitation).where(Invitation.token_hash == token_hash).with_for_update())
    user = session().get(User, row.user_id) if row is not None else None
    if row is None or user is None or not user.active or row.used_at is not None or row.expires_at < now:
        raise NotFound("这个链接已失效，请联系管理员重新发送")
    user.password_hash = password_hash
    row.used_at = now
    end_sessions(user.id, now)
    ledger.record("people.set_password", actor=None, record_type="user", record_id=user.id, now=now)
    return user.login


def hash_password(password: str) -> str:
    """Argon2id hash of a new password.

    Raises:
        Refused: shorter than 10 or longer than 200 characters.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(f"密码应为{SHORTEST_PASSWORD}至{LONGEST_PASSWORD}个字符", field="password")
    return _hasher.hash(password)


@use_case
def set_active(actor: Actor, user_id: int, active: bool) -> None:
    """Disable a person, whose rights and sessions end at once, or let them back in.

    Raises:
        NotFound: no such user within reach.
        Forbidden: nobody disables themselves.
    """
    now = clock.now()
    user = user_in_reach(actor, Right.PEOPLE_INVITE, user_id)
    if user.id == actor.user_id:
        raise Forbidden("不能停用自己")
    user.active = active
    if not active:
        end_sessions(user.id, now)
    ledger.record(
        "people.enable" if active else "people.disable",
        actor=actor,
        record_type="user",
        record_id=user.id,
        agency_id=user.agency_id,
        now=now,
    )


@use_case
def change_roles(actor: Actor, user_id: int, roles: Iterable[Role]) -> None:
    """Give a person other roles; they hold from the next request on.

    Raises:
        NotFound: no such user within reach.
        Forbidden: nobody changes their own roles.
        Refused: no role at all, or an agency role for somebody without an agency.
    """
    now = clock.now()
    user = user_in_reach(actor, Right.PEOPLE_MANAGE, user_id)
    if user.id == actor.user_id:
        raise Forbidden("不能更改自己的角色")
    wanted = frozenset(roles)
    if not wanted:
        raise Refused("请至少选择一个角色", field="roles")
    if wanted & {Role.FILER, Role.REVIEWER, Role.DESK} and user.agency_id is None:
        raise Refused("填报人、审核人和签到人员须属于一个单位", field="roles")
    user.roles = [UserRole(role=role.value) for role in sorted(wanted)]
    ledger.record(
        "people.change_roles",
        actor=actor,
        record_type="user",
        record_id=user.id,
        agency_id=user.agency_id,
        now=now,
        roles=sorted(wanted),
    )


@use_case
def create_first_admin(login: str, name: str, place: str) -> Invited:
    """The first administrator, from the command line, over a jurisdiction that is made when there is none.

    Raises:
        Duplicate: the login name is taken.
    """
    now = clock.now()
    if session().scalar(select(User.id).where(User.login == login.lower())) is not None:
        raise Duplicate(f"the login name {login} is taken")
    root = session().scalar(select(Jurisdiction).where(Jurisdiction.parent_id.is_(None)).order_by(Jurisdiction.id))
    if root is None:
        root = Jurisdiction(name=place, path="/")
        session().add(root)
        session().flush()
        root.path = f"/{root.id}/"
    user = User(
        login=login.lower(),
        name=name,
        jurisdiction_id=root.id,
        created_at=now,
        roles=[UserRole(role=Role.ADMIN.value)],
    )
    session().add(user)
    session().flush()
    token = _new_invitation(user, None, now)
    ledger.record("people.create_admin", actor=None, record_type="user", record_id=user.id, now=now)
    return Invited(user.id, token)
