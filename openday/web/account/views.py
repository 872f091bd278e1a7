"""Log-in and log-out."""

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import NotFound
from openday.queries import people as queries
from openday.rules.permissions import Actor, Role
from openday.services import logins, people
from openday.services.login_steps import token_hash
from openday.web.access import (
    ANYONE,
    EVERY_ROLE,
    begin_pending,
    begin_session,
    current_actor,
    end_session,
    must_enrol,
    open_to,
)
from openday.web.account.blueprint import bp
from openday.web.forms.people import LoginForm, PasswordForm
from openday.web.pages import local_path

_HOME_OF_ROLE = (
    (Role.OFFICER, "office.board"),
    (Role.FILER, "agency.desk"),
    (Role.REVIEWER, "agency.desk"),
    (Role.DESK, "desk.occurrence_list"),
    (Role.ADMIN, "people.person_list"),
    (Role.AUDITOR, "office.audit_log"),
)


@bp.get("/login")
@open_to(ANYONE)
def login() -> ResponseReturnValue:
    """The log-in form."""
    return render_template("account/login.html", form=LoginForm(), next=request.args.get("next", ""))


@bp.post("/login")
@open_to(ANYONE)
def login_submit() -> ResponseReturnValue:
    """Check name and password; a wrong one is answered alike whether or not the name is known.

    Who has a second factor is asked for its code next, and has no rights until then.
    """
    form = LoginForm()
    target = request.form.get("next", "")
    if form.validate_on_submit():
        accepted = logins.log_in(str(form.login.data), str(form.password.data), request.remote_addr or "")
        if accepted is not None and not accepted.complete:
            begin_pending(accepted.token)
            return redirect(url_for("account.second_factor_check", next=target or None), code=303)
        if accepted is not None:
            begin_session(accepted.token)
            return redirect(after_login(target), code=303)
        form.password.errors = ["用户名或密码不正确"]
    return render_template("account/login.html", form=form, next=target), 422


@bp.post("/logout")
@open_to(*EVERY_ROLE)
def logout() -> ResponseReturnValue:
    """End this session; rights end with it."""
    token = end_session()
    if token:
        logins.log_out(token)
    return redirect(url_for("public.home"))


@bp.get("/invitations/<token>")
@open_to(ANYONE)
def invitation(token: str) -> ResponseReturnValue:
    """The page behind a one-time link: choose a password."""
    if not queries.invitation_is_open(token_hash(token), clock.now()):
        raise NotFound("这个链接已失效，请联系管理员重新发送")
    return render_template("account/invitation.html", form=PasswordForm(), token=token)


@bp.post("/invitations/<token>")
@open_to(ANYONE)
def invitation_accept(token: str) -> ResponseReturnValue:
    """Keep the password; the link ends with it."""
    form = PasswordForm()
    if form.validate_on_submit():
        people.accept_invitation(token, str(form.password.data))
        flash("密码已设置，请登录。", "done")
        return redirect(url_for("account.login"), code=303)
    return render_template("account/invitation.html", form=form, token=token), 422


def after_login(target: str) -> str:
    """Where a fresh session goes: where the person was going, else their desk; before all, a required second factor."""
    actor = current_actor()
    if must_enrol():
        return url_for("account.second_factor_show")
    return local_path(target) if target else desk_of(actor)


def desk_of(actor: Actor | None) -> str:
    """Where a person's work begins."""
    for role, endpoint in _HOME_OF_ROLE:
        if actor is not None and role in actor.roles and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("public.home")
