"""The way to a server that loses things: what the server hears, and what the client is told."""

from __future__ import annotations

import json
import smtplib
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from publishers.errors import Permanent, PublishError, Transient, Unknown
from publishers.http.client import Client
from publishers.http.waits import wait_of
from publishers.testing.faults import (
    DATE,
    FAULTS,
    FORMS,
    WAIT,
    CutAnswer,
    DropRequest,
    Fault,
    Halved,
    Instead,
    Late,
    LoseAnswer,
    Reply,
    Swapped,
    html,
    moved,
    said,
    too_many,
    unauthorised,
    without_id,
)
from publishers.testing.lossy import LossyMail, LossyProxy, anything, to


class Board:
    """A server that keeps what it is sent."""

    def __init__(self) -> None:
        self.acted = Event()
        self.kept: list[bytes] = []
        self.hosts: list[str] = []
        board = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                board.kept.append(self.rfile.read(int(self.headers["Content-Length"] or 0)))
                board.hosts.append(self.headers["Host"])
                board.acted.set()
                self.tell({"id": str(len(board.kept)), "language": "it", "alts": ["a hand"]})

            def do_GET(self) -> None:
                self.tell({"posts": len(board.kept)})

            def tell(self, fields: object) -> None:
                body = json.dumps(fields).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def board() -> Iterator[Board]:
    board = Board()
    thread = Thread(target=board.server.serve_forever, args=(0.02,))
    thread.start()
    yield board
    board.server.shutdown()
    board.server.server_close()
    thread.join()


@pytest.fixture
def lossy(board: Board) -> Iterator[LossyProxy]:
    with LossyProxy(board.origin) as lossy:
        yield lossy


def client(lossy: LossyProxy, deadline: float = 20.0) -> Client:
    return Client(lossy.origin, local=True, deadline=deadline, cap=1 << 16)


def post(client: Client) -> object:
    try:
        answer = client.once("POST", "create a post", "/posts?draft=no", json={"text": "é"})
    except PublishError as error:
        return type(error)
    return answer.status


def test_what_meets_no_fault_arrives_and_is_answered(board: Board, lossy: LossyProxy) -> None:
    answer = client(lossy).once("POST", "create a post", "/posts?x=1", json={"text": "é"})
    assert answer.fields()["id"] == "1"
    assert [json.loads(body) for body in board.kept] == [{"text": "é"}]
    assert board.hosts == [board.origin.removeprefix("http://")]
    [request] = lossy.requests
    assert (request.method, request.path, request.passed_on) == ("POST", "/posts", True)
    assert request.mutating


@pytest.mark.parametrize("make", FAULTS, ids=lambda make: make().name)
def test_the_server_acts_exactly_when_the_fault_says_so(
    make: type[Fault], board: Board, lossy: LossyProxy
) -> None:
    fault = make()
    lossy.next(fault)
    patience = 0.3 if fault.slow else 20.0
    outcome = post(client(lossy, patience))
    assert len(board.kept) == int(fault.commits)
    assert [(one.fault, one.passed_on) for one in lossy.requests] == [(fault.name, fault.commits)]
    expected: dict[str, object] = {"nothing": 200, "redirect": Permanent, "429": 429, "401": 401}
    expected |= {html().name: 200, Halved().name: 200, without_id().name: 200}
    expected |= {f"{status} after commit": status for status in (408, 500, 502, 504, 520)}
    assert outcome == expected.get(fault.name, Unknown)
    assert post(client(lossy)) == 200


def test_half_an_answer_is_half(lossy: LossyProxy) -> None:
    lossy.next(Halved())
    answer = client(lossy).once("POST", "create a post", "/posts", json={})
    assert answer.json() is None
    assert answer.body.startswith(b'{"id"')


def test_a_server_that_stored_something_else(lossy: LossyProxy) -> None:
    lossy.next(Swapped(texts={"a hand": "", "it": "en"}), times=2)
    answer = client(lossy).once("POST", "create a post", "/posts", json={})
    assert answer.fields() == {"id": "1", "language": "en", "alts": [""]}
    assert lossy.waiting == 1


