"""Reads filled-in plan forms (报送表) from Word files, however they were typed, merged, split or converted.

Nothing is judged here: values come back as written, each beside the text that it was read from. What cannot be read
with certainty stays empty, with a warning; a wrong value is worse than none. How it is done: `documents.form_reading`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from openday.documents.form_reading.labels import FIELDS, NAMES
from openday.documents.form_reading.limited import read_pictures, read_words
from openday.documents.form_reading.package import MAX_BYTES
from openday.documents.legacy_office import ConversionRefused, convert, is_old_word

__all__ = ["FIELD_NAMES", "KEYS", "MAX_BYTES", "REASONS", "FormRefused", "ReadField", "ReadForm", "read_forms"]

KEYS = FIELDS
FIELD_NAMES: Mapping[str, str] = NAMES
"""What each field is called on the form."""

_MAX_PICTURES = 12
_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|weixin://|wxp://)\S+", re.IGNORECASE)
_SAVE_AS = "请用 Word 或 WPS 打开，另存为 .docx 后上传"
REASONS = {
    "size": "文件超过10MB，请压缩或删除图片后上传",
    "unlike": f"文件内容与扩展名不符，{_SAVE_AS}",
    "unreadable": f"文件无法读取，可能已损坏，{_SAVE_AS}",
    "structure": f"文件的内部结构异常，{_SAVE_AS}",
    "doctype": f"文件含有不允许的内容（文档类型声明），{_SAVE_AS}",
    "macros": "文件含有宏，请另存为不含宏的 .docx 后上传",
    "embedded": "文件中嵌入了其他文件或控件，请删除后上传",
    "brought_in": "文件中引用了其他文档，请把内容直接粘贴到表中后上传",
    "outside": "文件引用了外部的图片、模板或其他内容，请删除引用，图片请直接插入文件后上传",
    "password": "文件设有打开密码，请取消密码后上传",
    "inflated": "文件解压后过大，请把内容复制到新的文件后上传",
    "complex": "文件过于复杂，请把报送表复制到新的文件后上传",
    "cells": "表格的单元格过多，请只保留填写好的报送表后上传",
    "characters": "文件的文字过多，请只保留填写好的报送表后上传",
    "picture": "文件中有尺寸异常的图片，请换成正常的二维码图片后上传",
    "plan_list": "这是一张多行表格，请用“导入计划表”上传",
    "no_form": "文件中没有找到报送表，应有“活动主题”“开展时间”等栏目",
    "blank": "报送表还没有填写，请填写后上传",
}


class FormRefused(ValueError):
    """A file cannot be read as plan forms; the text is the reason in Chinese, for the person who uploaded it."""


@dataclass(frozen=True)
class ReadField:
    """One field. `value`: as written, lines joined by "\\n", empty when the form says nothing. `source`: the text as it
    stood in the document, guidance and all, to be shown beside the field."""

    value: str = ""
    source: str = ""


@dataclass(frozen=True)
class ReadForm:
    """One form. `fields`: every key of KEYS. `warnings`: in Chinese, what a person should look at."""

    fields: Mapping[str, ReadField]
    warnings: tuple[str, ...] = ()


def read_forms(data: bytes, filename: str) -> tuple[ReadForm, ...]:
    """The forms in an uploaded .docx or .doc file, in their order; at least one.

    Tracked changes count as accepted; hidden text and guidance are left out; a QR code in the cell of the sign-up
    method is read as its address. Raises FormRefused with the reason for anything that is no Word file, that was made
    to do harm, or in which no filled-in form is found. Nothing outside the file is ever fetched.
    """
    data = _as_docx(data, filename)
    answer = read_words(data)
    if answer is None:
        raise FormRefused(REASONS["complex"])
    if "refused" in answer:
        raise FormRefused(REASONS[answer["refused"]])
    codes = _codes(data, answer["forms"])
    return tuple(_form(form, codes) for form in answer["forms"])


def _as_docx(data: bytes, filename: str) -> bytes:
    """The file as .docx; one of the old kind is converted, whatever its name ends in."""
    ending = PurePath(filename.lower()).suffix.lstrip(".")
    if ending in ("docm", "dotm"):
        raise FormRefused(REASONS["macros"])
    if ending not in ("docx", "doc"):
        raise FormRefused(f"只能读取 .docx 或 .doc 文件，{_SAVE_AS}")
    if not data.strip():
        raise FormRefused("文件是空的，请选择填写好的报送表")
    if len(data) > MAX_BYTES:
        raise FormRefused(REASONS["size"])
    if data.startswith(b"PK\x03\x04"):
        return data
    if not is_old_word(data):
        raise FormRefused(REASONS["password" if _is_encrypted(data) else "unlike"])
    try:
        return convert(data, f"{PurePath(filename).stem}.doc")[0]
    except ConversionRefused as refused:
        raise FormRefused(str(refused)) from refused


def _is_encrypted(data: bytes) -> bool:
    return data.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in data


def _codes(data: bytes, forms: Sequence[Mapping[str, Any]]) -> Mapping[str, list[str] | None]:
    """The codes in the pictures of all forms by the name of the part, those of the sign-up cells first."""
    wanted = [name for form in forms for name in form["signup_pictures"]]
    wanted += [name for form in forms for name in form["other_pictures"]]
    names = list(dict.fromkeys(wanted))[: _MAX_PICTURES * max(1, len(forms))]
    if not names:
        return {}
    answer = read_pictures(data, names)
    if answer is None:
        return {}
    if "refused" in answer:
        raise FormRefused(REASONS[answer["refused"]])
    codes: Mapping[str, list[str] | None] = answer["codes"]
    return codes


def _form(form: Mapping[str, Any], codes: Mapping[str, list[str] | None]) -> ReadForm:
    fields = {key: ReadField(*form["fields"][key]) for key in KEYS}
    warnings = list(form["warnings"])
    fields["signup"] = _with_codes(fields["signup"], form["signup_pictures"], codes, warnings)
    said = fields["signup"].value
    for name in form["other_pictures"]:
        for text in codes.get(name) or ():
            if text not in said:
                warnings.append(f"报名方式之外另有二维码，没有读入：{text[:200]}")
    return ReadForm(fields, tuple(dict.fromkeys(warnings)))


def _with_codes(
    signup: ReadField, names: Sequence[str], codes: Mapping[str, list[str] | None], warnings: list[str]
) -> ReadField:
    """The sign-up method with the addresses of its QR codes below it, each once."""
    value, source = signup.value, signup.source
    for name in dict.fromkeys(names):
        texts = codes.get(name)
        source += "\n［图片］" if source else "［图片］"
        if not texts:
            warnings.append("活动报名方式中的图片没有读出二维码，请核对并补填报名地址")
            continue
        for text in texts:
            if not _ADDRESS.fullmatch(text.strip()):
                warnings.append(f"活动报名方式中的二维码不是网址，没有读入：{text[:200]}")
            elif text.strip() not in value:
                value += f"\n{text.strip()}" if value else text.strip()
    return ReadField(value, source)
