"""Docs that can fail: what they name exists, and what exists is named."""

import re
from pathlib import Path

import pytest

from openday import cli
from openday.config import _KNOWN

ROOT = Path(__file__).resolve().parent.parent
GUIDES = [
    ROOT / "README.md",
    ROOT / "README.zh-CN.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").rglob("*.md")),
]
_FENCE = re.compile(r"```.*?```", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_PATH = re.compile(r"`((?:openday|templates|static|tests|docs|bench|tools|migrations|instance)/[\w./-]*[\w/])`")
_MAKE = re.compile(r"`make ([a-z]+)`")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_and_path_leads_somewhere(guide: Path) -> None:
    text = _text(guide)
    lost = [link for link in _LINK.findall(_FENCE.sub("", text)) if not _leads_somewhere(guide, link)]
    lost += [path for path in _PATH.findall(text) if not (ROOT / path).exists()]
    assert lost == []


def _leads_somewhere(guide: Path, link: str) -> bool:
    return link.startswith(("http://", "https://", "mailto:")) or (guide.parent / link).exists()


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_that_is_named_exists(guide: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text(ROOT / "Makefile"), re.MULTILINE))
    assert set(_MAKE.findall(_text(guide))) - targets == set()


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_command_is_in_the_readme(name: str) -> None:
    text = _text(ROOT / name)
    assert [command for command in sorted(cli.openday.commands) if f"openday {command}" not in text] == []


def test_every_setting_is_in_the_operators_guide() -> None:
    text = _text(ROOT / "docs" / "operating.md")
    names = [*_KNOWN, "DATABASE_URL", "REDIS_URL", "SMTP_URL", "SMS_GATEWAY_URL", "BASE_URL", "SECRET_KEY"]
    assert [name for name in names if f"`{name}`" not in text] == []


def test_the_tree_in_the_readme_is_the_tree_on_the_disk() -> None:
    """Every folder of the package stands in the README's tree, and nothing there is gone."""
    tree = _text(ROOT / "README.md").split("```text")[1].split("```")[0]
    named = {line.split()[0].strip("/") for line in tree.splitlines() if line.strip() and not line.startswith("#")}
    on_disk = {
        path.name
        for path in (ROOT / "openday").iterdir()
        if not path.name.startswith("_") and (path.is_dir() or path.suffix == ".py")
    }
    words = {word.strip("/") for line in tree.splitlines() for word in line.split()}
    assert on_disk - words == set()
    top = {"wsgi.py", "openday", "templates", "static", "migrations", "tests", "bench", "docs", "tools", "instance"}
    assert top <= named


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:3]) for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))
