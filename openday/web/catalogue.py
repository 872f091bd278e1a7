"""The English of the public pages, read from translations/ itself: no compiled copy to make, to ship or to forget."""

from functools import cache
from io import BytesIO

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel import Babel, Domain, get_locale
from markupsafe import Markup

from openday.config import PROJECT
from openday.web.pages import language

FOLDER = PROJECT / "translations"


class Catalogue(Domain):  # type: ignore[misc]  # Flask-Babel ships no types
    """What Flask-Babel asks for words."""

    def get_translations(self) -> NullTranslations:
        """The words of the visitor's language; the source language has no catalogue and stands as it is written."""
        return _read(get_locale())


def use(app: Flask, babel: Babel) -> None:
    """Let `babel` take its words from the catalogue, and templates ask for theirs on the shortest way."""
    babel.domain_instance = Catalogue()
    app.jinja_env.globals["_"] = said


def said(text: str, /, **values: object) -> Markup:
    """`text` in the visitor's language, with `values` filled in and escaped: `_()` of the templates.

    Chinese is the source and needs no look-up; a form asks forty times, and Flask-Babel's way took a sixth of its time.
    """
    if language() == "en":
        text = _read(Locale("en")).ugettext(text)
    words = Markup(text)  # noqa: S704  (our own words, out of our own templates)
    return words % values if values or "%" in text else words


@cache
def _read(locale: Locale | None) -> NullTranslations:
    """The catalogue of a language, read once in each process; an empty one when there is no file."""
    path = FOLDER / str(locale) / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source))
    compiled.seek(0)
    return Translations(compiled)
