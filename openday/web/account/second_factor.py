"""The second factor: set it up, log in with it, renew the recovery codes, take it away."""

from base64 import b64encode

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday.documents.qr import qr_png
from openday.errors import Closed, OpenDayError
from openday.queries.second_factor import standing
from openday.services import second_factor
from openday.web.access import (
    ANYONE,
    EVERY_ROLE,
    begin_session,
    current_actor,
    forget_pending,
    must_enrol,
    open_to,
    pending_token,
    the_actor,
)
from openday.web.account.blueprint import bp
from openday.web.account.views import after_login, desk_of
from openday.web.forms.second_factor import CodeForm, EnrolForm
from openday.web.pages import staff_context

_WRONG = "验证码不正确或已经用过，请等手机上显示下一组6位数字后再输入"


@bp.get("/login/second-factor")
@open_to(ANYONE)
def second_factor_check() -> ResponseReturnValue:
    """The second page of logging in; who has not passed the first is led there."""
    target = request.args.get("next", "")
    if pending_token() is None:
        return redirect(desk_of(current_actor()) if current_actor() else url_for("account.login", next=target or None))
    return render_template("account/second_factor_check.html", form=CodeForm(), next=target)


@bp.post("/login/second-factor")
@open_to(ANYONE)
def second_factor_check_submit() -> ResponseReturnValue:
    """Check the code; only now does the session begin."""
    form, target, pending = CodeForm(), request.form.get("next", ""), pending_token()
    if pending is None and current_actor() is not None:
        return redirect(after_login(target), code=303)  # sent twice: the first one is in
    if form.validate_on_submit():
        try:
            token = second_factor.complete_log_in(pending or "", str(form.code.data))
        except Closed as over:
            forget_pending()
            flash(over.message, "warning")
            return redirect(url_for("account.login", next=target or None), code=303)
        if token is not None:
            begin_session(token)
            return redirect(after_login(target), code=303)
        form.code.errors = [_WRONG]
    return render_template("account/second_factor_check.html", form=form, next=target), 422


@bp.get("/second-factor")
@open_to(*EVERY_ROLE)
def second_factor_show() -> ResponseReturnValue:
    """One's own second factor: the offer of one, or what there is."""
    return _show() if standing(the_actor().user_id).enrolled else _offer(EnrolForm())


@bp.post("/second-factor")
@open_to(*EVERY_ROLE)
def second_factor_enrol() -> ResponseReturnValue:
    """Keep the offered secret; the recovery codes are shown this once, and the session is a new one."""
    form = EnrolForm()
    if form.validate_on_submit():
        try:
            enrolled = second_factor.enrol(the_actor(), str(form.offer.data), str(form.code.data))
        except OpenDayError as refused:
            if refused.field is None:
                raise
            form.code.errors = [refused.message]
        else:
            begin_session(enrolled.token)
            return _codes(enrolled.recovery_codes, fresh=True)
    return _offer(form), 422


@bp.post("/second-factor/recovery-codes")
@open_to(*EVERY_ROLE)
def second_factor_renew() -> ResponseReturnValue:
    """New recovery codes, shown this once."""
    form = CodeForm(prefix="renew-")
    if form.validate_on_submit():
        codes = second_factor.renew_recovery_codes(the_actor(), str(form.code.data))
        if codes is not None:
            return _codes(codes, fresh=False)
        form.code.errors = [_WRONG]
    return _show(renew=form), 422


@bp.post("/second-factor/off")
@open_to(*EVERY_ROLE)
def second_factor_off() -> ResponseReturnValue:
    """Take it away, for good or for another telephone."""
    form = CodeForm(prefix="off-")
    if form.validate_on_submit():
        if second_factor.turn_off(the_actor(), str(form.code.data)):
            flash("动态验证码已停用。如已更换手机，请在本页重新设置。", "done")
            return redirect(url_for("account.second_factor_show"), code=303)
        form.code.errors = [_WRONG]
    return _show(off=form), 422


def _offer(form: EnrolForm) -> str:
    actor = the_actor()
    site = current_app.config["SETTINGS"].site.name
    offer = second_factor.make_offer(actor, standing(actor.user_id).login, site, str(form.offer.data or ""))
    form.offer.data = offer.sealed
    return render_template(
        "account/second_factor_show.html",
        form=form,
        required=must_enrol(),
        picture="data:image/png;base64," + b64encode(qr_png(offer.uri, box=5)).decode(),
        secret=" ".join(offer.secret[i : i + 4] for i in range(0, len(offer.secret), 4)),
        **staff_context(actor),
    )


def _show(*, renew: CodeForm | None = None, off: CodeForm | None = None) -> str:
    actor = the_actor()
    return render_template(
        "account/second_factor_kept.html",
        renew=renew or CodeForm(formdata=None, prefix="renew-"),
        off=off or CodeForm(formdata=None, prefix="off-"),
        faulty=renew or off,
        standing=standing(actor.user_id),
        **staff_context(actor),
    )


def _codes(codes: list[str], *, fresh: bool) -> str:
    actor = the_actor()
    return render_template(
        "account/second_factor_codes.html", codes=codes, fresh=fresh, next_url=desk_of(actor), **staff_context(actor)
    )
