"""Proposing a topic, supporting one, and finding one's own again."""

from flask import current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.errors import Conflict, NotFound, Refused, TooMany
from openday.queries import public_topics as queries
from openday.queries.public_topics import AskedTopic
from openday.rules.topic_states import CallPhase
from openday.services import topics as use_cases
from openday.web.access import ANYONE, open_to
from openday.web.challenge import challenge_over, challenge_passed
from openday.web.forms.suggestions import ReceiptForm
from openday.web.forms.texts import put_problem
from openday.web.forms.topics import TopicForm
from openday.web.public.blueprint import bp
from openday.web.public.topic_likeness import similar_topics
from openday.web.public.topics import show, topic_page
from openday.web.supporters import new_word, remember, supported, supporter_word

PROPOSE, SUPPORT = "topic", "topic-support"


@bp.get("/topics/<code>/new")
@open_to(ANYONE)
def topic_new(code: str) -> ResponseReturnValue:
    """The form, or that there is none now."""
    call = queries.asked_topic(code, clock.now())
    if call.phase is not CallPhase.OPEN:
        return redirect(url_for("public.topic_call", code=call.code), code=303)
    return _form(call, TopicForm(formdata=None))


@bp.post("/topics/<code>/new")
@open_to(ANYONE)
def topic_submit(code: str) -> ResponseReturnValue:
    """Show what is similar first; then keep the proposal and show its receipt code."""
    call = queries.asked_topic(code, clock.now())
    form = TopicForm()
    if not form.validate_on_submit():
        return _form(call, form, 422, "invalid")
    try:
        effort = challenge_passed(request.form, PROPOSE)
        if not form.seen.data and similar_topics(call, form.title.data or "", form.text.data or ""):
            return _similar(call, form)
        receipt = use_cases.propose_topic(code, form.topic(), effort)
    except (Refused, Conflict, TooMany) as refused:
        if isinstance(refused, Conflict):
            challenge_over()
        put_problem(form, refused.field, refused.message)
        return _form(call, form, refused.status, refused.outcome)
    return redirect(url_for("public.topic_receipt", code=receipt), code=303)


@bp.post("/topics/proposals/<code>/support")
@open_to(ANYONE)
def topic_support(code: str) -> ResponseReturnValue:
    """Count this browser once."""
    word = supporter_word() or new_word()
    try:
        use_cases.support_topic(code, word, challenge_passed(request.form, SUPPORT))
    except (Refused, Conflict, TooMany) as refused:
        return topic_page(code, refused.status, refused.message, refused.outcome)
    response = redirect(_where(code), code=303)
    remember(response, word)
    return response


@bp.post("/topics/proposals/<code>/withdraw")
@open_to(ANYONE)
def topic_unsupport(code: str) -> ResponseReturnValue:
    """Take the support back."""
    use_cases.withdraw_support(code, supporter_word())
    return redirect(_where(code), code=303)


@bp.get("/topics/receipts")
@open_to(ANYONE)
def topic_receipts() -> ResponseReturnValue:
    """Where a receipt code is typed in."""
    return show("public/topic_receipts.html", form=ReceiptForm(formdata=None))


@bp.post("/topics/receipts")
@open_to(ANYONE)
def topic_receipt_find() -> ResponseReturnValue:
    """To the page of a typed code; sent as a POST, so that codes stay out of query strings."""
    form = ReceiptForm()
    if form.validate_on_submit():
        try:
            found = queries.topic_receipt(form.receipt(), clock.now())
        except NotFound as unknown:
            put_problem(form, "code", unknown.message)
        else:
            return redirect(url_for("public.topic_receipt", code=found.code), code=303)
    return show("public/topic_receipts.html", form=form, outcome="invalid"), 422


@bp.get("/topics/receipts/<code>")
@open_to(ANYONE)
def topic_receipt(code: str) -> ResponseReturnValue:
    """Where the proposal with this code stands."""
    found = queries.topic_receipt(code, clock.now())
    groups = " ".join(found.code[at : at + 4] for at in range(0, len(found.code), 4))
    return show("public/topic_receipt.html", receipt=found, groups=groups, outcome=found.status.value)


def _form(call: AskedTopic, form: TopicForm, status: int = 200, outcome: str = "") -> ResponseReturnValue:
    days = current_app.config["SETTINGS"].retention_days
    similar_url = url_for("public.topic_similar", code=call.code)
    page = show(
        "public/topic_new.html",
        call=call,
        form=form.prepare(),
        retention_days=days,
        similar_url=similar_url,
        outcome=outcome,
    )
    return page, status


def _similar(call: AskedTopic, form: TopicForm) -> ResponseReturnValue:
    """The step before a proposal is kept: is it there already?"""
    like = similar_topics(call, form.title.data or "", form.text.data or "")
    form.seen.data = "1"
    supports = supported(call.id, [topic.id for topic in like])
    return show(
        "public/topic_check.html", call=call, form=form.prepare(), rows=like, supports=supports, outcome="similar"
    )


def _where(code: str) -> str:
    """Back to where the button stood."""
    page = request.form.get("call", "")
    if page:
        return url_for("public.topic_call", code=page[:20], _anchor=f"topic-{code}")
    return url_for("public.topic_show", code=code)
