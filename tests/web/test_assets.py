"""Assets come from the build under hashed names; without a build every page still has its plain style sheet."""

import json
import re
from pathlib import Path

import pytest
from flask import Flask

from openday.web.assets import Assets

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "static"
TEMPLATES = ROOT / "templates"
BUILT = STATIC / "dist" / "manifest.json"

built = pytest.mark.skipif(not BUILT.exists(), reason="the assets are not built here")


@pytest.fixture
def app() -> Flask:
    return Flask("assets", static_folder=str(STATIC), static_url_path="/static")


def write_manifest(folder: Path, text: str) -> Path:
    path = folder / "manifest.json"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_built_file_is_addressed_by_its_hashed_name(app: Flask, tmp_path: Path) -> None:
    assets = Assets.read(write_manifest(tmp_path, json.dumps({"site.css": "dist/site-0a1b.css"})))
    with app.test_request_context("/"):
        assert assets.asset_url("site.css") == "/static/dist/site-0a1b.css"


def test_the_address_carries_the_sub_path_that_the_portal_mounts_us_under(app: Flask, tmp_path: Path) -> None:
    assets = Assets.read(write_manifest(tmp_path, json.dumps({"site.js": "dist/site-0a1b.js"})))
    with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": "/kaifang"}):
        assert assets.asset_url("site.js") == "/kaifang/static/dist/site-0a1b.js"


def test_without_a_build_styles_are_plain_and_scripts_are_left_out(app: Flask, tmp_path: Path) -> None:
    assets = Assets.read(tmp_path / "manifest.json")
    with app.test_request_context("/"):
        assert assets.asset_url("site.css") == "/static/plain.css"
        assert assets.asset_url("staff.css") == "/static/plain.css"
        assert assets.asset_url("favicon.svg") == "/static/img/favicon.svg"
        assert assets.asset_url("site.js") is None
    with app.test_client().get("/static/plain.css") as answer:
        assert answer.status_code == 200


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"site.css"'])
def test_a_manifest_that_makes_no_sense_counts_as_no_build(app: Flask, tmp_path: Path, text: str) -> None:
    assets = Assets.read(write_manifest(tmp_path, text))
    with app.test_request_context("/"):
        assert assets.asset_url("site.css") == "/static/plain.css"


def test_a_manifest_in_another_encoding_counts_as_no_build(tmp_path: Path) -> None:
    path = tmp_path / "manifest.json"
    path.write_bytes(b"\xff\xfe{\x00}\x00")
    assert Assets.read(path) == Assets()


@built
def test_everything_the_manifest_names_is_there_and_nothing_else() -> None:
    named = set(json.loads(BUILT.read_text(encoding="utf-8")).values())
    stored = {f"dist/{path.name}" for path in BUILT.parent.iterdir() if path != BUILT}
    assert named == stored


@built
def test_the_style_of_a_public_page_stays_small_and_calls_nobody() -> None:
    style = (STATIC / json.loads(BUILT.read_text(encoding="utf-8"))["site.css"]).read_text(encoding="utf-8")
    assert len(style.encode()) < 60_000
    assert re.findall(r"https?://|url\(|@import|@font-face|GDS Transport", style) == []


def test_the_plain_style_calls_nobody() -> None:
    style = (STATIC / "plain.css").read_text(encoding="utf-8")
    assert re.findall(r"https?://|url\(|@import|@font-face", style) == []


def test_no_page_carries_inline_style_or_script() -> None:
    """The content security policy would drop them without a word."""
    inline = re.compile(
        r"""\sstyle\s*=|<style|\son[a-z]+\s*=\s*["']|<script(?![^>]*\ssrc=)|javascript:""", re.IGNORECASE
    )
    pages = [path for path in TEMPLATES.rglob("*.html") if "messages" not in path.parts]
    found = {str(path.relative_to(TEMPLATES)) for path in pages if inline.search(path.read_text(encoding="utf-8"))}
    assert found == set()


def test_the_lock_file_names_no_private_registry() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"].values()
    hosts = {package["resolved"].split("/")[2] for package in packages if "resolved" in package}
    assert hosts <= {"registry.npmjs.org"}
