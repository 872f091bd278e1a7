"""The office plans a ballot, publishes its list, and a second person enters the seed."""

from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import ballots as queries
from openday.queries.activities import occurrence_in_reach
from openday.queries.registrations import signup_sheet
from openday.rules.permissions import Right, Role
from openday.rules.wording import day_text
from openday.services import ballots
from openday.web.access import open_to, the_actor
from openday.web.forms.ballots import DrawForm, PlanBallotForm, VoidForm, draw_form, plan_form
from openday.web.forms.texts import put_problem
from openday.web.links import ballot_url, ticket_url
from openday.web.office.blueprint import bp
from openday.web.office.holding import go_on

_TOLD = {False: "已逐一通知", True: "通知已存入待发，请审阅后发出"}


@bp.get("/occurrences/<code>/ballot")
@open_to(Role.OFFICER, Role.AUDITOR)
def ballot_show(code: str) -> ResponseReturnValue:
    """Where the ballot of an occurrence stands, and what comes next."""
    return _page(code)


@bp.post("/occurrences/<code>/ballot")
@open_to(Role.OFFICER)
def ballot_plan(code: str) -> ResponseReturnValue:
    """Plan it, or change the plan; nothing is public yet."""
    form = PlanBallotForm()
    if not form.validate_on_submit():
        return _page(code, planning=form, status=422)
    try:
        ballots.plan_ballot(the_actor(), code, form.plan())
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _page(code, planning=form, status=refused.status)
    flash("摇号规则已保存，尚未公布。", "done")
    return _back(code)


@bp.post("/occurrences/<code>/ballot/freeze")
@open_to(Role.OFFICER)
def ballot_freeze(code: str) -> ResponseReturnValue:
    """Publish rules and list."""
    try:
        ballots.freeze_ballot(the_actor(), _newest(code))
    except Conflict as conflict:
        flash(f"{conflict.message}。", "error")
    else:
        flash("摇号规则和名单已经公布。", "done")
    return _back(code)


@bp.post("/occurrences/<code>/ballot/void")
@open_to(Role.OFFICER)
def ballot_void(code: str) -> ResponseReturnValue:
    """Declare the list void before it is drawn."""
    form = VoidForm()
    if not form.validate_on_submit():
        return _page(code, voiding=form, status=422)
    try:
        ballots.void_ballot(the_actor(), _newest(code), form.reason.data or "")
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _page(code, voiding=form, status=refused.status)
    flash("名单已经作废，理由已公布。可以重新制定规则。", "done")
    return _back(code)


@bp.post("/occurrences/<code>/ballot/draw")
@open_to(Role.OFFICER)
def ballot_draw(code: str) -> ResponseReturnValue:
    """Enter the seed and draw; everybody is told at once."""
    newest = _newest(code)
    form = draw_form(queries.ballot_page(newest, planned=True).rules)
    if not form.validate_on_submit():
        return _page(code, drawing=form, status=422)
    try:
        done = ballots.draw_ballot(
            the_actor(),
            newest,
            form.values(),
            form.witness.data or "",
            ticket_url=ticket_url,
            ballot_url=ballot_url,
            hold=form.holds,
        )
    except (Refused, Conflict) as refused:
        put_problem(form, refused.field, refused.message)
        return _page(code, drawing=form, status=refused.status)
    counts = f"中签{done.selected}组，候补{done.reserve}组，未中签{done.not_selected}组"
    flash(f"摇号完成：{counts}，{_TOLD[form.holds]}。", "done")
    return go_on(1, _back(code), held=form.holds)


def _newest(code: str) -> str:
    newest = queries.newest_ballot(occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code).id)
    if newest is None:
        raise Conflict("还没有制定摇号规则")
    return newest.code


def _back(code: str) -> ResponseReturnValue:
    return redirect(url_for("office.ballot_show", code=code), code=303)


def _page(
    code: str,
    *,
    planning: PlanBallotForm | None = None,
    drawing: DrawForm | None = None,
    voiding: VoidForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    occurrence = occurrence_in_reach(the_actor(), Right.REGISTRATION_READ, code)
    desk = queries.ballot_desk(occurrence)
    frozen = desk.ballot is not None and desk.ballot.status == "frozen"
    if frozen and drawing is None and desk.ballot is not None:
        drawing = draw_form(desk.ballot.rules)
    page = render_template(
        "office/ballot_show.html",
        occurrence=occurrence,
        occasion=signup_sheet(occurrence.code).occasion,
        desk=desk,
        ballot=desk.ballot,
        planning=(planning or plan_form(desk.ballot, desk.groupings)).offer(desk.groupings),
        drawing=drawing,
        voiding=voiding or VoidForm(),
        known_days=[day_text(date.fromisoformat(s.when)) for s in desk.ballot.rules.sources] if desk.ballot else [],
        actor=the_actor(),
        now=clock.now(),
    )
    return page, status
