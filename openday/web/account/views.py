"""Log-in and log-out."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.rules.permissions import Actor, Role
from openday.services import people
from openday.web.access import ANYONE, EVERY_ROLE, begin_session, current_actor, end_session, open_to
from openday.web.account.blueprint import bp
from openday.web.forms.people import LoginForm
from openday.web.pages import local_path

_HOME_OF_ROLE = (
    (Role.OFFICER, "office.board"),
    (Role.FILER, "agency.desk"),
    (Role.REVIEWER, "agency.desk"),
    (Role.DESK, "desk.occurrence_list"),
    (Role.ADMIN, "office.people_list"),
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
    """Check name and password; a wrong one is answered alike whether or not the name is known."""
    form = LoginForm()
    target = request.form.get("next", "")
    if form.validate_on_submit():
        token = people.log_in(str(form.login.data), str(form.password.data), request.remote_addr or "")
        if token is not None:
            begin_session(token)
            actor = current_actor()
            return redirect(local_path(target) if target else desk_of(actor))
        form.password.errors = ["用户名或密码不正确"]
    return render_template("account/login.html", form=form, next=target), 422


@bp.post("/logout")
@open_to(*EVERY_ROLE)
def logout() -> ResponseReturnValue:
    """End this session; rights end with it."""
    token = end_session()
    if token:
        people.log_out(token)
    return redirect(url_for("public.home"))


def desk_of(actor: Actor | None) -> str:
    """Where a person's work begins."""
    for role, endpoint in _HOME_OF_ROLE:
        if actor is not None and role in actor.roles and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("public.home")
