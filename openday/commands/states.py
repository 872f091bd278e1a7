"""states: the life of a plan as a table in Markdown (kept in docs/plan-states.md)."""

import click

from openday.rules.permissions import RIGHTS, Reach, Right
from openday.rules.plan_states import EDITABLE, TRANSITIONS, Need, PlanStatus, Transition

_NEEDS = {
    Need.REASON: "a reason that the others will read",
    Need.NOT_OWN_TEXT: "wrote no version of the text",
    Need.COMPLETE: "every required field is filled in",
    Need.NO_AGENCY_REVIEW: "the agency has no reviewer",
    Need.AGENCY_REVIEW: "the agency has a reviewer",
    Need.OTHER_REVIEWER: "took no earlier step of this round",
    Need.MORE_STEPS: "another step of the agency's review follows",
    Need.LAST_STEP: "no other step of the agency's review follows",
    Need.SECRECY: "at the secrecy review: said that nothing in it is secret",
}
_REACHES = {Reach.AGENCY: "of the agency", Reach.SUBTREE: "of the place", Reach.ASSIGNED: "assigned"}

_HEAD = """# The life of a plan

Printed by `openday states` from `openday/rules/plan_states.py`; a test compares. What is not in
the table cannot be done.

## States

| state | shown as | text may be changed |
|---|---|---|
"""

_TRANSITIONS_HEAD = """
## Transitions

| action | button | from | to | who | needs |
|---|---|---|---|---|---|
"""


@click.command()
def states() -> None:
    """Print the states and transitions of a plan as Markdown."""
    click.echo(states_as_markdown(), nl=False)


def states_as_markdown() -> str:
    """Both tables, as docs/plan-states.md holds them."""
    listed = [f"| `{s}` | {s.label} | {'yes' if s in EDITABLE else ''} |\n" for s in PlanStatus]
    return _HEAD + "".join(listed) + _TRANSITIONS_HEAD + "".join(_line(line) for line in TRANSITIONS)


def _line(line: Transition) -> str:
    sources = ", ".join(f"`{status}`" for status in PlanStatus if status in line.sources)
    needs = "; ".join(_NEEDS[need] for need in Need if need in line.needs)
    button, people = line.action.label, _who(line.right)
    return f"| `{line.action}` | {button} | {sources} | `{line.target}` | {people} | {needs or '–'} |\n"


def _who(right: Right) -> str:
    return ", ".join(f"{role} ({_REACHES[reach]})" for role, reach in RIGHTS[right].items())


COMMANDS: tuple[click.Command, ...] = (states,)
