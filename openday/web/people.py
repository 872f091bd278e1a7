"""The directory: an agency's reviewer brings in the agency's people, the administrator everybody."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.errors import ChangedByAnother, Conflict, OpenDayError, Refused
from openday.queries import people as queries
from openday.queries.people import INVITABLE_BY_REVIEWER
from openday.rules.permissions import Actor, Right, Role
from openday.services import agencies, people, second_factor
from openday.web.access import open_to, the_actor
from openday.web.forms.people import AgencyChangeForm, AgencyForm, PersonForm, ReviewStepsForm, RolesForm
from openday.web.forms.texts import one_line, put_problem
from openday.web.links import page_url
from openday.web.pages import absolute_url

bp = Blueprint("people", __name__, url_prefix="/people")

_ONE = "/<int(max=2147483647):user_id>"
_NOBODY = (0, "政务公开办（不属于报送单位）")


@bp.get("/")
@open_to(Role.ADMIN, Role.REVIEWER)
def person_list() -> ResponseReturnValue:
    """Everybody within reach, and what may be done."""
    search = one_line(request.args.get("q"))[:50]
    return render_template(
        "people/person_list.html", rows=queries.directory(the_actor(), search=search), q=search,
        own_slug=queries.own_slug(the_actor()),
    )  # fmt: skip


@bp.get("/new")
@open_to(Role.ADMIN, Role.REVIEWER)
def person_new() -> ResponseReturnValue:
    """The form for a new person."""
    return render_template("people/person_new.html", form=_form(the_actor()))


@bp.post("/new")
@open_to(Role.ADMIN, Role.REVIEWER)
def person_invite() -> ResponseReturnValue:
    """Add the person and show their one-time link."""
    form = _form(the_actor())
    if form.validate_on_submit():
        try:
            return _show_link(people.invite_user(the_actor(), form.new_user(), invitation_link))
        except OpenDayError as refused:
            form[refused.field or "login"].errors = [refused.message]
    return render_template("people/person_new.html", form=form), 422


@bp.post(f"{_ONE}/invitation")
@open_to(Role.ADMIN, Role.REVIEWER)
def invitation_renew(user_id: int) -> ResponseReturnValue:
    """A fresh link for somebody who lost theirs."""
    invited = people.renew_invitation(the_actor(), user_id, invitation_link)
    if not invited.mailbox_only:
        return _show_link(invited)
    flash("链接已发送到本人登记的电子邮箱，7天内有效。", "done")
    return redirect(url_for("people.person_list"), code=303)


@bp.post(f"{_ONE}/disable")
@open_to(Role.ADMIN, Role.REVIEWER)
def person_disable(user_id: int) -> ResponseReturnValue:
    """End somebody's access at once."""
    people.set_active(the_actor(), user_id, False)
    flash("已停用，该人员的登录立即失效。可随时恢复。", "done")
    return redirect(url_for("people.person_list"), code=303)


@bp.post(f"{_ONE}/enable")
@open_to(Role.ADMIN, Role.REVIEWER)
def person_enable(user_id: int) -> ResponseReturnValue:
    """Let somebody back in."""
    people.set_active(the_actor(), user_id, True)
    flash("已恢复。", "done")
    return redirect(url_for("people.person_list"), code=303)


@bp.post(f"{_ONE}/second-factor/reset")
@open_to(Role.ADMIN)
def second_factor_reset(user_id: int) -> ResponseReturnValue:
    """Take away the second factor of somebody who lost it."""
    second_factor.reset(the_actor(), user_id)
    flash("动态验证码已重置，该人员的登录立即失效，下次凭用户名和密码登录后可重新设置。", "done")
    return redirect(url_for("people.person_list"), code=303)


@bp.get(f"{_ONE}/roles")
@open_to(Role.ADMIN)
def roles_edit(user_id: int) -> ResponseReturnValue:
    """The roles of one person."""
    user = queries.user_in_reach(the_actor(), Right.PEOPLE_MANAGE, user_id)
    form = _roles_form([role.role for role in user.roles])
    return render_template("people/roles_edit.html", form=form, user=user)


@bp.post(f"{_ONE}/roles")
@open_to(Role.ADMIN)
def roles_save(user_id: int) -> ResponseReturnValue:
    """Give the person other roles."""
    user = queries.user_in_reach(the_actor(), Right.PEOPLE_MANAGE, user_id)
    form = _roles_form(None)
    if form.validate_on_submit():
        try:
            people.change_roles(the_actor(), user_id, form.chosen())
            return redirect(url_for("people.person_list"), code=303)
        except OpenDayError as refused:
            form.roles.errors = [refused.message]
    return render_template("people/roles_edit.html", form=form, user=user), 422


