"""An SMS gateway on the loopback that keeps what it is sent, and can be made to misbehave.

with SmsGateway() as gateway:
    settings SMS_GATEWAY_URL=gateway.url
    gateway.status = 429
    gateway.requests[0].body["text"]
"""

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass(frozen=True)
class Request:
    """One request as it came in; the names of its headers are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


class SmsGateway:
    """Answers with `status` at once, or lets the sender wait when `hangs`; a Location is sent along with a 3xx."""

    def __init__(self, path: str = "/send") -> None:
        self.status = 202
        self.hangs = False
        self.requests: list[Request] = []
        self._let_go = threading.Event()
        self._path = path
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    @property
    def url(self) -> str:
        """The address for SMS_GATEWAY_URL."""
        return f"http://127.0.0.1:{self._server.server_port}{self._path}"

    def to(self, number: str) -> list[Request]:
        """What came in for one number."""
        return [one for one in self.requests if one.body["to"] == number]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._let_go.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # the name is the standard library's
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                gateway.requests.append(Request(self.path, headers, json.loads(body)))
                if gateway.hangs:
                    gateway._let_go.wait(60)
                    return
                self.send_response(gateway.status)
                if 300 <= gateway.status < 400:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        return Handler
