"""What the ledger and the outbox keep in codes, people read in words."""

import ast
import re
from pathlib import Path

import pytest

from openday.rules.act_names import act_name, acts_called, message_name, record_name

_SERVICES = Path(__file__).resolve().parents[2] / "openday" / "services"
_CODE = re.compile(r"[a-z_]+\.[a-z_]+")


def _texts() -> set[str]:
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in _SERVICES.glob("*.py"))
    return {node.value for tree in trees for node in ast.walk(tree) if _is_text(node)}


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_code_that_a_use_case_writes_has_a_name() -> None:
    codes = {text for text in _texts() if _CODE.fullmatch(text)}
    assert len(codes) > 40
    assert [code for code in sorted(codes) if act_name(code) == code == message_name(code)] == []


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("plan.approve", "同意备案"),
        ("suggestion.accept", "受理"),
        ("check_in.undo", "撤销签到"),
        ("plan.new_step", "plan.new_step"),
    ],
)
def test_an_act_is_named_as_on_its_button_and_an_unknown_one_stays_readable(code: str, name: str) -> None:
    assert act_name(code) == name


def test_records_and_messages_have_names() -> None:
    assert record_name("user") == "人员"
    assert message_name("plan_returned") == "计划退回"


def test_acts_are_found_by_a_part_of_their_name() -> None:
    assert acts_called("退回修改") == {"plan.return", "plan.agency_return"}
    assert acts_called("没有这种操作") == acts_called("") == frozenset()
