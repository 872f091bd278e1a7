"""The old binary formats: converted where LibreOffice is installed, else explained."""

import io
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import docx as python_docx
import openpyxl
import pytest

from openday.documents.legacy_office import ConversionRefused, can_convert, convert, is_old_excel, is_old_word
from tests.factories.plan_tables import HEADER, PLAN, as_xlsx
from tests.factories.word_forms import FORM, docx, whole_form

needs_office = pytest.mark.skipif(not can_convert(), reason="LibreOffice is not installed")
_CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def old(folder: Path, data: bytes, name: str, way: str) -> bytes:
    """The file as the program of those days would have saved it."""
    (folder / name).write_bytes(data)
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", way, "--outdir", str(folder), str(folder / name)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return (folder / name).with_suffix(f".{way.partition(':')[0]}").read_bytes()


@needs_office
def test_an_old_document_becomes_a_new_one(tmp_path: Path) -> None:
    data = old(tmp_path, docx(whole_form(FORM)), "a.docx", "doc:MS Word 97")
    assert (is_old_word(data), is_old_excel(data)) == (True, False)
    converted, name = convert(data, "水务局.报送表.DOC")
    assert name == "水务局.报送表.docx"
    assert python_docx.Document(io.BytesIO(converted)).tables[0].cell(0, 1).text == FORM.theme


@needs_office
def test_an_old_workbook_becomes_a_new_one(tmp_path: Path) -> None:
    data = old(tmp_path, as_xlsx(HEADER, PLAN), "a.xlsx", "xls:MS Excel 97")
    assert (is_old_word(data), is_old_excel(data)) == (False, True)
    converted, name = convert(data, "计划表.xls")
    assert name == "计划表.xlsx"
    rows = list(openpyxl.load_workbook(io.BytesIO(converted)).active.iter_rows(values_only=True))
    assert rows == [tuple(HEADER), tuple(PLAN)]


@needs_office
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = old(tmp_path, docx(whole_form(FORM)), "a.docx", "doc:MS Word 97")
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    convert(data, "a.doc")
    assert list(folder.iterdir()) == []


@needs_office
def test_a_document_cut_off_is_refused(tmp_path: Path) -> None:
    data = old(tmp_path, docx(whole_form(FORM)), "a.docx", "doc:MS Word 97")
    start = data[: data.find("WordDocument".encode("utf-16-le")) + 60]
    with pytest.raises(
        ConversionRefused, match=r"^文件无法转换，可能已损坏或设有密码，请用 Word 或 WPS 打开，选择“另存为”"
    ):
        convert(start[:600] + start[-100:], "a.doc")


def test_without_the_program_a_person_is_told_how_to_save_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert not can_convert()
    with pytest.raises(ConversionRefused) as refused:
        convert(_CONTAINER + "WordDocument".encode("utf-16-le"), "a.doc")
    assert str(refused.value) == (
        "旧版 .doc 文件不能直接读取，请用 Word 或 WPS 打开，选择“另存为”，保存类型选 .docx，再上传"
    )
    with pytest.raises(ConversionRefused, match=r"保存类型选 \.xlsx"):
        convert(_CONTAINER + "Workbook".encode("utf-16-le"), "a.xls")


def test_macros_and_what_is_no_old_document_are_refused_before_the_program_runs() -> None:
    macros = _CONTAINER + "WordDocument".encode("utf-16-le") + "_VBA_PROJECT".encode("utf-16-le")
    for data, name, reason in (
        (macros, "a.doc", "文件含有宏"),
        (b"<html>", "a.doc", "文件内容与扩展名不符"),
        (b"{\\rtf1", "a.doc", "文件内容与扩展名不符"),
        (_CONTAINER, "a.xls", "文件内容与扩展名不符"),
        (_CONTAINER + b"x" * 11_000_000, "a.doc", "文件超过10MB"),
        (b"x", "a.ppt", "只能转换 .doc 和 .xls 文件"),
    ):
        with pytest.raises(ConversionRefused, match=f"^{reason}"):
            convert(data, name)


def test_no_more_than_two_run_at_once_and_whoever_waits_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, go_on = tmp_path / "began", threading.Event()
    program = tmp_path / "soffice"
    program.write_text(f"#!/bin/sh\necho x >> {began}\nwhile [ ! -e {tmp_path}/go ]; do sleep 0.05; done\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr("openday.documents.legacy_office._PATIENCE", 1)

    def refused(_: int) -> str:
        with pytest.raises(ConversionRefused) as reason:
            convert(_CONTAINER + "WordDocument".encode("utf-16-le"), "a.doc")
        go_on.set()
        return str(reason.value)

    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(refused, number) for number in range(3)]
        assert go_on.wait(20)
        (tmp_path / "go").touch()
        said = sorted(each.result() for each in waiting)
    assert began.read_text() == "x\nx\n"
    assert [reason.partition("，")[0] for reason in said] == ["文件无法转换", "文件无法转换", "正在转换的旧版文件较多"]
