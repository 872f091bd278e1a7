"""The venue poster as PDF: one A4 page with the QR code of the activity, set by poster.typ."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import typst

from openday.documents.plain_text import one_line
from openday.documents.qr import qr_svg

# How many characters a poster can show at a size that can be read from a few steps away; the page at `url` has it all.
LONGEST = {
    "brand": 40,
    "theme": 120,
    "when": 90,
    "where": 90,
    "agency": 90,
    "audience": 140,
    "how": 140,
    "deadline": 60,
    "footer": 120,
}


@dataclass(frozen=True)
class Poster:
    """What a passer-by has to know, as it should be read; an empty text takes its line away, an empty url the code."""

    brand: str
    theme: str
    when: str
    where: str
    agency: str
    audience: str
    how: str
    url: str
    deadline: str
    footer: str


def poster_pdf(poster: Poster, *, font_paths: Sequence[Path] = ()) -> bytes:
    """Return the poster as PDF, always one page: long texts are set smaller, and beyond LONGEST cut with an ellipsis.

    font_paths are folders with Chinese fonts for computers that have none. ValueError if the url is too long for a QR
    code.
    """
    texts = {name: _shown(text, LONGEST.get(name)) for name, text in asdict(poster).items()}
    if url := one_line(poster.url):
        texts["qr"] = qr_svg(url)
    # The texts go in as values: typst prints a theme of `#panic()` as it stands.
    return typst.compile(_source(), sys_inputs=texts, font_paths=_fonts(tuple(font_paths)), format="pdf", timestamp=0)


@cache
def _source() -> bytes:
    return files("openday.documents").joinpath("poster.typ").read_bytes()


@cache
def _fonts(folders: tuple[Path, ...]) -> typst.Fonts:
    return typst.Fonts(font_paths=list(folders))


def _shown(text: str, longest: int | None) -> str:
    """Return text on one line, cut to what fits."""
    line = one_line(text)
    if longest is not None and len(line) > longest:
        return line[: longest - 1].rstrip() + "…"
    return line