def test_a_fault_waits_for_its_own_request(board: Board, lossy: LossyProxy) -> None:
    lossy.next(DropRequest(), when=to("POST", "/media"))
    lossy.next(LoseAnswer())
    assert client(lossy).read("read", "/posts").ok
    assert post(client(lossy)) is Unknown
    assert lossy.waiting == 1
    assert [one.fault for one in lossy.requests] == ["nothing", "answer lost"]
    lossy.next(said(404), when=anything)
    assert client(lossy).read("read", "/posts").status == 404
    lossy.clear()
    assert (lossy.waiting, lossy.requests) == (0, ())
    assert len(board.kept) == 1


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_wait_is_told(form: str, lossy: LossyProxy) -> None:
    lossy.next(too_many(form))
    answer = client(lossy).once("POST", "create a post", "/posts", json={})
    assert answer.status == 429
    assert wait_of(answer, DATE) == (None if form == "none" else WAIT)


def test_who_waits_for_a_late_answer_is_let_go_at_the_end(board: Board) -> None:
    lossy = LossyProxy(board.origin)
    lossy.next(Late())
    found: list[object] = []
    waiting = Thread(target=lambda: found.append(post(client(lossy))))
    waiting.start()
    assert board.acted.wait(20)
    lossy.close()
    waiting.join(10)
    assert found == [Unknown]


def test_a_server_that_is_not_there_loses_everything() -> None:
    with LossyProxy("http://127.0.0.1:9") as lossy:
        assert post(client(lossy)) is Unknown
    with pytest.raises(Transient):
        client(lossy).read("read", "/posts")


def test_a_redirect_names_the_place(lossy: LossyProxy) -> None:
    lossy.next(moved("https://elsewhere.example/x", 302))
    with pytest.raises(Permanent, match=r"elsewhere\.example"):
        client(lossy).once("POST", "create a post", "/posts", json={})


def test_an_answer_is_written_as_http() -> None:
    reply = Reply(200, (("Content-Type", "text/plain"), ("Content-Length", "9")), b"four")
    head = b"HTTP/1.1 200 As said\r\nContent-Type: text/plain\r\n"
    assert reply.wire() == head + b"Content-Length: 4\r\nConnection: close\r\n\r\nfour"
    assert isinstance(unauthorised(), Instead)


# Mail.


class Box:
    def __init__(self) -> None:
        self.kept: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.kept.append(envelope.content or b"")
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[Box, LossyMail]]:
    box = Box()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    with LossyMail("127.0.0.1", port) as lossy:
        yield box, lossy
    controller.stop()


def mail(lossy: LossyMail, patience: float = 20.0) -> bool:
    """Whether the client learned that its message was taken."""
    try:
        with smtplib.SMTP(lossy.host, lossy.port, timeout=patience) as smtp:
            smtp.sendmail("a@example.org", ["b@example.org"], "Subject: x\r\n\r\n.dots\r\n..\r\n")
    except (smtplib.SMTPException, OSError):
        return False
    return True


@pytest.mark.parametrize(
    ("fault", "kept", "told"),
    [
        (Fault(), 1, True),
        (DropRequest(), 0, False),
        (LoseAnswer(), 1, False),
        (CutAnswer(), 1, False),
        (Late(), 1, False),
    ],
    ids=lambda value: value.name if isinstance(value, Fault) else "",
)
def test_a_mail_is_taken_and_answered_as_the_fault_says(
    fault: Fault, kept: int, told: bool, box: tuple[Box, LossyMail]
) -> None:
    inbox, lossy = box
    lossy.next(fault)
    assert mail(lossy, 0.3 if fault.slow else 20.0) is told
    assert len(inbox.kept) == kept
    assert [(one.method, one.passed_on) for one in lossy.requests] == [("DATA", kept == 1)]
    assert mail(lossy)
    assert inbox.kept[-1] == b"Subject: x\r\n\r\n.dots\r\n..\r\n"
