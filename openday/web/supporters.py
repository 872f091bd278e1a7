"""Whoever supports a proposal is a browser with a random word in a signed cookie: no account, no name, counted once.

The cookie is written with the first support, never before; what is stored of it is a keyed hash that means nothing
outside of one topic call.
"""

import hmac
import secrets
from collections.abc import Iterable

from flask import current_app, request
from werkzeug.wrappers import Response

from openday import vault
from openday.queries.public_topics import supported_among
from openday.services.topics import supporter_mark

COOKIE = "supporter"
_A_YEAR = 365 * 24 * 3600


def supporter_word() -> str:
    """The random word of this browser; '' when it has none of ours."""
    word, _, signature = request.cookies.get(COOKIE, "").partition(".")
    return word if word and hmac.compare_digest(signature.encode(), _sign(word).encode()) else ""


def new_word() -> str:
    """A word for a browser that has none."""
    return secrets.token_hex(16)


def remember(response: Response, word: str) -> None:
    """Keep the word in the browser for a year, for this site alone."""
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    path = f"{request.script_root}/"
    value = f"{word}.{_sign(word)}"
    response.set_cookie(COOKIE, value, max_age=_A_YEAR, path=path, secure=secure, samesite="Lax", httponly=True)


def supported(topic_call_id: int, ids: Iterable[int]) -> frozenset[int]:
    """The proposals among `ids`, all of one topic call, that this browser supports."""
    word = supporter_word()
    return supported_among(ids, supporter_mark(topic_call_id, word)) if word else frozenset()


def _sign(word: str) -> str:
    return vault.blind_index(word, "supporter cookie")[:32]
