"""Finished public answers, kept per process as long as they are true.

A kept page remembers the revision of the calendar, the seats that it shows and the moment at which something on it
changes by itself. One small statement tells whether all of that still holds; then the same bytes go out again, or 304.
Nothing of a visitor is in a kept page: it may hold no flashed message and no name, and the tokens of its form are put
in when it goes out.
"""

import gzip
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

from flask import Response, current_app, request, session, url_for
from werkzeug.http import http_date

from openday import clock
from openday.queries.feeds import Present, present
from openday.web.pages import LANGUAGES, language, wants_large

_ROOM = 48 * 1024 * 1024
"""Bytes of kept bodies in one process; the longest unused go first."""
_WORTH_PACKING = 1024


@dataclass(frozen=True)
class Body:
    """Bytes to send, with their tag; packed when somebody first takes them so."""

    plain: bytes
    tag: str
    mimetype: str
    changed: str = ""
    """Last-Modified as HTTP writes it, or nothing."""

    @cached_property
    def packed(self) -> bytes:
        """The same in gzip."""
        return gzip.compress(self.plain, 6, mtime=0)

    @property
    def size(self) -> int:
        """What it takes of the room, plain and (at the most) packed."""
        return 2 * len(self.plain)


@dataclass(frozen=True)
class Rendered:
    """A page as it was just made: the seats that it shows as (quota id, capacity, taken), and until when it is true.

    With `only_full` the page says of seats no more than whether any are left.
    """

    html: str
    seats: tuple[tuple[int, int, int], ...]
    until: datetime
    only_full: bool = False


@dataclass(frozen=True)
class _Page:
    body: Body
    present: Present
    quota_ids: tuple[int, ...]
    made: datetime
    until: datetime
    only_full: bool
    extra: Hashable


class Shelf:
    """A mapping that forgets what was not used for longest; safe between threads."""

    def __init__(self, room: int = _ROOM) -> None:
        self._room = room
        self._used = 0
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """What is held under the key, or None."""
        with self._lock:
            found = self._held.get(key)
            if found is None:
                return None
            self._held.move_to_end(key)
            return found[0]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Hold a value of that many bytes; others go until there is room."""
        with self._lock:
            self._used -= self._held.pop(key, (None, 0))[1]
            self._held[key] = (value, size)
            self._used += size
            while self._used > self._room:
                _, (_, gone) = self._held.popitem(last=False)
                self._used -= gone


def page(
    render: Callable[[Mapping[str, Any]], Rendered], query: Mapping[str, str] | None = None, *, extra: Hashable = None
) -> Response:
    """The page at this address, kept or made anew by `render`, which gets the variables that the layout needs.

    `query` are the arguments after the question mark that the page understands, in their canonical form: what else was
    asked changes nothing. `extra` is whatever the page depends on besides the public calendar.
    """
    now = clock.now()
    key = ("page", request.path, tuple(sorted((query or {}).items())), language(), wants_large())
    shelf = _shelf()
    held: _Page | None = shelf.get(key)
    standing = present(held.quota_ids if held else ())
    if held is None or not _holds(held, standing, now, extra):
        made = render(_switches(query or {}))
        held = _Page(
            body=_body(made.html.encode(), "text/html; charset=utf-8"),
            present=Present(standing.revision, made.seats),
            quota_ids=tuple(quota_id for quota_id, _, _ in made.seats),
            made=now,
            until=made.until,
            only_full=made.only_full,
            extra=extra,
        )
        shelf.put(key, held, held.body.size)
    return _answer(held.body, "public, no-cache", "Accept-Encoding, Cookie")


def _holds(held: _Page, standing: Present, now: datetime, extra: Hashable) -> bool:
    if held.extra != extra or not held.made <= now < held.until:
        return False
    if held.only_full:
        return held.present.revision == standing.revision and _full(held.present) == _full(standing)
    return held.present == standing


def _full(seen: Present) -> list[tuple[int, bool]]:
    return [(quota_id, taken >= capacity) for quota_id, capacity, taken in seen.seats]


def feed(key: Hashable, make: Callable[[], tuple[bytes, datetime | None]], mimetype: str) -> Response:
    """The feed that the key stands for (scope and revision), kept or made anew."""
    shelf = _shelf()
    held: Body | None = shelf.get(("feed", key))
    if held is None:
        plain, changed_at = make()
        held = _body(plain, mimetype, http_date(changed_at) if changed_at else "")
        shelf.put(("feed", key), held, held.size)
    return _answer(held, "public, max-age=300", "Accept-Encoding")


def _body(plain: bytes, mimetype: str, changed: str = "") -> Body:
    return Body(plain, sha256(plain).hexdigest()[:32], mimetype, changed)


def _answer(body: Body, cache: str, vary: str) -> Response:
    """The bytes in the coding that the visitor takes, each coding with a tag of its own; 304 when they have them."""
    packed = len(body.plain) > _WORTH_PACKING and "gzip" in request.headers.get("Accept-Encoding", "").lower()
    tag = f'"{body.tag}-gz"' if packed else f'"{body.tag}"'
    headers = [("ETag", tag), ("Cache-Control", cache), ("Vary", vary)]
    if body.changed:
        headers.append(("Last-Modified", body.changed))
    if _unchanged(body):
        return Response(status=304, headers=headers)
    headers.append(("Content-Type", body.mimetype))
    if packed:
        headers.append(("Content-Encoding", "gzip"))
    return Response(body.packed if packed else body.plain, headers=headers)


def _unchanged(body: Body) -> bool:
    """RFC 9110, 13.2.2: If-None-Match decides; only without it If-Modified-Since."""
    tags = request.headers.get("If-None-Match")
    if tags is not None:
        return body.tag in tags or tags.strip() == "*"
    return bool(body.changed) and request.headers.get("If-Modified-Since") == body.changed


def form(key: Hashable, render: Callable[[Mapping[str, Any]], str], tokens: Sequence[str]) -> str:
    """A page with a form in it, kept without its `tokens`, and given out with those of this visitor.

    `key` names everything else that stands on the page. `render` gets the variables that the layout needs (what else
    was asked after the question mark is this visitor's alone) and writes the tokens wherever they belong; each must be
    random enough to stand for nothing else on the page.
    """
    if "_flashes" in session:
        return render(_switches({}))  # a message for this visitor alone would stand on the page
    shelf = _shelf()
    key = ("form", request.path, language(), wants_large(), key)
    held: str | None = shelf.get(key)
    if held is None:
        held = render(_switches({}))
        for number, token in enumerate(tokens):
            held = held.replace(token, f"\0{number}\0")
        shelf.put(key, held, 4 * len(held))
    for number, token in enumerate(tokens):
        held = held.replace(f"\0{number}\0", token)
    return held


def _shelf() -> Shelf:
    """The shelf of this application in this process."""
    shelf: Shelf = current_app.extensions.setdefault("kept", Shelf())
    return shelf


def _switches(query: Mapping[str, str]) -> dict[str, Any]:
    """The links to the other language and view, which lead back to this page without whatever else was asked."""
    values: dict[str, Any] = {**(request.view_args or {}), **query}
    back = url_for(request.endpoint or "public.home", **values)
    other = "zh" if language() == "en" else "en"
    switch = {
        "lang": "en" if other == "en" else "zh-Hans",
        "label": LANGUAGES[other],
        "href": url_for("public.view_settings", lang=other, next=back),
    }
    large = "0" if wants_large() else "1"
    return {"languages": [switch], "large_url": url_for("public.view_settings", large=large, next=back)}
