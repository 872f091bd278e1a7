"""Reads the QR codes in pictures of a Word file, in a process of its own; run by `limited`, never imported.

A picture of a few bytes can unfold to gigabytes. Its size is read first, and one that is absurd is refused. The file
comes on standard input; `{"codes": {name: [text, …] or null}}` goes to standard output, null for a picture of a kind
that cannot be looked at, or `{"refused": code}`. Arguments: bytes of memory, seconds, then the names of the parts.
"""

import io
import json
import resource
import sys
import warnings
import zipfile

import zxingcpp
from PIL import Image

from openday.documents.form_reading.package import PackageRefused, open_package, read_part

MAX_PIXELS = 9_000_000
"""The most that is unfolded: a page at 300 dots an inch. Photographs are scaled down while they are read."""

_MAX_PIXELS_TOGETHER = 24_000_000
_ABSURD_PIXELS = 120_000_000
_PHOTOGRAPH_SIDE = 2_400
_MAX_PICTURE = 9 * 1024 * 1024
_SMALL = 400
_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])
_FORMATS = ("PNG", "JPEG", "MPO", "GIF", "BMP", "TIFF", "WEBP")


def main(arguments: list[str]) -> None:
    """Read the named pictures of the package on standard input."""
    memory, seconds, names = int(arguments[0]), int(arguments[1]), arguments[2:]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The sizes are judged here, by what is really unfolded.
    Image.MAX_IMAGE_PIXELS = None
    warnings.simplefilter("ignore")
    try:
        package = open_package(sys.stdin.buffer.read())
        answer = {"codes": _codes(package, names)}
    except PackageRefused as refused:
        sys.stdout.write(json.dumps({"refused": str(refused)}))
        return
    sys.stdout.write(json.dumps(answer))


def _codes(package: zipfile.ZipFile, names: list[str]) -> dict[str, list[str] | None]:
    left = _MAX_PIXELS_TOGETHER
    codes: dict[str, list[str] | None] = {}
    for name in names:
        codes[name], used = codes_in(read_part(package, name, _MAX_PICTURE), left)
        left -= used
    return codes


def codes_in(data: bytes, most: int) -> tuple[list[str] | None, int]:
    """The texts of the QR codes in a picture from top to bottom, None when it cannot be looked at, and the pixels that
    were unfolded. Unfolds no more than `most`. PackageRefused when the picture declares a size that no picture has."""
    pixels = 0
    try:
        picture = Image.open(io.BytesIO(data), formats=_FORMATS)
        if picture.width * picture.height > _ABSURD_PIXELS:
            raise PackageRefused("picture")
        if picture.format in ("JPEG", "MPO"):
            picture.draft("L", (_PHOTOGRAPH_SIDE, _PHOTOGRAPH_SIDE))
        pixels = picture.width * picture.height
        if pixels > min(MAX_PIXELS, most):
            return None, 0
        grey = _grey(picture)
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, Image.DecompressionBombError):
        return None, pixels
    found = zxingcpp.read_barcodes(grey, formats=_QR)
    if not found and max(grey.size) < _SMALL:
        found = zxingcpp.read_barcodes(_enlarged(grey), formats=_QR)
    placed = sorted(found, key=lambda code: (code.position.top_left.y, code.position.top_left.x))
    return list(dict.fromkeys(code.text for code in placed if code.text)), pixels


def _grey(picture: Image.Image) -> Image.Image:
    """The picture in shades of grey on white paper, with a white margin, which codes need and clerks cut off."""
    if picture.mode == "P" and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    mask = picture.getchannel("A") if picture.mode in ("RGBA", "LA") else None
    grey = picture.convert("L")
    margin = max(8, min(40, max(grey.size) // 10))
    sheet = Image.new("L", (grey.width + 2 * margin, grey.height + 2 * margin), 255)
    sheet.paste(grey, (margin, margin), mask)
    return sheet


def _enlarged(grey: Image.Image) -> Image.Image:
    return grey.resize((grey.width * 3, grey.height * 3), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main(sys.argv[1:])
