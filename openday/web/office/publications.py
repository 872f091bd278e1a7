"""The office publishes plans on record, corrects the public text, and cancels activities."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Forbidden, Refused
from openday.queries import activities as queries
from openday.queries.activities import ActivityDetail, PlanPreview, Shown
from openday.rules.permissions import Right, Role, may
from openday.rules.signup_text import suggested_mode
from openday.rules.states import SignupMode
from openday.services import publications
from openday.services.phone_limits import limit_phones
from openday.web.access import open_to, the_actor
from openday.web.forms.occurrences import CancelForm
from openday.web.forms.publications import CorrectionForm, PublishForm, correction_form
from openday.web.forms.texts import put_problem
from openday.web.links import address_of, page_url, ticket_url
from openday.web.office.blueprint import bp
from openday.web.office.holding import go_on, say_told

_READERS = (Role.OFFICER, Role.ADMIN, Role.AUDITOR)


@bp.get("/publications")
@open_to(*_READERS)
def publication_list() -> ResponseReturnValue:
    """Plans that wait for publication, and every activity in the public calendar."""
    shown = Shown(request.args["show"]) if request.args.get("show") in set(Shown) else Shown.ALL
    number = request.args.get("page", "1")[:6]
    page = int(number) if number.isascii() and number.isdigit() else 1
    found = queries.activity_list(the_actor(), shown, page, clock.now())
    waiting = queries.plans_to_publish(the_actor())
    return render_template(
        "office/publication_list.html", found=found, shown=shown, waiting=waiting, today=clock.today()
    )


@bp.get("/plans/<code>/publish")
@open_to(Role.OFFICER)
def publication_new(code: str) -> ResponseReturnValue:
    """What the public will read, before they do."""
    plan = queries.plan_preview(the_actor(), code)
    return _preview(plan, PublishForm(data={"signup_mode": suggested_mode(plan.text.signup_text).value}))


@bp.post("/plans/<code>/publish")
@open_to(Role.OFFICER)
def publication_create(code: str) -> ResponseReturnValue:
    """Publish."""
    form = PublishForm()
    if not form.validate_on_submit():
        return _preview(queries.plan_preview(the_actor(), code), form, 422)
    try:
        created = publications.publish_plan(the_actor(), code, page_url, SignupMode(form.signup_mode.data))
    except (Conflict, Forbidden) as refused:
        put_problem(form, None, refused.message)
        return _preview(queries.plan_preview(the_actor(), code), form, refused.status)
    flash("活动已发布。时间确定后，请在本页增加场次。", "done")
    return redirect(url_for("office.publication_show", code=created), code=303)


@bp.get("/publications/<code>")
@open_to(*_READERS)
def publication_show(code: str) -> ResponseReturnValue:
    """One activity: occurrences, proposals, history, and what can be done."""
    activity = queries.activity_detail(the_actor(), code, clock.now())
    links = {
        "page": address_of("public.activity", code=code),
        "poster": address_of("public.activity_poster", code=code),
        "paper": url_for("office.official_announcement", code=code) if may(the_actor(), Right.SUMMARY_EXPORT) else "",
        "plan": address_of("office.plan_review", code=activity.plan_code),
    }
    return render_template(
        "office/publication_show.html", activity=activity, links=links, address_of=address_of, today=clock.today()
    )


@bp.post("/publications/<code>/phone-once")
@open_to(Role.OFFICER)
def publication_phone_once(code: str) -> ResponseReturnValue:
    """Let a telephone number sign up once in the whole activity, or once for each occurrence."""
    once = request.form.get("once") == "1"
    several = limit_phones(the_actor(), code, once=once)
    flash("已改为一个手机号码在本活动中只能报名一场。" if once else "已改为一个手机号码每场都可以报名一次。", "done")
    if several:
        flash(f"有{several}个手机号码此前已报名多场，原来的报名继续有效，不能再报其他场次。", "warning")
    return redirect(url_for("office.publication_show", code=code), code=303)


@bp.get("/publications/<code>/edit")
@open_to(Role.OFFICER)
def publication_edit(code: str) -> ResponseReturnValue:
    """The public text, to be corrected."""
    activity = _managed(code)
    return _correction(activity, correction_form(activity))


@bp.post("/publications/<code>/edit")
@open_to(Role.OFFICER)
def publication_correct(code: str) -> ResponseReturnValue:
    """Correct it."""
    activity = _managed(code)
    form = correction_form(activity)
    if not form.validate_on_submit():
        return _correction(activity, form, 422)
    try:
        publications.correct_publication(
            the_actor(),
            code,
            form.text(),
            page_url=page_url,
            signup_mode=form.mode,
            note=form.note.data or "",
            seen=form.version,
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _correction(activity, form, refused.status)
    flash("公开内容已更正，变更记录已公布。", "done")
    return redirect(url_for("office.publication_show", code=code), code=303)


@bp.get("/publications/<code>/cancel")
@open_to(Role.OFFICER)
def publication_cancel(code: str) -> ResponseReturnValue:
    """What cancelling would do; opening the page cancels nothing."""
    return _cancellation(_managed(code), CancelForm())


@bp.post("/publications/<code>/cancel")
@open_to(Role.OFFICER)
def publication_cancel_confirm(code: str) -> ResponseReturnValue:
    """Cancel the activity."""
    activity = _managed(code)
    form = CancelForm()
    if not form.validate_on_submit():
        return _cancellation(activity, form, 422)
    try:
        told = publications.cancel_activity(
            the_actor(), code, form.reason.data or "", page_url=page_url, ticket_url=ticket_url, hold=form.holds
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _cancellation(activity, form, refused.status)
    say_told("活动已取消", told, held=form.holds)
    back = redirect(url_for("office.publication_show", code=code), code=303)
    return go_on(told, back, held=form.holds)


def _managed(code: str) -> ActivityDetail:
    queries.activity_in_reach(the_actor(), Right.PUBLICATION_MANAGE, code)
    return queries.activity_detail(the_actor(), code, clock.now())


def _preview(plan: PlanPreview, form: PublishForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/publication_new.html", plan=plan, form=form), status


def _correction(activity: ActivityDetail, form: CorrectionForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/publication_edit.html", activity=activity, form=form), status


def _cancellation(activity: ActivityDetail, form: CancelForm, status: int = 200) -> ResponseReturnValue:
    return render_template("office/publication_cancel.html", activity=activity, form=form), status
