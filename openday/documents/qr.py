"""QR codes: PNG for pages (a long press in WeChat needs a picture) and small SVG for print."""

import io
from html import escape
from itertools import groupby

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.exceptions import DataOverflowError

from openday.documents.plain_text import holdable

QUIET_ZONE = 4  # modules of white all around, as ISO/IEC 18004 asks


def qr_matrix(text: str) -> list[list[bool]]:
    """Return the code with its quiet zone as square rows; True is dark. ValueError if text is empty or too long."""
    if not text:
        raise ValueError("a QR code needs a text")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET_ZONE)
    code.add_data(text.encode("utf-8"), optimize=0)
    try:
        code.make(fit=True)
    except (DataOverflowError, ValueError) as error:
        raise ValueError("the text is too long for a QR code") from error
    return [[bool(module) for module in row] for row in code.get_matrix()]


def qr_png(text: str, *, box: int = 8) -> bytes:
    """Return the code as a black and white PNG, each module a square of box pixels."""
    matrix = qr_matrix(text)
    side = len(matrix)
    shades = bytes(0 if dark else 255 for row in matrix for dark in row)
    picture = Image.frombytes("L", (side, side), shades).convert("1", dither=Image.Dither.NONE)
    target = io.BytesIO()
    picture.resize((side * box, side * box), Image.Resampling.NEAREST).save(target, "PNG", optimize=True)
    return target.getvalue()


def qr_svg(text: str, *, title: str = "二维码") -> str:
    """Return the code as an SVG element that scales to its box; title is what a screen reader says.

    Each run of dark modules in a row is one stroke, which makes it a tenth of the size of one square per module. There
    is no style attribute and no script, so that any content security policy lets it pass.
    """
    matrix = qr_matrix(text)
    side = len(matrix)
    strokes = "".join(_row_strokes(y, row) for y, row in enumerate(matrix))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges">'
        f"<title>{escape(holdable(title))}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{strokes}"/></svg>'
    )


def _row_strokes(y: int, row: list[bool]) -> str:
    strokes, x = [], 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            strokes.append(f"M{x} {y}.5h{length}")
        x += length
    return "".join(strokes)