@bp.get("/agencies")
@open_to(Role.ADMIN)
def agency_list() -> ResponseReturnValue:
    """The agencies, and a form for one more."""
    rows = queries.agencies_in_reach(the_actor(), Right.PEOPLE_MANAGE)
    return render_template("people/agency_list.html", rows=rows, form=_agency_form(the_actor()))


@bp.post("/agencies")
@open_to(Role.ADMIN)
def agency_add() -> ResponseReturnValue:
    """Add an agency."""
    form = _agency_form(the_actor())
    if form.validate_on_submit():
        try:
            agencies.add_agency(the_actor(), form.new_agency())
            return redirect(url_for("people.agency_list"), code=303)
        except OpenDayError as refused:
            form[refused.field or "name"].errors = [refused.message]
    rows = queries.agencies_in_reach(the_actor(), Right.PEOPLE_MANAGE)
    return render_template("people/agency_list.html", rows=rows, form=form), 422


@bp.get("/agencies/<slug>")
@open_to(Role.ADMIN)
def agency_edit(slug: str) -> ResponseReturnValue:
    """What can be put right about an agency."""
    agency = queries.agency_in_reach(the_actor(), Right.PEOPLE_MANAGE, slug)
    form = AgencyChangeForm(data={"name": agency.name, "phone": agency.phone, "seen": queries.agency_stamp(agency)})
    return render_template("people/agency_edit.html", agency=agency, form=form)


@bp.post("/agencies/<slug>")
@open_to(Role.ADMIN)
def agency_change(slug: str) -> ResponseReturnValue:
    """Keep it."""
    agency, form = queries.agency_in_reach(the_actor(), Right.PEOPLE_MANAGE, slug), AgencyChangeForm()
    if not form.validate_on_submit():
        return render_template("people/agency_edit.html", agency=agency, form=form), 422
    try:
        agencies.change_agency(the_actor(), slug, *form.said(), stamp=form.seen.data or "", page_url=page_url)
    except (Refused, Conflict) as refused:
        if isinstance(refused, ChangedByAnother):
            form.seen.data = queries.agency_stamp(agency)
        put_problem(form, refused.field, refused.message)
        return render_template("people/agency_edit.html", agency=agency, form=form), refused.status
    flash("单位信息已保存。", "done")
    return redirect(url_for("people.agency_list"), code=303)


@bp.get("/agencies/<slug>/review")
@open_to(Role.ADMIN, Role.REVIEWER)
def agency_review(slug: str) -> ResponseReturnValue:
    """Through which steps the agency's plans pass before they leave it."""
    found = queries.review_setting(the_actor(), slug)
    steps = [step.value for step in found.steps] if found.reviews else []
    return render_template("people/agency_review.html", found=found, form=ReviewStepsForm(data={"steps": steps}))


@bp.post("/agencies/<slug>/review")
@open_to(Role.ADMIN, Role.REVIEWER)
def agency_review_save(slug: str) -> ResponseReturnValue:
    """Set the steps."""
    found, form = queries.review_setting(the_actor(), slug), ReviewStepsForm()
    if form.validate_on_submit():
        try:
            agencies.set_review_steps(the_actor(), slug, form.chosen())
            flash("审核环节已保存，此后提交的计划按此办理。", "done")
            return redirect(url_for("people.agency_review", slug=slug), code=303)
        except OpenDayError as refused:
            form.steps.errors = [refused.message]
    return render_template("people/agency_review.html", found=found, form=form), 422


def invitation_link(token: str) -> str:
    """The one-time link, built from BASE_URL."""
    return absolute_url("account.invitation", token=token)


def _form(actor: Actor) -> PersonForm:
    form = PersonForm()
    is_admin = Role.ADMIN in actor.roles
    roles = tuple(Role) if is_admin else tuple(role for role in Role if role in INVITABLE_BY_REVIEWER)
    form.roles.choices = [(role.value, role.label) for role in roles]
    own = [(agency.id, agency.name) for agency in queries.agencies_in_reach(actor, Right.PEOPLE_INVITE)]
    form.agency_id.choices = [_NOBODY, *own] if is_admin else own
    return form


def _roles_form(current: list[str] | None) -> RolesForm:
    form = RolesForm(data={"roles": current} if current is not None else None)
    form.roles.choices = [(role.value, role.label) for role in Role]
    return form


def _agency_form(actor: Actor) -> AgencyForm:
    form = AgencyForm()
    form.jurisdiction_id.choices = queries.jurisdictions_in_reach(actor)
    return form


def _show_link(invited: people.Invited) -> ResponseReturnValue:
    return render_template("people/person_invite.html", link=invitation_link(invited.token))
