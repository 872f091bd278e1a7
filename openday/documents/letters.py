"""Texts of messages: plain files with places to fill in. Braces in what is filled in mean nothing."""

from dataclasses import dataclass
from functools import cache

from openday.config import PROJECT

_FOLDER = PROJECT / "templates"


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
    subject, body = _source(template)
    return LetterText(" ".join(subject.format(**values).split()), body.format(**values))


@cache
def _source(template: str) -> tuple[str, str]:
    subject, _, body = (_FOLDER / template).read_text(encoding="utf-8").partition("\n\n")
    return subject, body
