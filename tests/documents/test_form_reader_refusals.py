"""Files that are refused as plan forms: every reason is said, and nothing takes long, takes memory or looks outside."""

import json
import re
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openday.documents.form_reader import REASONS, FormRefused, read_forms
from openday.documents.form_reading.assemble import read_forms_in
from openday.documents.form_reading.package import PackageRefused, open_package
from openday.documents.form_reading.word_text import read_word
from tests.factories.word_forms import FORM, cell, docx, form_rows, para, picture, row, table, whole_form
from tests.factories.word_forms_hostile import GOOD, HOSTILE, SLOW, changed

_PIECES = [
    "w:p",
    "w:r",
    "w:t",
    "w:tbl",
    "w:tr",
    "w:tc",
    "w:tcPr",
    "w:trPr",
    "w:pPr",
    "w:rPr",
    "w:del",
    "w:ins",
    "w:sdt",
    "w:sdtPr",
    "w:sdtContent",
    "w:showingPlcHdr",
    "w:txbxContent",
    "mc:AlternateContent",
    "mc:Choice",
    "mc:Fallback",
    "w:vanish",
    "w:checkBox",
    "w:ddList",
    "w:listEntry",
    "w:cellDel",
    "w:gridSpan",
    "w:vMerge",
    "w:numId",
    "w:fldChar",
    "w:moveFrom",
    'w:fldChar w:fldCharType="begin"',
    'w:fldChar w:fldCharType="end"',
    'w:gridSpan w:val="3"',
    "w:pPrChange",
    "w:sym",
]
_ROOT = Path(__file__).resolve().parents[2]
SECONDS = 2.0
KILOBYTES = 150 * 1024


# A process starts with the peak of the one that started it: a small one stands between the tests and the reader.
_BETWEEN = """
import resource, subprocess, sys, time
begun = time.perf_counter()
code = subprocess.run(sys.argv[2:], check=False).returncode
used = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
open(sys.argv[1], "w").write(f"{used[0]} {used[1]}")
sys.exit(code)
"""


def read_form(folder: Path, *files: Path) -> tuple[int, str, str, float, int]:
    """Run `openday read-form`: exit code, output, errors, seconds, and the most kilobytes of any process it needed."""
    reader = [sys.executable, "-m", "openday", "read-form", *map(str, files)]
    command = [sys.executable, "-S", "-c", _BETWEEN, str(folder / "used"), *reader]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", cwd=_ROOT, check=False)
    seconds, kilobytes = (folder / "used").read_text().split()
    return done.returncode, done.stdout, done.stderr, float(seconds), int(kilobytes)


def open_and_read(data: bytes) -> None:
    """What the reading process does, without the process."""
    read_forms_in(read_word(open_package(data)))


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_its_reason_at_once_and_with_little_memory(name: str, tmp_path: Path) -> None:
    make, reason = HOSTILE[name]
    file = tmp_path / "报送表.docx"
    file.write_bytes(make())
    code, output, errors, seconds, kilobytes = read_form(tmp_path, file)
    assert (code, output) == (3, "[]\n")
    assert errors.startswith(f"{file}: {reason}"), errors
    assert seconds < SECONDS
    assert kilobytes < KILOBYTES


@pytest.mark.parametrize("name", SLOW)
def test_it_is_read_or_refused_at_once_and_with_little_memory(name: str, tmp_path: Path) -> None:
    file = tmp_path / "报送表.docx"
    file.write_bytes(SLOW[name]())
    code, output, errors, seconds, kilobytes = read_form(tmp_path, file)
    assert code in (0, 3), errors
    assert isinstance(json.loads(output), list)
    assert seconds < SECONDS
    assert kilobytes < KILOBYTES


