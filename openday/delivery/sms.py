"""SMS through an HTTP gateway: one POST of JSON for each message; docs/operating.md shows it byte for byte."""

import http.client
import json
import ssl
from base64 import b64encode
from urllib.parse import unquote, urlsplit

from openday.delivery.letter import Letter, NeverDeliverable, TryLater

# These speak of the way and not of the message: a wrong password or path is put right, and nothing may be lost by it.
_ABOUT_THE_WAY = frozenset({401, 403, 404, 405, 407, 408, 425, 429})
_READ_AT_MOST = 64 * 1024


class SmsGateway:
    """An address for POSTs, http:// or https://, with user and password in it if need be.

    Redirects are not followed and no proxy is used: what is sent goes where the operator said, or nowhere.
    """

    def __init__(self, url: str, *, timeout: float = 20) -> None:
        self.parts = urlsplit(url)
        self.timeout = timeout

    def send(self, letter: Letter) -> None:
        """Hand the message over; any answer of 200 to 299 means that the gateway has it."""
        # Blank lines cost in a short message what letters cost, and part nothing on a small screen.
        text = "\n".join(line for line in letter.body.splitlines() if line.strip())
        said = {"to": letter.recipient, "text": text, "id": letter.key}
        body = json.dumps(said, ensure_ascii=False).encode("utf-8", "replace")
        try:
            status = self._post(body, letter.key)
        except (OSError, http.client.HTTPException, ValueError) as away:
            raise TryLater(f"短信网关不可用：{type(away).__name__}") from away
        if 200 <= status < 300:
            return
        if 400 <= status < 500 and status not in _ABOUT_THE_WAY:
            raise NeverDeliverable(f"短信网关不接受这条短信（答复{status}）")
        raise TryLater(f"短信网关答复{status}")

    def _post(self, body: bytes, key: str) -> int:
        connection = self._connect()
        try:
            path = (self.parts.path or "/") + (f"?{self.parts.query}" if self.parts.query else "")
            connection.request("POST", path, body, self._headers(key))
            answer = connection.getresponse()
            answer.read(_READ_AT_MOST)
            return answer.status
        finally:
            connection.close()

    def _connect(self) -> http.client.HTTPConnection:
        host, port = self.parts.hostname or "localhost", self.parts.port
        if self.parts.scheme == "https":
            context = ssl.create_default_context()
            return http.client.HTTPSConnection(host, port, timeout=self.timeout, context=context)
        return http.client.HTTPConnection(host, port, timeout=self.timeout)

    def _headers(self, key: str) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json",
            "Idempotency-Key": key,
            "User-Agent": "OpenDay",
        }
        if self.parts.username is not None:
            pair = f"{unquote(self.parts.username)}:{unquote(self.parts.password or '')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return headers
