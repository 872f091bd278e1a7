"""The agency's first page: what waits, with dates."""

from flask import current_app, render_template, url_for
from flask.typing import ResponseReturnValue

from openday import clock
from openday.queries.calls import open_calls
from openday.queries.firming_up import plans_to_firm_up
from openday.queries.plans import own_agency
from openday.queries.topic_lists import topics_waiting
from openday.queries.worklists import agency_desk
from openday.rules.permissions import Role
from openday.web.access import open_to, the_actor
from openday.web.agency.blueprint import bp


@bp.get("/")
@open_to(Role.FILER, Role.REVIEWER)
def desk() -> ResponseReturnValue:
    """What waits for this person, the open calls, and the agency's plans by state."""
    actor = the_actor()
    return render_template(
        "agency/desk.html",
        desk=agency_desk(actor, clock.now()),
        calls=open_calls(actor),
        today=clock.today(),
        own=own_agency(actor),
        firm_up=plans_to_firm_up(actor, clock.now()),
        topics=topics_waiting(actor),
        links={"suggestions": _address("agency.suggestion_list"), "outcomes": _address("agency.outcome_list")},
    )


def _address(endpoint: str) -> str:
    """Where a list of another desk is; nothing where this installation has none."""
    return url_for(endpoint) if endpoint in current_app.view_functions else ""
