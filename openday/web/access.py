"""Who is asking, and may they ask here? Default deny: a view that is not marked with `open_to` answers 403.

The three locks: the role here on the endpoint, the record in the query, action and state in the use-case.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from openday import clock
from openday.errors import Forbidden, NotFound
from openday.queries.people import actor_of_session
from openday.rules.permissions import Actor, Right, Role, Subject, can, may
from openday.services import logins
from openday.services.login_steps import token_hash

View = TypeVar("View", bound=Callable[..., object])

ANYONE = "anyone"
EVERY_ROLE = tuple(Role)
_LARGEST_UPLOAD = 24 * 1024 * 1024
_TOUCH_AFTER = timedelta(minutes=1)
_NEED_SECOND_FACTOR = frozenset({Role.OFFICER, Role.ADMIN})
_ENROLMENT = frozenset({"account.second_factor_show", "account.second_factor_enrol", "account.logout"})


def open_to(*who: Role | str) -> Callable[[View], View]:
    """Mark a view with those who may reach it: `ANYONE`, or roles."""

    def mark(view: View) -> View:
        view.open_to = frozenset(who)  # type: ignore[attr-defined]
        return view

    return mark


def install(app: Flask) -> None:
    """Put the guard in front of every request and the rights into every template."""
    app.before_request(guard)
    app.jinja_env.globals.update(can=_template_can, may=_template_may)


def guard() -> Response | None:
    """Let the request pass, or send it to the log-in page, or refuse it."""
    if request.endpoint is None:
        return None  # 404 or 405 follow by themselves
    if "\0" in request.path:
        raise NotFound()  # no code or name of ours holds one, and PostgreSQL would not even look
    audience = getattr(current_app.view_functions[request.endpoint], "open_to", None)
    if audience is None:
        raise Forbidden("这个页面不对外开放")
    if ANYONE in audience:
        return None
    actor = current_actor()
    if actor is None:
        return redirect(url_for("account.login", next=request.full_path if request.method == "GET" else None))
    if must_enrol():
        return None if request.endpoint in _ENROLMENT else redirect(url_for("account.second_factor_show"), code=303)
    if not audience & actor.roles:
        raise Forbidden("您没有查看这个页面的权限")
    return None


def takes_files(view: View) -> View:
    """Mark a view whose request may be as large as several files of the largest kind."""
    view.largest_upload = _LARGEST_UPLOAD  # type: ignore[attr-defined]
    return view


def current_actor() -> Actor | None:
    """The logged-in person, read once per request; None for the public."""
    if "actor" not in g:
        g.actor = _read_actor()
    actor: Actor | None = g.actor
    return actor


def the_actor() -> Actor:
    """The logged-in person of a view that only logged-in people reach."""
    actor = current_actor()
    if actor is None:
        raise Forbidden("请先登录")
    return actor


def must_enrol() -> bool:
    """Whether this person has to set up a second factor first; until then they hold no role and reach nothing else."""
    return current_actor() is not None and bool(g.get("must_enrol"))


def begin_session(token: str) -> None:
    """Put a fresh token into the browser; whatever the session held before is gone."""
    _start_over(token=token)


def begin_pending(token: str) -> None:
    """Remember that the password was right and the code is still to come; this gives no rights."""
    _start_over(pending=token)


def pending_token() -> str | None:
    """What `begin_pending` remembered."""
    token = session.get("pending")
    return token if isinstance(token, str) else None


def forget_pending() -> None:
    """The wait for the code is over without one."""
    session.pop("pending", None)


def end_session() -> str | None:
    """Forget the browser's token and return it, to be revoked."""
    token: str | None = session.pop("token", None)
    _start_over()
    return token


def _start_over(**held: str) -> None:
    session.clear()
    session.update(held)
    for name in ("actor", "must_enrol"):
        g.pop(name, None)


def _read_actor() -> Actor | None:
    token = session.get("token")
    if not isinstance(token, str):
        return None
    now = clock.now()
    found = actor_of_session(token_hash(token), now)
    if found is None:
        return None
    _touch(token, found.seen_at, now)
    required = current_app.config["SETTINGS"].second_factor_required
    g.must_enrol = required and not found.second_factor and bool(found.actor.roles & _NEED_SECOND_FACTOR)
    return replace(found.actor, roles=frozenset()) if g.must_enrol else found.actor


def _touch(token: str, seen_at: datetime, now: datetime) -> None:
    if now - seen_at > _TOUCH_AFTER:
        logins.keep_alive(token)


def _template_can(right: str, subject: Subject) -> bool:
    actor = current_actor()
    return actor is not None and can(actor, Right(right), subject)


def _template_may(right: str) -> bool:
    actor = current_actor()
    return actor is not None and may(actor, Right(right))
