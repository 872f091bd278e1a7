"""“时间确定后通知我”: an address, a link to confirm it, and one to end it. Opening a page changes nothing."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.config import Settings
from openday.errors import Closed, Duplicate, Refused, TooMany
from openday.queries.calendar_rows import ActivityPage
from openday.queries.public_activity import activity_page
from openday.queries.watches import watch
from openday.rules.watching import KEPT_AFTER
from openday.services import watches
from openday.web.access import ANYONE, open_to
from openday.web.challenge import challenge_passed
from openday.web.forms.texts import put_problem
from openday.web.forms.watches import WatchForm
from openday.web.links import page_url
from openday.web.public import cards
from openday.web.public.blueprint import bp

_PURPOSE = "watch"


@bp.get("/activities/<code>/watch")
@open_to(ANYONE)
def watch_new(code: str) -> ResponseReturnValue:
    """The form, with one field."""
    return _form(activity_page(code), WatchForm(formdata=None))


@bp.post("/activities/<code>/watch")
@open_to(ANYONE)
def watch_create(code: str) -> ResponseReturnValue:
    """Send the link to confirm by; the answer is the same whatever is known of the address."""
    form = WatchForm()
    if not form.validate_on_submit():
        return _form(activity_page(code), form, 422, "invalid")
    try:
        effort = challenge_passed(request.form, _PURPOSE)
        watches.ask_to_be_told(code, form.wish(), page_url=page_url, sms=_sends_sms(), effort=effort)
    except (Refused, TooMany, Closed) as refused:
        put_problem(form, refused.field, refused.message)
        return _form(activity_page(code), form, refused.status, refused.outcome)
    except Duplicate:
        pass  # the same page sent twice: the link is on its way
    return redirect(url_for("public.watch_sent", code=code), code=303)


@bp.get("/activities/<code>/watch/sent")
@open_to(ANYONE)
def watch_sent(code: str) -> ResponseReturnValue:
    """What happens next."""
    return _render("public/watch_sent.html", activity_page(code), days=KEPT_AFTER.days)


@bp.get("/activities/<code>/watch/ended")
@open_to(ANYONE)
def watch_ended(code: str) -> ResponseReturnValue:
    """That the address is deleted."""
    return _render("public/watch_ended.html", activity_page(code))


@bp.get("/activities/<code>/watches/<watch_code>")
@open_to(ANYONE)
def watch_show(code: str, watch_code: str) -> ResponseReturnValue:
    """What the link in a message opens: confirm, or end."""
    held = watch(code, watch_code)
    return _render("public/watch_show.html", activity_page(code), watch=held)


@bp.post("/activities/<code>/watches/<watch_code>/confirm")
@open_to(ANYONE)
def watch_confirm(code: str, watch_code: str) -> ResponseReturnValue:
    """Confirm the address."""
    watches.confirm_watch(code, watch_code)
    return redirect(url_for("public.watch_show", code=code, watch_code=watch_code), code=303)


@bp.post("/activities/<code>/watches/<watch_code>/end")
@open_to(ANYONE)
def watch_end(code: str, watch_code: str) -> ResponseReturnValue:
    """Delete the address."""
    watches.end_watch(code, watch_code)
    return redirect(url_for("public.watch_ended", code=code), code=303)


def _form(found: ActivityPage, form: WatchForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    page = _render("public/watch_new.html", found, form=form, sms=_sends_sms(), outcome=outcome, days=KEPT_AFTER.days)
    return page, status


def _render(template: str, found: ActivityPage, **values: object) -> str:
    return render_template(
        template,
        activity=found.entry,
        when=cards.when(found.entry),
        venue=found.entry.venue,
        firm=bool(found.slots),
        open=found.watchable(clock.today()),
        **values,
    )


def _sends_sms() -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    return bool(settings.sms_gateway_url)