def test_each_file_gets_its_line_and_one_refusal_tells_the_caller(tmp_path: Path) -> None:
    good, bad, folder = tmp_path / "一.docx", tmp_path / "二.docx", tmp_path / "三.docx"
    good.write_bytes(docx(whole_form(FORM)))
    bad.write_bytes(b"%PDF-1.7")
    folder.mkdir()
    code, output, errors, seconds, kilobytes = read_form(tmp_path, good, bad, folder, tmp_path / "没有.docx", good)
    assert code == 3
    assert [json.loads(line) for line in output.splitlines()] == [[asdict(FORM)], [], [], [], [asdict(FORM)]]
    assert [line.rpartition(": ")[2] for line in errors.splitlines()] == [
        "文件内容与扩展名不符，请用 Word 或 WPS 打开，另存为 .docx 后上传",
        "文件打不开",
        "文件打不开",
    ]
    assert seconds < SECONDS
    assert kilobytes < KILOBYTES


def test_read_form_needs_no_settings_and_ends_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "BASE_URL"):
        monkeypatch.setenv(name, "nonsense")
    file = tmp_path / "表.docx"
    file.write_bytes(docx(whole_form(FORM)))
    code, output, errors, _, _ = read_form(tmp_path, file)
    assert (code, json.loads(output), errors) == (0, [asdict(FORM)], "")


@pytest.mark.parametrize("name", ["a.docm", "a.dotm", "a.DOCM"])
def test_a_file_that_is_named_for_its_macros_is_refused(name: str) -> None:
    with pytest.raises(FormRefused, match="文件含有宏"):
        read_forms(GOOD, name)


@pytest.mark.parametrize("name", ["a.wps", "a.rtf", "a.pdf", "a", "docx", ""])
def test_other_endings_are_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(FormRefused, match="另存为"):
        read_forms(GOOD, name)


def test_a_link_to_click_on_and_a_template_on_the_writers_disk_do_no_harm() -> None:
    links = [
        ("hyperlink", "http://192.0.2.1/", "External"),
        ("hyperlink", "mailto:office@example.gov.cn", "External"),
        ("attachedTemplate", "file:///C:\\Users\\x\\Normal.dotm", "External"),
        ("attachedTemplate", "Normal.dotm", "External"),
    ]
    assert len(read_forms(docx(whole_form(FORM), relations=links), "a.docx")) == 1


@settings(max_examples=40, deadline=None)
@given(st.integers(4, len(GOOD) - 1), st.binary(min_size=1, max_size=6))
def test_damaged_files_are_read_or_refused_and_nothing_else(place: int, damage: bytes) -> None:
    try:
        open_and_read(GOOD[:place] + damage + GOOD[place + len(damage) :])
    except PackageRefused as refused:
        assert str(refused) in REASONS


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_PIECES), max_size=30))
def test_any_nesting_of_parts_is_read_or_refused_and_nothing_else(pieces: list[str]) -> None:
    """Marks in any order, closed again so that they are XML: no order of them breaks the reader."""
    opened = "".join(f"<{piece}>" for piece in pieces)
    closed = "".join(f"</{piece.split()[0]}>" for piece in reversed(pieces))
    try:
        open_and_read(docx(f"{opened}<w:t>活动主题：甲</w:t>{closed}", whole_form(FORM)))
    except PackageRefused as refused:
        assert str(refused) in REASONS


@pytest.mark.parametrize(
    "target", ["media/a%00.png", "media/missing.png", f"media/{'a' * 200_000}.png"], ids=["NUL", "missing", "endless"]
)
def test_a_picture_that_is_not_in_the_file_is_passed_over(target: str) -> None:
    rows = form_rows(FORM)
    rows[4] = row(cell("活动报名方式"), cell(para(picture("rId100")) + para(FORM.signup), span=3))
    form = read_forms(docx(table(*rows), relations=[("image", target, "")]), "a.docx")[0]
    assert (form.fields["theme"].value, form.fields["signup"].value) == (FORM.theme, FORM.signup)


def test_a_name_that_no_program_gives_is_refused() -> None:
    with pytest.raises(FormRefused, match=f"^{re.escape(REASONS['structure'])}$"):
        read_forms(changed(f"word/media/{'a' * 60_000}.png", b"x"), "a.docx")
