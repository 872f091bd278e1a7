"""The measurements' own HTTP client reads whatever a server may answer, and notices when it hangs up."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.wire import Wire


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def asked(listener: socket.socket, *answers: bytes, method: str = "GET", requests: int = 1) -> list[tuple[int, bytes]]:
    """What a client reads that asks so often at a server that sends these pieces to its first connection."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            for answer in answers:
                connection.recv(65_536)
                connection.sendall(answer)

    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve)
        wire = Wire(*listener.getsockname())
        try:
            found = [wire.ask(method, "/") for _ in range(requests)]
        finally:
            wire.close()
            served.result(5)
    return [(answer.status, answer.body) for answer in found]


def test_two_answers_on_one_connection(listener: socket.socket) -> None:
    first = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    second = b"HTTP/1.1 404 Not Found\r\ncontent-length:0\r\n\r\n"
    assert asked(listener, first, second, requests=2) == [(200, b"hello"), (404, b"")]


def test_a_body_in_chunks(listener: socket.socket) -> None:
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\n\r\n"
    assert asked(listener, answer) == [(200, b"hello!")]


def test_no_body_after_304_and_head(listener: socket.socket) -> None:
    assert asked(listener, b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n") == [(304, b"")]
    assert asked(listener, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", method="HEAD") == [(200, b"")]


def test_an_answer_that_breaks_off_is_no_answer(listener: socket.socket) -> None:
    with pytest.raises(ConnectionResetError):
        asked(listener, b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello")
