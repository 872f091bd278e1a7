"""The page of one activity."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from openday import clock
from openday.queries.calendar_rows import ActivityPage, Slot, next_change, seats_shown
from openday.queries.docket import answered_about
from openday.queries.public_activity import activity_page
from openday.queries.surveys import has_public_results
from openday.rules.published_names import NamesState, names_state
from openday.rules.states import SignupMode
from openday.web import kept
from openday.web.access import ANYONE, open_to
from openday.web.links import address_of
from openday.web.pages import absolute_url
from openday.web.public import cards
from openday.web.public.blueprint import bp


@bp.get("/activities/<code>")
@open_to(ANYONE)
def activity(code: str) -> ResponseReturnValue:
    """When and where, seats left, and how to get in; the same address from 旬 to minute."""
    return kept.page(lambda layout: _page(code, layout))


def _page(code: str, layout: Mapping[str, Any]) -> kept.Rendered:
    now = clock.now()
    found = activity_page(code)
    slots = [_slot(slot, now) for slot in found.slots]
    lead = _lead(slots)
    others = [slot for slot in slots if slot is not lead]
    html = render_template(
        "public/activity.html",
        page=found,
        activity=found.entry,
        when=cards.when(found.entry),
        date=cards.block(found.entry, now.date()),
        lead=lead,
        count=len(slots),
        others=[slot for slot in others if not slot["over"]],
        past=[slot for slot in others if slot["over"]],
        how=_how(found),
        history=[_change(*change) for change in found.history],
        answered=answered_about(code),
        survey_url=url_for("public.survey_results", code=code) if has_public_results(code) else "",
        day_name=cards.day_name,
        held_on=cards.day_name(found.outcome.held_on) if found.outcome else "",
        page_url=absolute_url("public.activity", code=code),
        feed_url=url_for("feeds.activity", code=code),
        watch_url=url_for("public.watch_new", code=code) if found.watchable(now.date()) else "",
        poster_url=address_of("public.activity_poster", code=code),
        agency_url=url_for("public.calendar", view="list", agency=found.agency_slug),
        **layout,
    )
    return kept.Rendered(html, seats_shown(found.slots), next_change(found.slots, now))


def _change(at: datetime, kind: str, text: str) -> dict[str, Any]:
    """A line of the history. The lines are Chinese; in English the kind of change stands above them."""
    line = {"when": cards.moment(at), "iso": at.isoformat(), "what": text}
    if not cards.english():
        return line
    words = {
        "published": _("活动发布"),
        "firmed_up": _("时间和地点确定"),
        "changed": _("活动变更"),
        "postponed": _("活动延期"),
        "cancelled": _("活动或场次取消"),
    }
    return {**line, "what": words[kind], "note": "" if kind == "published" else text}


def _lead(slots: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The occurrence that the page puts first: the next to sign up for, else the next at all, else the last."""
    for wanted in ("sign_up", "coming"):
        for slot in slots:
            if slot[wanted]:
                return slot
    return slots[-1] if slots else None


def _slot(slot: Slot, now: datetime) -> dict[str, Any]:
    sign_up = cards.sign_up_address(slot, now)
    quotas = [
        {"label": q.name, "seats": q.seats.capacity, "taken": q.seats.taken, "left": q.seats.free} for q in slot.quotas
    ]
    return {
        "number": slot.number,
        "date": cards.slot_block(slot, now.date()),
        "when": cards.slot_when(slot),
        "venue": slot.venue,
        "cancelled": slot.cancelled,
        "cancel_reason": slot.cancel_reason,
        "postponed": slot.postponed,
        "over": now >= slot.ends_at and not slot.postponed,
        "coming": now < slot.ends_at and not slot.cancelled and not slot.postponed,
        "waits": slot.state(now) == "waitlist",
        "seats": cards.seats(slot, now),
        "together": {"seats": slot.seats.capacity, "left": slot.seats.free, "shared": slot.shares},
        "quotas": quotas if len(quotas) > 1 and slot.facts.mode.online else [],
        "closes": cards.second(slot.facts.ends) if sign_up else "",
        "asked": slot.asked,
        "names": _names(slot, now),
        "sign_up": sign_up,
        "ballot": address_of("public.occurrence_ballot", code=slot.code)
        if slot.facts.mode is SignupMode.BALLOT
        else "",
        "qr": address_of("public.occurrence_qr", code=slot.code) if sign_up else "",
        "address": absolute_url("public.registration_new", code=slot.code) if sign_up else "",
    }


def _names(slot: Slot, now: datetime) -> str:
    """The address of the published names while they are out."""
    days = current_app.config["SETTINGS"].retention_days
    out = slot.names and names_state(slot.facts, slot.ends_at, days, now) is NamesState.OUT
    return address_of("public.occurrence_names", code=slot.code) if out else ""


def _how(found: ActivityPage) -> str:
    """How one gets in, said plainly."""
    words = {
        SignupMode.REVIEW: _("网上报名，由举办单位审核，审核结果逐一通知。"),
        SignupMode.BALLOT: _("网上报名，报名截止后公开摇号，结果逐一通知，任何人都可以核验。"),
        SignupMode.OPEN_DOOR: _("无需报名，按公布的时间直接前往。"),
        SignupMode.INVITATION: _("定向邀请，参加人员由举办单位邀请，不公开报名。"),
        SignupMode.CLOSED: _("不公开报名，参加人员由举办单位组织。"),
    }
    soon = _("具体时间确定后开放网上报名，先到先得。")
    return str(words.get(found.entry.mode) or (_("网上报名，先到先得。") if found.slots else soon))
