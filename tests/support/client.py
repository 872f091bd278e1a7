"""A visitor: fetches pages through the WSGI application, and holds each of them to what every page must be.

visitor = PageClient(app).log_in(house.filer)
page = visitor.get("/agency/plans")
page = visitor.submit(page.form(action="/plans/new"), theme="…")   # follows the redirect like a browser
"""

from typing import Any

from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from openday.rules.proof_of_work import read_challenge, solve
from tests.factories.people import PASSWORD, Persona
from tests.support.pages import Form, Page, check_page


class PageClient:
    """Keeps cookies like a browser; `response` is the last answer."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.http = app.test_client()
        self.response: TestResponse

    def get(self, path: str, status: int = 200, **options: Any) -> Page:
        """Open a page; it must answer with `status` and be well made."""
        return self._inspect(self._open("GET", path, **options), status)

    def submit(self, form: Form, status: int = 200, **fields: Any) -> Page:
        """Send a form of a page, with `fields` over what stands in it; redirects are followed."""
        data = with_the_work_done(form.filled(**fields))
        return self._inspect(self._open(form.method.upper(), form.action, data=data), status)

    def upload(self, form: Form, status: int = 200, **fields: Any) -> Page:
        """Like `submit`, where a field may be a (stream, filename) pair, or a list of them."""
        files = {name: value for name, value in fields.items() if isinstance(value, tuple | list)}
        texts = {name: value for name, value in fields.items() if name not in files}
        data = {**form.filled(**texts), **files}
        response = self._open("POST", form.action, data=data, content_type="multipart/form-data")
        return self._inspect(response, status)

    def post(self, path: str, status: int = 200, **options: Any) -> TestResponse:
        """Send what no form of ours would send; the answer is not followed and not inspected."""
        response = self.http.post(path, **options)
        assert response.status_code == status, f"{path}: {response.status_code}, expected {status}"
        return response

    def raw(self, path: str, **options: Any) -> TestResponse:
        """Fetch something that is no page: a feed, a picture, a document."""
        return self.http.get(path, **options)

    def log_in(self, persona: Persona) -> "PageClient":
        """Come in through the log-in page."""
        page = self.get("/login")
        self.submit(page.form(having="password"), login=persona.login, password=PASSWORD)
        return self

    def _open(self, method: str, path: str, **options: Any) -> TestResponse:
        return self.http.open(path, method=method, follow_redirects=True, **options)

    def _inspect(self, response: TestResponse, status: int) -> Page:
        self.response = response
        address = response.request.path
        assert response.status_code == status, (
            f"{address}: {response.status_code}, expected {status}\n{response.get_data(as_text=True)[-3000:]}"
        )
        root = self.app.config["SETTINGS"].script_root
        return check_page(response.get_data(as_text=True), status, root=root, address=address)


def with_the_work_done(data: dict[str, list[str]]) -> dict[str, list[str]]:
    """What a browser with the page's script sends: the proof of work is filled in where the form has a challenge and
    nothing stands there yet. A test about pages without the script sends `proof="-"`."""
    challenge = read_challenge("".join(data.get("challenge", [])))
    if challenge is None or data.get("proof") != [""]:
        return data
    return {**data, "proof": [solve(challenge)]}


class OneRequestAtATime(FlaskClient):
    """Forgets Flask's `g` before each request: under a test's own context it would outlive the request."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request."""
        if has_app_context():
            for name in list(g):
                g.pop(name)
        return super().open(*args, **kwargs)
