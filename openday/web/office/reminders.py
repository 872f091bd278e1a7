"""催报 and extensions: one agency before a call, everybody who owes, and more time for one or for all."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, Refused
from openday.queries import calls as call_queries
from openday.queries import coverage_page as queries
from openday.rules.permissions import Role
from openday.services import calls, reminders
from openday.services.reminders import RemindedAll, Sent
from openday.web.access import open_to, the_actor
from openday.web.forms.calls import ExtensionForm, MailboxForm
from openday.web.forms.texts import put_problem
from openday.web.office.blueprint import bp
from openday.web.pages import absolute_url, local_path
from openday.web.tables import page_of

_LINES = 50
_CALL = "/calls/<int(max=2147483647):call_id>"
_AGENCY = f"{_CALL}/agencies/<int(max=2147483647):agency_id>"


@bp.get(_AGENCY)
@open_to(Role.OFFICER)
def call_agency(call_id: int, agency_id: int) -> ResponseReturnValue:
    """One agency before a call: how far it is, who reminded it when, and its deadline."""
    return _agency_page(call_id, agency_id, ExtensionForm(formdata=None))


@bp.post(f"{_AGENCY}/remind")
@open_to(Role.OFFICER)
def call_agency_remind(call_id: int, agency_id: int) -> ResponseReturnValue:
    """Remind one agency and go back to where the button stood."""
    here = url_for("office.call_agency", call_id=call_id, agency_id=agency_id)
    back = local_path(request.form.get("next") or here)
    try:
        sent = reminders.remind_agency(the_actor(), call_id, agency_id, link=absolute_url("agency.desk"))
    except Conflict as over:
        flash(f"{over.message}。", "info")
    else:
        flash(*_said(sent))
    return redirect(back, code=303)


@bp.get(f"{_CALL}/remind")
@open_to(Role.OFFICER)
def call_remind(call_id: int) -> ResponseReturnValue:
    """Who would be reminded, before anybody is."""
    call, lines = queries.owing(the_actor(), call_id, clock.now())
    page = page_of(lines, request.args.get("page", ""), _LINES)
    boxes = queries.mailboxes([line.row.agency_id for line in page.rows])
    fresh = sum(not line.reminded_today for line in lines)
    return render_template("office/call_remind.html", call=call, total=len(lines), fresh=fresh, page=page, boxes=boxes)


@bp.post(f"{_CALL}/remind")
@open_to(Role.OFFICER)
def call_remind_all(call_id: int) -> ResponseReturnValue:
    """Remind everybody who still owes."""
    done = reminders.remind_all(the_actor(), call_id, link=absolute_url("agency.desk"))
    flash(_all_said(done), "done" if done.letters else "info")
    return redirect(url_for("office.call_remind", call_id=call_id), code=303)


@bp.get(f"{_CALL}/extend")
@open_to(Role.OFFICER)
def call_extend(call_id: int) -> ResponseReturnValue:
    """More time for everybody."""
    return _extend_page(call_id, ExtensionForm(formdata=None))


@bp.post(f"{_CALL}/extend")
@open_to(Role.OFFICER)
def call_extend_all(call_id: int) -> ResponseReturnValue:
    """Give all agencies more time."""
    form = ExtensionForm()
    if form.validate_on_submit():
        try:
            forgiven = calls.extend_call(the_actor(), call_id, form.extension())
        except Refused as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash(_extended("全部单位", forgiven), "done")
            return redirect(url_for("office.call_show", call_id=call_id), code=303)
    return _extend_page(call_id, form, 422)


@bp.post(f"{_AGENCY}/extend")
@open_to(Role.OFFICER)
def call_agency_extend(call_id: int, agency_id: int) -> ResponseReturnValue:
    """Give one agency more time."""
    form = ExtensionForm()
    if form.validate_on_submit():
        try:
            forgiven = calls.extend_call(the_actor(), call_id, form.extension(), agency_id=agency_id)
        except Refused as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash(_extended("该单位", forgiven), "done")
            return redirect(url_for("office.call_agency", call_id=call_id, agency_id=agency_id), code=303)
    return _agency_page(call_id, agency_id, form, 422)


@bp.post(f"{_AGENCY}/mailbox")
@open_to(Role.OFFICER)
def call_agency_mailbox(call_id: int, agency_id: int) -> ResponseReturnValue:
    """Keep the agency's own address for reminders."""
    form = MailboxForm(prefix="mailbox-")
    if form.validate_on_submit():
        try:
            reminders.set_mailbox(the_actor(), agency_id, form.email.data)
        except Refused as refused:
            put_problem(form, refused.field, refused.message)
        else:
            flash("催报邮箱已保存。", "done")
            return redirect(url_for("office.call_agency", call_id=call_id, agency_id=agency_id), code=303)
    return _agency_page(call_id, agency_id, ExtensionForm(formdata=None), 422, mailbox=form)


def _agency_page(
    call_id: int, agency_id: int, form: ExtensionForm, status: int = 200, *, mailbox: MailboxForm | None = None
) -> ResponseReturnValue:
    found = queries.agency_page(the_actor(), call_id, agency_id, clock.now())
    mailbox = mailbox or MailboxForm(formdata=None, prefix="mailbox-", email=found.email)
    return render_template("office/call_agency.html", found=found, form=form, mailbox=mailbox), status


def _extend_page(call_id: int, form: ExtensionForm, status: int = 200) -> ResponseReturnValue:
    call = call_queries.call_page(the_actor(), call_id)
    extensions = queries.extensions_of(call_id)
    return render_template("office/call_extend.html", call=call, form=form, extensions=extensions), status


def _said(sent: Sent) -> tuple[str, str]:
    """What to tell the officer, and in which tone."""
    if sent.already:
        return f"{sent.agency}今天已经催报过，没有重复发送。", "info"
    if sent.letters:
        return f"已向{sent.agency}发送{sent.letters}封催报邮件。", "done"
    phone = f"请电话联系：{sent.phone}" if sent.phone else "也没有登记联系电话，请在单位名录中补充"
    return f"{sent.agency}没有登记邮箱，{phone}。已记入催报记录。", "warning"


def _all_said(done: RemindedAll) -> str:
    said = [f"已向{done.agencies}个单位发送{done.letters}封催报邮件"]
    if done.already:
        said.append(f"{done.already}个单位今天已经催报过，没有重复发送")
    if done.to_telephone:
        said.append(f"{len(done.to_telephone)}个单位没有登记邮箱，请电话联系")
    return "；".join(said) + "。"


def _extended(whose: str, forgiven: int) -> str:
    late = f"，{forgiven}项计划不再算作逾期报送" if forgiven else ""
    return f"{whose}的报送期限已延长{late}。"
