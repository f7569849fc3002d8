"""What a server's ``Date`` is taken for, over real connections on loopback."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from publishers.date_header import DateHeader

THEN = datetime(2027, 7, 30, 7, 0, 0, tzinfo=UTC)
DATE = "Fri, 30 Jul 2027 07:00:00 GMT"
HALF = timedelta(seconds=0.5)

Act = Callable[[socket.socket, threading.Event], None]


class Server:
    """Does the same with each connection, once it has the head of the request."""

    def __init__(self, act: Act) -> None:
        self._act = act
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()
        self.requests: list[str] = []
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"

    def close(self) -> None:
        self._over.set()
        with socket.create_connection(self._socket.getsockname()):
            pass
        for thread in self._threads:
            thread.join(10)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._over.is_set():
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=[connection])
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            self.requests.append(head.decode("ascii"))
            with suppress(OSError):  # the asker may have gone
                self._act(connection, self._over)


def says(*lines: str, status: str = "200 OK", body: bytes = b"") -> Act:
    head = "\r\n".join([f"HTTP/1.1 {status}", *lines, "Connection: close", "", ""])
    return lambda connection, _: connection.sendall(head.encode("latin-1") + body)


@pytest.fixture
def serve() -> Iterator[Callable[[Act], Server]]:
    servers: list[Server] = []

    def start(act: Act) -> Server:
        servers.append(Server(act))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


def ask(url: str, took: float = 0.0, patience: float = 5.0) -> datetime | None:
    """With a count that says the question took so long."""
    return DateHeader(url, iter([100.0, 100.0 + took]).__next__, patience)()


@pytest.mark.parametrize("took", [0.0, 0.25, 4.9])
def test_it_is_the_date_and_half_the_way(serve: Callable[[Act], Server], took: float) -> None:
    server = serve(says(f"Date: {DATE}", "Content-Length: 5"))
    assert ask(server.url, took) == THEN + HALF + timedelta(seconds=took / 2)


def test_a_real_server_s_time_is_about_ours(serve: Callable[[Act], Server]) -> None:
    def act(connection: socket.socket, over: threading.Event) -> None:
        says(f"Date: {datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT")(connection, over)

    found = DateHeader(serve(act).url, time.monotonic)()
    assert found is not None
    assert abs(found - datetime.now(UTC)) < timedelta(seconds=30)


@pytest.mark.parametrize("status", ["404 Not Found", "500 No", "405 Not here", "204 Empty"])
def test_the_status_does_not_matter(serve: Callable[[Act], Server], status: str) -> None:
    assert ask(serve(says(f"Date: {DATE}", status=status)).url) == THEN + HALF


def test_the_question_is_harmless(serve: Callable[[Act], Server]) -> None:
    server = serve(says(f"Date: {DATE}"))
    ask(server.url + "clock")
    [request] = server.requests
    first, *rest = request.strip().split("\r\n")
    assert first == "HEAD /clock HTTP/1.1"
    names = {line.partition(":")[0].lower() for line in rest}
    assert names == {
        "host", "user-agent", "accept", "accept-encoding", "cache-control", "connection",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "it has no date"),
        (["Date: "], "it has no date"),
        (["Date: yesterday"], "its date is 'yesterday'"),
        (["Date: Fri, 30 Jul 2027 07:00:00"], "its date is"),
        (["Date: Fri, 30 Jul 2027 07:00:00 +0200"], "its date is"),
        (["Date: Friday, 30-Jul-27 07:00:00 GMT"], "its date is"),
        (["Date: Fri, 30 Jul 2027 25:00:00 GMT"], "hour must be in 0..23"),
        (["Date: Fri, 31 Xyz 2027 07:00:00 GMT"], "does not tell the time"),
        (["Date: Fri, 30 Jul 0000 07:00:00 GMT"], "its date is"),
        (["Date: " + "9" * 60000], "its date is '9999"),
        ([f"Date: {DATE}", f"Date: {DATE}"], "its date is"),
        ([f"Date: {DATE}", "Age: 30"], "store of old ones"),
        ([f"Date: {DATE}", "X: " + "x" * 70000], "does not tell the time"),
    ],
)
def test_what_does_not_tell_the_time_says_nothing(
    serve: Callable[[Act], Server], lines: list[str], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "clarion.publishers.date_header"):
        assert ask(serve(says(*lines)).url) is None
    [record] = caplog.records
    assert words in record.getMessage()
    assert len(record.getMessage()) < 300


def test_an_age_of_nothing_is_fresh(serve: Callable[[Act], Server]) -> None:
    assert ask(serve(says(f"Date: {DATE}", "Age: 0")).url) == THEN + HALF


def test_something_else_than_http_says_nothing(serve: Callable[[Act], Server]) -> None:
    assert ask(serve(lambda connection, _: connection.sendall(b"SSH-2.0\r\n")).url) is None
    assert ask(serve(lambda connection, _: None).url) is None


def test_nobody_there_says_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert ask(f"http://127.0.0.1:{port}/") is None
    assert ask("http://[::g]/") is None


def test_a_redirect_is_not_followed(serve: Callable[[Act], Server]) -> None:
    other = serve(says("Date: Fri, 30 Jul 2027 09:00:00 GMT"))
    moved = says(f"Date: {DATE}", f"Location: {other.url}", status="302 Found")
    assert ask(serve(moved).url) == THEN + HALF
    assert other.requests == []


def test_no_proxy_of_the_surroundings_is_used(
    serve: Callable[[Act], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(says("Date: Fri, 30 Jul 2027 09:00:00 GMT")), serve(says(f"Date: {DATE}"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, proxy.url)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert ask(server.url) == THEN + HALF
    assert proxy.requests == []


def test_what_comes_after_the_head_is_not_read(serve: Callable[[Act], Server]) -> None:
    def endless(connection: socket.socket, over: threading.Event) -> None:
        says(f"Date: {DATE}", "Content-Length: 999999999")(connection, over)
        while not over.is_set():
            connection.send(bytes(65536))

    assert ask(serve(endless).url) == THEN + HALF


def test_a_server_that_hangs_says_nothing(serve: Callable[[Act], Server]) -> None:
    server = serve(lambda _, over: over.wait(20) and None)
    assert ask(server.url, patience=0.2) is None
    assert len(server.requests) == 1


def test_a_server_that_drips_is_not_asked_again_before_it_ends(
    serve: Callable[[Act], Server],
) -> None:
    enough = threading.Event()

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        while not enough.wait(0.02) and not over.is_set():
            connection.sendall(b"x")
        connection.sendall(f"\r\nDate: {DATE}\r\n\r\n".encode())

    server = serve(drip)
    witness = DateHeader(server.url, time.monotonic, patience=0.15)
    assert witness() is None
    assert witness() is None
    assert len(server.requests) == 1
    enough.set()
    deadline = time.monotonic() + 10
    while len(server.requests) < 2 and time.monotonic() < deadline:
        witness()
    assert len(server.requests) == 2, "it has come to its end"


def test_an_answer_over_which_the_machine_slept_says_nothing(
    serve: Callable[[Act], Server],
) -> None:
    assert ask(serve(says(f"Date: {DATE}")).url, took=5.1) is None
