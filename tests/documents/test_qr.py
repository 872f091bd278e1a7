"""QR codes, read by a scanner that is not ours."""

import io
import re
from xml.etree import ElementTree

import pytest
from PIL import Image
from pyzbar import pyzbar

from openday.documents.qr import qr_matrix, qr_png, qr_svg

URL = "https://www.example.gov.cn/kaifang/a/7Q2M9-RT4KX?from=poster"
SVG = "{http://www.w3.org/2000/svg}"


def decoded(picture: Image.Image) -> list[str]:
    return [code.data.decode() for code in pyzbar.decode(picture)]


def drawn(svg: str, scale: int = 6) -> Image.Image:
    """Draw the strokes of the SVG by hand, to see what a printer will see."""
    root = ElementTree.fromstring(svg)
    side = int(root.get("viewBox", "").split()[2])
    picture = Image.new("L", (side, side), 255)
    strokes = root.findall(f"{SVG}path")[1].get("d", "")
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", strokes):
        picture.paste(0, (int(x), int(y), int(x) + int(length), int(y) + 1))
    return picture.resize((side * scale, side * scale), Image.Resampling.NEAREST)


@pytest.mark.parametrize("text", [URL, "报名：走进第一水厂", "0", "A" * 1200])
def test_a_scanner_reads_the_picture(text: str) -> None:
    assert decoded(Image.open(io.BytesIO(qr_png(text, box=4)))) == [text]


@pytest.mark.parametrize("text", [URL, "报名：走进第一水厂"])
def test_a_scanner_reads_the_drawing(text: str) -> None:
    assert decoded(drawn(qr_svg(text))) == [text]


def test_the_picture_is_black_and_white_and_small() -> None:
    data = qr_png(URL)
    picture = Image.open(io.BytesIO(data))
    assert (picture.format, picture.mode) == ("PNG", "1")
    assert picture.size == (len(qr_matrix(URL)) * 8,) * 2
    assert len(data) < 2_000


def test_four_modules_around_the_code_are_white() -> None:
    matrix = qr_matrix(URL)
    assert not any(any(row) for row in matrix[:4] + matrix[-4:])
    assert not any(any(row[:4] + row[-4:]) for row in matrix)
    assert any(matrix[4]), "and no more than four"


def test_the_code_is_of_level_m_which_mends_a_seventh_of_it() -> None:
    # ISO/IEC 18004, 7.9: the first two format modules hold the level, 00 for M, masked with 10.
    row = qr_matrix(URL)[4 + 8]
    assert (row[4], row[5]) == (True, False)


def test_the_drawing_is_small_says_what_it_is_and_carries_no_style() -> None:
    svg = qr_svg(URL, title="报名二维码 <&>")
    root = ElementTree.fromstring(svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "报名二维码 <&>"
    assert len(svg) < 5_000
    assert not any({"style", "onload", "class"} & set(element.attrib) for element in root.iter())


def test_the_same_text_gives_the_same_code() -> None:
    assert qr_png(URL) == qr_png(URL)
    assert qr_svg(URL) == qr_svg(URL)


@pytest.mark.parametrize("text", ["", "x" * 5_000])
def test_a_text_that_no_code_holds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="QR code"):
        qr_png(text)
