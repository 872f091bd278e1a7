"""Topic calls in public: what is asked, what was proposed, how to support it, and what became of it."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries import public_topics as queries
from openday.queries.public_topics import AskedTopic, PublicTopic
from openday.rules.topic_states import CallPhase
from openday.web.access import ANYONE, open_to
from openday.web.forms.texts import one_line
from openday.web.pages import absolute_url
from openday.web.public import cards
from openday.web.public.blueprint import bp
from openday.web.public.topic_likeness import similar_topics
from openday.web.supporters import supported
from openday.web.tables import page_number

_LONGEST_QUESTION = 100
_FOUND = 20


@bp.get("/topics")
@open_to(ANYONE)
def topics() -> ResponseReturnValue:
    """The topic calls, the open ones first."""
    return show("public/topics.html", calls=queries.asked_topics(clock.now()))


@bp.get("/topics/<code>")
@open_to(ANYONE)
def topic_call(code: str) -> ResponseReturnValue:
    """What one topic call asks, and what was proposed, the newest first; with words, the nearest in meaning first."""
    call = queries.asked_topic(code, clock.now())
    words = one_line(request.args.get("q"))[:_LONGEST_QUESTION]
    state = request.args.get("state", "")
    answered = {"open": False, "answered": True}.get(state)
    found = queries.public_topics(call, answered=answered, page=page_number(request.args.get("page", "")))
    like = similar_topics(call, words, limit=_FOUND, least=0.05) if words else ()
    rows = like if words else found.rows
    return show(
        "public/topic_call.html",
        call=call,
        found=found,
        rows=rows,
        words=words,
        state=state if answered is not None else "",
        supports=supported(call.id, [row.id for row in rows]),
        page_url=absolute_url("public.topic_call", code=call.code),
    )


@bp.get("/topics/proposals/<code>")
@open_to(ANYONE)
def topic_show(code: str) -> ResponseReturnValue:
    """One proposal, and what became of it."""
    return topic_page(code)


@bp.get("/topics/<code>/similar")
@open_to(ANYONE)
def topic_similar(code: str) -> ResponseReturnValue:
    """The proposals that are like what is being typed: a piece of a page, put into the form by its script."""
    call = queries.asked_topic(code, clock.now())
    title, text = (one_line(request.args.get(name))[:500] for name in ("title", "text"))
    return show("public/topic_similar.html", similar=similar_topics(call, title, text, limit=3))


def topic_page(code: str, status: int = 200, problem: str = "", outcome: str = "") -> ResponseReturnValue:
    """The page of one proposal, with what stood in the way of supporting it."""
    story = queries.topic_story(code, clock.now())
    page = show(
        "public/topic_show.html",
        story=story,
        topic=story.topic,
        call=story.call,
        supports=supported(story.call.id, [story.topic.id]),
        similar=_others(story.call, story.topic) if story.call.phase is CallPhase.OPEN else (),
        problem=problem,
        outcome=outcome,
        page_url=absolute_url("public.topic_show", code=story.topic.code),
    )
    return page, status


def _others(call: AskedTopic, topic: PublicTopic) -> Sequence[PublicTopic]:
    return [each for each in similar_topics(call, topic.title, topic.text, limit=4) if each.id != topic.id][:3]


def show(template: str, **values: Any) -> str:
    """A public page about topics, with what all of them need."""
    return render_template(
        template, moment=cards.moment, day_name=cards.day_name, home=url_for("public.home"), **values
    )
