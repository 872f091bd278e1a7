"""Who is asking, and may they ask here? Default deny: a view that is not marked with `open_to` answers 403.

The three locks: the role here on the endpoint, the record in the query, action and state in the use-case.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from flask import Flask, current_app, g, redirect, request, session, url_for
from werkzeug.wrappers import Response

from openday import clock
from openday.errors import Forbidden
from openday.queries.people import actor_of_session
from openday.rules.permissions import Actor, Right, Role, Subject, can, may
from openday.services import logins

View = TypeVar("View", bound=Callable[..., object])

ANYONE = "anyone"
EVERY_ROLE = tuple(Role)
_TOUCH_AFTER = timedelta(minutes=1)


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
    audience = getattr(current_app.view_functions[request.endpoint], "open_to", None)
    if audience is None:
        raise Forbidden("这个页面不对外开放")
    if ANYONE in audience:
        return None
    actor = current_actor()
    if actor is None:
        return redirect(url_for("account.login", next=request.full_path if request.method == "GET" else None))
    if not audience & actor.roles:
        raise Forbidden("您没有查看这个页面的权限")
    return None


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


def begin_session(token: str) -> None:
    """Put a fresh token into the browser; whatever the session held before is gone."""
    session.clear()
    session["token"] = token
    g.pop("actor", None)


def end_session() -> str | None:
    """Forget the browser's token and return it, to be revoked."""
    token: str | None = session.pop("token", None)
    session.clear()
    g.pop("actor", None)
    return token


def _read_actor() -> Actor | None:
    token = session.get("token")
    if not isinstance(token, str):
        return None
    now = clock.now()
    found = actor_of_session(logins.token_hash(token), now)
    if found is None:
        return None
    actor, seen_at = found
    _touch(token, seen_at, now)
    return actor


def _touch(token: str, seen_at: datetime, now: datetime) -> None:
    if now - seen_at > _TOUCH_AFTER:
        logins.keep_alive(token)


def _template_can(right: str, subject: Subject) -> bool:
    actor = current_actor()
    return actor is not None and can(actor, Right(right), subject)


def _template_may(right: str) -> bool:
    actor = current_actor()
    return actor is not None and may(actor, Right(right))
