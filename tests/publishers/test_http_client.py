"""One exchange: against real servers on this machine that behave as servers do."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publishers.account import Secret
from publishers.errors import Permanent, PublishError, SetupError, Transient, Unknown
from publishers.http.client import Act, Client
from tests.publishers.authority import Authority

TOKEN = "canary-7f3a9e-token"


@contextmanager
def serving(answer: Callable[[socket.socket], None], pem: Path | None = None) -> Iterator[int]:
    """A server that lets `answer` do what it likes with each connection; gives the port."""
    plug = socket.create_server(("127.0.0.1", 0))
    context = None
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)

    def work() -> None:
        while True:
            try:
                line, _ = plug.accept()
            except OSError:
                return
            threading.Thread(target=one, args=(line,), daemon=True).start()

    def one(line: socket.socket) -> None:
        try:
            safe = context.wrap_socket(line, server_side=True) if context else line
            with safe:
                answer(safe)
        except OSError:
            line.close()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield plug.getsockname()[1]
    finally:
        plug.shutdown(socket.SHUT_RDWR)
        plug.close()
        thread.join(5)


def heard(line: socket.socket) -> bytes:
    """A request with its body."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    wanted = 0
    for row in head.split(b"\r\n"):
        name, _, value = row.partition(b":")
        if name.lower() == b"content-length":
            wanted = int(value)
    while len(body) < wanted:
        body += line.recv(65536)
    return head + b"\r\n\r\n" + body


