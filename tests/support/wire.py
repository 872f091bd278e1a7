"""HTTP over one kept connection, with as little work as possible: the driver shares the computer with what it measures.

Python's own client spends more on reading the head of an answer than our server does on some pages.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass

TIMEOUT = 60.0
_NO_BODY = frozenset({204, 304})


@dataclass(frozen=True)
class Answer:
    """Status, the lines of the head as (lower-case name, value), and the body."""

    status: int
    head: Sequence[tuple[str, str]]
    body: bytes

    def field(self, name: str) -> str:
        """The value of a line of the head, '' when there is none."""
        return next((value for key, value in self.head if key == name), "")


class Wire:
    """A connection to one server; it is made at the first request, and again after `close`."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None
        self._buffer = b""

    def ask(self, method: str, target: str, head: str = "", body: bytes = b"") -> Answer:
        """Send one request; `head` holds further lines, each with its CR LF.

        Raises:
            OSError: no connection, or it was closed before the answer was complete.
        """
        host, port = self._address
        length = f"Content-Length: {len(body)}\r\n" if body or method == "POST" else ""
        request = f"{method} {target} HTTP/1.1\r\nHost: {host}:{port}\r\n{length}{head}\r\n"
        self._opened().sendall(request.encode() + body)
        return self._answer(method)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._buffer = None, b""

    def _opened(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, timeout=TIMEOUT)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket

    def _answer(self, method: str) -> Answer:
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        fields = (line.partition(":") for line in lines[1:])
        head = [(name.lower(), value.strip()) for name, _, value in fields]
        answer = Answer(int(lines[0].split(" ", 2)[1]), head, b"")
        body = b"" if method == "HEAD" or answer.status in _NO_BODY else self._body(answer)
        if answer.field("connection").lower() == "close":
            self.close()
        return Answer(answer.status, head, body)

    def _body(self, answer: Answer) -> bytes:
        if "chunked" not in answer.field("transfer-encoding").lower():
            return self._exactly(int(answer.field("content-length") or 0))
        pieces = []
        while size := int(self._until(b"\r\n").partition(b";")[0], 16):
            pieces.append(self._exactly(size))
            self._until(b"\r\n")
        self._until(b"\r\n")
        return b"".join(pieces)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._more()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._more()
        found, self._buffer = self._buffer[:size], self._buffer[size:]
        return found

    def _more(self) -> None:
        data = self._opened().recv(262_144)
        if not data:
            self.close()
            raise ConnectionResetError("the connection was closed before the answer was complete")
        self._buffer += data
