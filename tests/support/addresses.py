"""One record of every kind of the house's agency, and the addresses of all routes filled in with them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from openday.db import db, use_case
from openday.models.people import DeskAssignment
from openday.models.plans import Plan
from openday.rules.permissions import Role
from openday.rules.plan_states import PlanStatus
from openday.rules.states import SuggestionStatus
from openday.web.access import ANYONE
from tests.factories.activities import published_activity
from tests.factories.calls import call_of
from tests.factories.invitations import invitee
from tests.factories.occurrences import open_occurrence
from tests.factories.people import House
from tests.factories.plans import plan_in
from tests.factories.registrations import party_on_list
from tests.factories.suggestions import suggestion

NAME, PHONE, SUGGESTERS_PHONE = "欧阳小雨", "13800001234", "13900005678"

_CODES = {
    "/plans/": "plan",
    "/activities/": "activity",
    "/publications/": "activity",
    "/tickets/": "ticket",
    "/invited/": "invitation",
    "/receipts/": "receipt",
    "/plan-imports/": "import",
}
"""Whose code it is that follows; else an occurrence's."""
_VARIABLE = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Records:
    """What stands in addresses, by kind."""

    by_kind: Mapping[str, str]

    def fill(self, rule: Rule) -> str:
        """The address of a route with these records in it."""
        return _VARIABLE.sub(lambda found: self._value(str(rule), found[0].strip("<>").split(":")[-1]), str(rule))

    def _value(self, address: str, variable: str) -> str:
        if variable != "code":
            return self.by_kind.get(variable, "1")
        for part, kind in _CODES.items():
            if part in address:
                return self.by_kind[kind]
        return self.by_kind["occurrence"]


MISSING = Records(
    {
        **dict.fromkeys(
            ("activity", "occurrence", "ticket", "invitation", "receipt", "import", "plan", "plan_code"), "z" * 28
        ),
        **dict.fromkeys(("call_id", "suggestion_id", "number", "user_id", "message_id", "invitee_id"), "999999"),
        "day": "2026-09-16",
    }
)


def records_of(house: House) -> Records:
    """Rows of the house's agency: a plan, a call, an activity with an occurrence and a party, a suggestion."""
    activity = published_activity(house)
    occurrence = open_occurrence(activity)
    party = party_on_list(occurrence, name=NAME, phone=PHONE, party_size=2)
    invited = invitee(occurrence, name=NAME, contact=PHONE)
    _send_to_the_door(house, occurrence.id)
    call = call_of(house)
    asked = suggestion(house, SuggestionStatus.OPEN, name="司马大海", phone=SUGGESTERS_PHONE)
    return Records(
        {
            "activity": activity.code,
            "occurrence": occurrence.code,
            "ticket": party.code,
            "number": party.number,
            "invitation": invited.code,
            "invitee_id": str(invited.id),
            "receipt": asked.receipt,
            "import": "none",
            "plan": plan_in(PlanStatus.OFFICE_REVIEW, house, call=call).code,
            "plan_code": db.session.get_one(Plan, activity.plan_id).code,
            "call_id": str(call.id),
            "suggestion_id": str(asked.id),
            "day": "2026-09-16",
        }
    )


@use_case
def _send_to_the_door(house: House, occurrence_id: int) -> None:
    db.session.add(DeskAssignment(user_id=house.desk.id, occurrence_id=occurrence_id))


def routes(app: Flask, role: Role | str, *, method: str = "GET") -> Iterator[Rule]:
    """Every route that is open to this role (or to ANYONE)."""
    for rule in app.url_map.iter_rules():
        audience: frozenset[Role | str] = getattr(app.view_functions[rule.endpoint], "open_to", frozenset())
        if method in (rule.methods or ()) and (role in audience if role == ANYONE else role in audience - {ANYONE}):
            yield rule