def plain(status: str, body: bytes = b"{}", *headers: str) -> Callable[[socket.socket], None]:
    """Answers with this."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]

    def answer(line: socket.socket) -> None:
        heard(line)
        line.sendall("\r\n".join(lines).encode() + body)

    return answer


def client(port: int, **more: object) -> Client:
    return Client(f"http://127.0.0.1:{port}", local=True, **more)  # type: ignore[arg-type]


def send(act: Act, one: Client, path: str = "/x") -> object:
    return one.send(act, "POST", "posting", path, json={"a": 1})


def caught(act: Act, one: Client) -> PublishError:
    with pytest.raises(PublishError) as found:
        send(act, one)
    assert "\n" not in str(found.value)
    return found.value


ACTS = list(Act)


@pytest.mark.parametrize("status", ["200 OK", "404 Gone", "500 Oh", "429 Busy"])
def test_every_answer_comes_back_as_it_is(status: str) -> None:
    with serving(plain(status, b'{"id": 7}', "X-One: 1")) as port:
        answer = client(port).once("POST", "posting", "/x", json={})
    assert (answer.status, answer.fields(), answer.headers["x-one"]) == (
        int(status[:3]),
        {"id": 7},
        "1",
    )
    assert answer.ok == (answer.status == 200)


def test_what_is_no_json_object_has_no_fields() -> None:
    for body in (b"<html>", b"[1]", b"", b'"x"', b"\xff"):
        with serving(plain("200 OK", body)) as port:
            assert client(port).read("reading", "/").fields() == {}


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b'{"id": NaN}'])
def test_what_only_looks_like_json_is_none(body: bytes) -> None:
    with serving(plain("200 OK", body)) as port:
        answer = client(port, cap=1 << 21).read("reading", "/")
    assert answer.json() is None
    assert answer.fields() == {}


def test_a_compressed_answer_is_read() -> None:
    with serving(plain("200 OK", gzip.compress(b'{"a":1}'), "Content-Encoding: gzip")) as port:
        assert client(port).read("reading", "/").fields() == {"a": 1}


# How far it came decides what may be believed.


@pytest.mark.parametrize("act", ACTS)
def test_a_server_that_is_not_there_has_done_nothing(act: Act) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plug:
        port = plug.getsockname()[1]
    error = caught(act, client(port))
    assert isinstance(error, Transient)
    assert (error.scope, str(error)) == ("host", "127.0.0.1: posting: cannot be reached")


@pytest.mark.parametrize("act", ACTS)
def test_a_name_that_nobody_knows_has_done_nothing(act: Act) -> None:
    error = caught(act, Client("https://nobody.invalid"))
    assert isinstance(error, Transient)
    assert "cannot be looked up" in str(error)


def hang_up(line: socket.socket) -> None:
    heard(line)


def half(line: socket.socket) -> None:
    heard(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\n\r\n{")


def nonsense(line: socket.socket) -> None:
    heard(line)
    line.sendall(b"what?\r\n\r\n")


def broken_chunks(line: socket.socket) -> None:
    heard(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc")


def false_gzip(line: socket.socket) -> None:
    heard(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")


@pytest.mark.parametrize("bad", [hang_up, half, nonsense, broken_chunks, false_gzip])
@pytest.mark.parametrize("act", ACTS)
def test_once_something_has_left_only_the_one_act_is_in_doubt(
    act: Act, bad: Callable[[socket.socket], None]
) -> None:
    with serving(bad) as port:
        error = caught(act, client(port))
    assert isinstance(error, Unknown if act is Act.ONCE else Transient)
    assert "broke before a whole answer came" in str(error)


def test_a_server_that_hangs_up_at_once_leaves_the_act_in_doubt() -> None:
    """The request was written into a connection: nobody knows who read it."""

    def reset(line: socket.socket) -> None:
        line.recv(1)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(reset) as port:
        assert isinstance(caught(Act.ONCE, client(port)), Unknown)


# A deadline for all of it.


def drip_head(line: socket.socket) -> None:
    heard(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        line.sendall(b"a")
        time.sleep(0.02)


def drip_body(line: socket.socket) -> None:
    heard(line)
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n")
    while True:
        line.sendall(b"a")
        time.sleep(0.02)


def silence(line: socket.socket) -> None:
    heard(line)
    while line.recv(65536):
        pass


@pytest.mark.parametrize("slow", [drip_head, drip_body, silence])
@pytest.mark.parametrize("act", ACTS)
def test_who_drips_is_cut_off(act: Act, slow: Callable[[socket.socket], None]) -> None:
    with serving(slow) as port:
        error = caught(act, client(port, deadline=0.3))
    assert isinstance(error, Unknown if act is Act.ONCE else Transient)
    assert "no whole answer in time" in str(error)


@pytest.mark.parametrize("slow", [drip_head, drip_body, silence])
def test_who_drips_below_tls_is_cut_off_as_well(
    slow: Callable[[socket.socket], None], tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with serving(slow, authority.server("localhost")) as port:
        one = Client(
            f"https://localhost:{port}", local=True, deadline=0.5, ca_file=str(authority.file)
        )
        error = caught(Act.ONCE, one)
    assert isinstance(error, Unknown)
    assert "no whole answer in time" in str(error)


def test_a_handshake_that_never_ends_has_done_nothing() -> None:
    with serving(silence) as port:
        error = caught(Act.ONCE, Client(f"https://127.0.0.1:{port}", local=True, deadline=0.3))
    assert isinstance(error, Transient)


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    sent = []

    def flood(line: socket.socket) -> None:
        heard(line)
        line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            sent.append(line.send(b"a" * 65536))

    with serving(flood) as port:
        error = caught(Act.ONCE, client(port, cap=100_000))
    assert isinstance(error, Unknown)
    assert "more than 100000 bytes" in str(error)


def test_a_small_answer_that_unpacks_into_a_huge_one_is_not_unpacked_to_its_end() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    with serving(plain("200 OK", bomb, "Content-Encoding: gzip")) as port:
        assert isinstance(caught(Act.READ, client(port, cap=1000)), Transient)


# Where it goes.


@pytest.mark.parametrize("status", ["301", "302", "303", "307", "308"])
@pytest.mark.parametrize("act", ACTS)
def test_a_redirect_is_not_followed(act: Act, status: str) -> None:
    asked = []

    def other(line: socket.socket) -> None:
        asked.append(heard(line))

    with serving(other) as elsewhere:
        there = f"Location: http://127.0.0.1:{elsewhere}/{TOKEN}"
        with serving(plain(f"{status} There", b"", there)) as port:
            error = caught(act, client(port))
    assert isinstance(error, Permanent)
    assert error.code == "address.moved"
    assert TOKEN not in str(error)
    assert asked == []


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0", "192.168.1.1"],
)
@pytest.mark.parametrize("act", ACTS)
def test_our_own_network_is_not_connected_to(act: Act, inside: str) -> None:
    error = caught(act, Client(f"https://{inside}:9"))
    assert isinstance(error, Permanent)
    assert error.code == "address.inside"
    assert "local" in str(error)


@pytest.mark.parametrize(
    "origin",
    [
        "http://example.org",
        "ftp://example.org",
        "file:///etc/passwd",
        "example.org",
        "https://",
        "https://user:pass@example.org",
        "https://example.org?token=1",
        "https://example.org/#token",
        "https://[::1",
        "https://example.org:port",
        "",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(origin: str) -> None:
    with pytest.raises(SetupError) as refused:
        Client(origin)
    assert "pass" not in str(refused.value).replace("passwd", "")
    assert "token" not in str(refused.value)


def test_a_certificate_is_looked_at(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    good, other = authority.server("localhost"), authority.server("example.org")
    answer = plain("200 OK")
    with serving(answer, good) as port:
        origin = f"https://localhost:{port}"
        trusted = Client(origin, local=True, ca_file=str(authority.file))
        assert trusted.read("reading", "/").ok
        unknown = caught(Act.ONCE, Client(origin, local=True))
    with serving(answer, other) as port:
        origin = f"https://localhost:{port}"
        foreign = caught(Act.ONCE, Client(origin, local=True, ca_file=str(authority.file)))
    for error in (unknown, foreign):
        assert isinstance(error, Transient)
        assert "certificate" in str(error)


# Nothing of the surroundings, and nothing kept.


def test_no_proxy_netrc_or_other_surroundings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def note(line: socket.socket) -> None:
        asked.append(heard(line))
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password mine\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(note) as port:
        client(port).once("POST", "posting", "/", headers={"Authorization": "Bearer x"})
    [request] = asked
    assert b"Authorization: Bearer x" in request
    assert b"Connection: close" in request


class Counting(BaseHTTPRequestHandler):
    """Keeps connections open, and counts them."""

    protocol_version = "HTTP/1.1"
    connections = 0

    def setup(self) -> None:
        type(self).connections += 1
        super().setup()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_every_request_has_a_connection_of_its_own() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Counting) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        one = client(server.server_port)
        for _ in range(3):
            send(Act.ONCE, one)
        server.shutdown()
        thread.join(5)
    assert Counting.connections == 3


# Nothing leaks.


def chain(error: BaseException | None) -> str:
    """Everything that an exception and those behind it show."""
    seen = ""
    while error is not None:
        seen += f"{error!r} {error} {error.args!r} {vars(error)!r}"
        error = error.__cause__ or error.__context__
    return seen


@pytest.mark.parametrize("bad", [hang_up, plain("302 There", b"", "Location: /x"), nonsense])
def test_a_token_in_the_path_shows_nowhere(
    bad: Callable[[socket.socket], None], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), serving(bad) as port:
        for act in ACTS:
            with pytest.raises(PublishError) as found:
                client(port).send(
                    act,
                    "POST",
                    "posting",
                    f"/bot{TOKEN}/sendPhoto",
                    headers={"Authorization": f"Bearer {TOKEN}"},
                    params={"access_token": TOKEN},
                    data={"text": TOKEN},
                )
            assert TOKEN not in chain(found.value)
    assert TOKEN not in caplog.text
    assert TOKEN not in "".join(str(vars(record)) for record in caplog.records)


@pytest.mark.parametrize("broken", [f"{TOKEN}\r\nX: y", f"{TOKEN}\udc00", f"{TOKEN}€"])
def test_a_token_that_is_no_header_shows_nowhere(broken: str) -> None:
    with serving(plain("200 OK")) as port, pytest.raises(PublishError) as found:
        client(port).once("POST", "posting", "/", headers={"Authorization": broken})
    assert isinstance(found.value, Permanent)
    assert found.value.code == "request.unwritable"
    assert TOKEN not in chain(found.value)


def test_a_secret_shows_itself_to_nobody() -> None:
    secret = Secret(TOKEN)
    shown = f"{secret} {secret!r} {[secret]} {vars(type(secret))}"
    assert TOKEN not in shown
    assert secret.reveal() == TOKEN
