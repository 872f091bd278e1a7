"""Two people of the staff at one plan in the same moment, over HTTP against running workers.

with Desks(server, house) as desks:
    desks.review_round(code)      # two officers decide about what waits; one Round
    desks.edit_round(code, 7)     # two filers save different texts; one Round
"""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Barrier
from typing import Self

from tests.factories.people import PASSWORD, Persona
from tests.factories.plans import FILLED
from tests.support.rush import Visitor, outcome_of
from tests.support.server import Server

_HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
_FORM = re.compile(r"<form[^>]*>.*?</form>", re.DOTALL)
_ATTRIBUTE = re.compile(r'(name|value)="([^"]*)"')


@dataclass(frozen=True)
class Reply:
    """What one of the two was answered: the status, what the page says about how it went, and its text."""

    who: Persona
    sent: str
    status: int
    outcome: str
    page: str


@dataclass(frozen=True)
class Round:
    """Both replies of one round."""

    replies: tuple[Reply, Reply]

    @property
    def winners(self) -> list[Reply]:
        """Whoever was told that it is done."""
        return [reply for reply in self.replies if reply.status == 303]

    @property
    def losers(self) -> list[Reply]:
        """Whoever was told that somebody else was first."""
        return [reply for reply in self.replies if (reply.status, reply.outcome) == (409, "changed")]


class Desks:
    """Four people who are logged in: two officers and two filers of one agency."""

    def __init__(self, server: Server, officers: tuple[Persona, Persona], filers: tuple[Persona, Persona]) -> None:
        self._server = server
        self._officers = [(person, self._log_in(person)) for person in officers]
        self._filers = [(person, self._log_in(person)) for person in filers]
        self._pool = ThreadPoolExecutor(2)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        for _person, visitor in (*self._officers, *self._filers):
            visitor.close()

    def review_round(self, code: str, *, both_approve: bool = False) -> Round:
        """One approves a plan that waits, the other gives it back (or approves it too), at the same moment."""
        page = f"/office/plans/{code}"
        said = "退回理由：时间不明确，请写到日"

        def act(person: Persona, visitor: Visitor, returns: bool) -> Callable[[], Reply]:
            text = _read(visitor, self._server.url + page)
            action = f"{page}/return" if returns else f"{page}/approve"
            form = {**_fields_of(text, action), **({"reason": said} if returns else {})}
            return lambda: self._send(person, visitor, action, form, said if returns else "")

        (one, first), (two, second) = self._officers
        return self._both(act(one, first, False), act(two, second, not both_approve))

    def edit_round(self, code: str, number: int) -> Round:
        """Both open the form of a draft, each writes another place into it, both save at the same moment."""
        action = f"/agency/plans/{code}/edit"

        def act(person: Persona, visitor: Visitor) -> Callable[[], Reply]:
            text = _read(visitor, self._server.url + action)
            venue = f"第{number}轮由{person.login}填写的地点"
            form = {**FILLED.as_dict(), **_fields_of(text, action), "call": "0", "venue": venue, "act": "save"}
            return lambda: self._send(person, visitor, action, form, venue)

        return self._both(*(act(person, visitor) for person, visitor in self._filers))

    def _both(self, one: Callable[[], Reply], two: Callable[[], Reply]) -> Round:
        start = Barrier(2)

        def run(act: Callable[[], Reply]) -> Reply:
            start.wait()
            return act()

        first, second = self._pool.map(run, (one, two))
        return Round((first, second))

    def _send(self, person: Persona, visitor: Visitor, action: str, form: dict[str, str], sent: str) -> Reply:
        status, _, text = visitor.ask("POST", self._server.url + action, form)
        return Reply(person, sent, status, outcome_of(text), html.unescape(text))

    def _log_in(self, person: Persona) -> Visitor:
        visitor = Visitor(self._server.url)
        address = f"{self._server.url}/login"
        _, _, text = visitor.ask("GET", address)
        form = {"login": person.login, "password": PASSWORD, "next": "", **_fields_of(text, "/login")}
        status, _, _ = visitor.ask("POST", address, form)
        assert status == 303, f"the log-in answered {status}"
        return visitor


def _read(visitor: Visitor, address: str) -> str:
    """The text of a page; a connection that the server closed while nobody used it is opened again."""
    try:
        return visitor.ask("GET", address)[2]
    except OSError:
        visitor.close()
        return visitor.ask("GET", address)[2]


def _fields_of(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the form that is sent to this address."""
    for form in _FORM.findall(page):
        head = form[: form.index(">")]
        if f'action="{action}"' not in head:
            continue
        found = (dict(_ATTRIBUTE.findall(tag)) for tag in _HIDDEN.findall(form))
        return {tag["name"]: html.unescape(tag.get("value", "")) for tag in found if "name" in tag}
    raise AssertionError(f"no form for {action}")
