"""The printed table of a plan's life is the one that the rules hold."""

from pathlib import Path

from flask import Flask

from openday.cli import openday
from openday.rules.plan_states import TRANSITIONS, PlanAction

PRINTED = Path(__file__).resolve().parents[2] / "docs" / "plan-states.md"


def test_the_document_is_what_the_command_prints(app: Flask) -> None:
    app.cli.add_command(openday)
    result = app.test_cli_runner().invoke(args=["openday", "states"])
    assert result.exit_code == 0
    assert result.output == PRINTED.read_text(encoding="utf-8")


def test_every_action_stands_in_the_document_once() -> None:
    rows = [line for line in PRINTED.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    actions = [line.split("`")[1] for line in rows][-len(TRANSITIONS) :]
    assert actions == [action.value for action in PlanAction]


def test_what_the_document_says_of_approval() -> None:
    row = next(line for line in PRINTED.read_text(encoding="utf-8").splitlines() if line.startswith("| `approve`"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert cells[1:] == [
        "同意备案", "`office_review`", "`on_record`", "officer (of the place)",
        "wrote no version of the text; took no earlier step of this round",
    ]  # fmt: skip
