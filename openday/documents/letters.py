"""Texts of messages: plain files with places to fill in. Braces in what is filled in mean nothing.

templates/messages/ holds one file for each kind of message, named after it; en/ below it holds the English of those
that go to people who signed up. The first line is the subject, the third begins the body.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from openday.config import PROJECT

_FOLDER = PROJECT / "templates"
_PLACE = re.compile(r"\{([a-z_]+)\}")
SOURCE_LANGUAGE = "zh"


@dataclass(frozen=True)
class Wording:
    """Subject (one line) and body of a kind of message, with places such as {theme}."""

    subject: str
    body: str


@dataclass(frozen=True)
class LetterText:
    """Subject (one line) and body of a message."""

    subject: str
    body: str


def letter_text(template: str, **values: object) -> LetterText:
    """Fill in `template`, a path below templates/ whose first line is the subject and whose third begins the body.

    Raises:
        KeyError: the text names a value that was not given.
    """
    return filled_in(_source(template), values)


def house_wording(kind: str, language: str = SOURCE_LANGUAGE) -> Wording:
    """The wording that comes with OpenDay for a kind such as registration.confirmed; in Chinese where it has no other.

    Raises:
        FileNotFoundError: there is no such kind.
    """
    name = f"{kind.replace('.', '_')}.txt"
    if language != SOURCE_LANGUAGE and has_wording(kind, language):
        return _source(f"messages/{language}/{name}")
    return _source(f"messages/{name}")


def has_wording(kind: str, language: str) -> bool:
    """Whether OpenDay has a text of its own for this kind in this language."""
    folder = _FOLDER / "messages" if language == SOURCE_LANGUAGE else _FOLDER / "messages" / language
    return (folder / f"{kind.replace('.', '_')}.txt").exists()


def places_of(wording: Wording) -> frozenset[str]:
    """The names of the places in a wording."""
    return frozenset(_PLACE.findall(f"{wording.subject}\n{wording.body}"))


def filled_in(wording: Wording, values: Mapping[str, object]) -> LetterText:
    """Put the values into their places; every other brace stays as it is.

    Raises:
        KeyError: the wording names a value that was not given.
    """

    def value(place: re.Match[str]) -> str:
        return str(values[place[1]])

    return LetterText(" ".join(_PLACE.sub(value, wording.subject).split()), _PLACE.sub(value, wording.body))


@cache
def _source(template: str) -> Wording:
    subject, _, body = (_FOLDER / template).read_text(encoding="utf-8").partition("\n\n")
    return Wording(subject, body)
