"""The house rules that a tool can check: one place to commit, sizes one can read, templates that somebody renders."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "openday").rglob("*.py"))
LONGEST_FILE = 450
LONGEST_FUNCTION = 60
LONGEST_VIEW = 30


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_only_db_commits() -> None:
    committing = [_name(path) for path in MODULES if ".commit(" in path.read_text(encoding="utf-8")]
    assert committing == ["openday/db.py"]


def test_files_can_be_read_in_one_sitting() -> None:
    tests = sorted((ROOT / "tests").rglob("*.py"))
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in [*MODULES, *tests]}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


def test_functions_can_be_read_at_one_glance() -> None:
    assert _functions_longer_than(LONGEST_FUNCTION, MODULES) == {}


def test_views_are_thin() -> None:
    views = [path for path in MODULES if "/web/" in str(path) and "/forms/" not in str(path)]
    assert _functions_longer_than(LONGEST_VIEW, views) == {}


def _functions_longer_than(limit: int, paths: list[Path]) -> dict[str, int]:
    found = {}
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.end_lineno is not None:
                length = node.end_lineno - node.lineno + 1
                if length > limit:
                    found[f"{_name(path)}:{node.name}"] = length
    return found


def test_every_module_says_what_it_is_for() -> None:
    silent = [_name(path) for path in MODULES if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert silent == []


def test_public_functions_of_the_inner_layers_have_docstrings() -> None:
    silent = []
    for path in MODULES:
        if path.parts[-2] not in {"rules", "services", "queries", "documents", "delivery"}:
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{_name(path)}:{node.name}")
    assert silent == []


TEMPLATES = ROOT / "templates"
_RENDERS = re.compile(r"""["']([a-z_/-]+\.(?:html|txt))["']""")


_KIND = re.compile(r'''"([a-z_]+\.[a-z_]+)"''')


def _letters_of(path: Path) -> set[str]:
    """The texts of the kinds of messages that a module names, in every language."""
    names = {f"{kind.replace('.', '_')}.txt" for kind in _KIND.findall(path.read_text(encoding="utf-8"))}
    return {f"messages/{folder}{name}" for name in names for folder in ("", "en/")}


def test_no_template_is_an_orphan() -> None:
    mentioned = set()
    for path in [*MODULES, *TEMPLATES.rglob("*.*")]:
        mentioned.update(_RENDERS.findall(path.read_text(encoding="utf-8")))
        mentioned.update(_letters_of(path))
    there = {str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.*")}
    assert there - mentioned == set()


def test_every_template_that_is_named_exists() -> None:
    named = set()
    for path in MODULES:
        named.update(name for name in _RENDERS.findall(path.read_text(encoding="utf-8")) if "/" in name)
    assert {name for name in named if not (TEMPLATES / name).exists()} == set()


@pytest.mark.parametrize("word", ["style=", "<script>", " onclick", " onchange", "javascript:"])
def test_templates_hold_nothing_that_the_content_policy_forbids(word: str) -> None:
    assert [_name(p) for p in TEMPLATES.rglob("*.html") if word in p.read_text(encoding="utf-8")] == []


_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_SPOKEN_ELSEWHERE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def test_every_chinese_word_in_a_public_page_can_be_translated() -> None:
    """Text outside of `_()` would stay Chinese on the English side; the seal in the brand mark is a picture."""
    untranslatable = {}
    for path in [*(TEMPLATES / "public").rglob("*.html"), *(TEMPLATES / "errors").rglob("*.html")]:
        rest = _SPOKEN_ELSEWHERE.sub("", path.read_text(encoding="utf-8"))
        if _CHINESE.search(rest):
            untranslatable[_name(path)] = _CHINESE.findall(rest)[:10]
    assert untranslatable == {}
