"""The part of the contract about requests over HTTP and what may become of them."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    Transient,
    Unknown,
)
from publishers.http.table import Means, Row
from publishers.port import Absent, CannotTell, Capabilities, Post, Prepared, Publisher, Receipt
from publishers.testing.base import Fixtures, attempt, is_there, keyed, until
from publishers.testing.certificate import certificate
from publishers.testing.faults import (
    FAULTS,
    FORMS,
    WAIT,
    DropRequest,
    Fault,
    Halved,
    Late,
    LoseAnswer,
    Swapped,
    failed,
    html,
    moved,
    said,
    too_many,
    unauthorised,
    without_id,
)
from publishers.testing.lab import HttpLab
from publishers.testing.lossy import Request, anything

_COMMITS: list[Callable[[], Fault]] = [
    make for make in FAULTS if make().commits and make is not Fault
]
_BODY_ONLY = {make().name for make in (html, Halved, without_id)}
_READS: tuple[Callable[[], Fault], ...] = (
    DropRequest,
    LoseAnswer,
    lambda: failed(500),
    html,
    Halved,
    without_id,
    too_many,
)
_CLASSES: dict[Means, type[PublishError]] = {
    Means.WAIT_POST: Transient,
    Means.WAIT_ACCOUNT: Transient,
    Means.WAIT_APP: Transient,
    Means.WAIT_HOST: Transient,
    Means.NEVER: Permanent,
    Means.RENEW: AuthExpired,
    Means.SIGN_IN: AuthExpired,
    Means.BLOCKED: AccountBlocked,
    Means.UNKNOWN: Unknown,
}


class OverHttp(Fixtures):
    """What one request does, and what is believed of its answer."""

    def test_publish_makes_one_mutating_request_and_looking_makes_none(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Points 23 and 24."""
        lab.lossy.clear()
        publisher.validate(post)
        publisher.preview(post)
        assert lab.lossy.requests == ()
        prepared = publisher.prepare(post)
        lab.lossy.clear()
        publisher.publish(prepared, lab.now)
        assert len(changes(lab)) == 1
        lab.lossy.clear()
        publisher.find(prepared)
        publisher.poll(prepared)
        assert changes(lab) == []

    @pytest.mark.parametrize("make_fault", _COMMITS, ids=lambda make: make().name)
    def test_what_is_unclear_after_the_request_left_is_unknown(
        self,
        make_fault: Callable[[], Fault],
        lab: HttpLab,
        publisher: Publisher,
        caps: Capabilities,
        post: Post,
    ) -> None:
        """Points 11, 15, 27, 28: the server has it, and what came back says nothing."""
        fault = make_fault()
        prepared = publisher.prepare(post)
        lab.lossy.clear()
        if fault.name in _BODY_ONLY and "any 2xx" in lab.deviations:
            assert lab.through(fault, publisher, prepared).remote_id
        else:
            with pytest.raises(Unknown):
                lab.through(fault, publisher, prepared)
        assert lab.lossy.waiting == 0
        assert len(changes(lab)) == 1
        assert len(lab.seen()) == 1
        is_there(lab, prepared, post)
        if keyed(caps):
            publisher.publish(prepared, lab.now)
        assert len(lab.seen()) == 1

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_a_redirect_is_not_followed(
        self, status: int, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 26."""
        prepared = publisher.prepare(post)
        lab.lossy.clear()
        with pytest.raises(Permanent):
            lab.through(moved(f"{lab.lossy.origin}/elsewhere", status), publisher, prepared)
        assert len(changes(lab)) == 1
        assert [one for one in lab.lossy.requests if one.path == "/elsewhere"] == []
        assert lab.seen() == []

    @pytest.mark.parametrize("form", FORMS)
    def test_the_time_to_wait_is_understood(
        self, form: str, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 16."""
        prepared = publisher.prepare(post)
        with pytest.raises(Transient) as refused:
            lab.through(too_many(form), publisher, prepared)
        assert refused.value.retry_after == (None if form == "none" else WAIT)
        assert lab.seen() == []

    def test_credentials_that_are_not_taken_are_expired(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Points 17 and 18."""
        prepared = publisher.prepare(post)
        with pytest.raises(AuthExpired):
            lab.through(unauthorised(), publisher, prepared)
        assert lab.seen() == []

    def test_trouble_while_looking_is_never_absence(
        self, lab: HttpLab, publisher: Publisher, caps: Capabilities, post: Post
    ) -> None:
        """What cannot be asked or understood has not said no."""
        prepared = publisher.prepare(post)
        publisher.publish(prepared, lab.now)
        if not caps.can_find:
            assert isinstance(publisher.find(prepared), CannotTell)
            return
        for make_fault in _READS:
            fault = make_fault()
            lab.lossy.next(fault, when=anything)
            answer = looked_for(publisher, prepared)
            assert not isinstance(answer, Absent | Unknown), fault.name
            assert lab.lossy.waiting == 0

    def test_what_the_server_changed_is_told(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 30: the receipt tells what the server says, not what it was sent."""
        prepared = publisher.prepare(post)
        texts = {picture.alt: "" for picture in post.pictures} | {post.language: "en"}
        lab.lossy.next(Swapped(texts=texts), when=anything, times=50)
        answer = attempt(publisher, prepared, lab)
        lab.lossy.clear()
        echoed = answer.echoed if isinstance(answer, Receipt) else {}
        sent = {"language": post.language, "alts": [picture.alt for picture in post.pictures]}
        for name in {"language", "alts"} & set(echoed):
            assert echoed[name] != sent[name], name

    def test_a_certificate_for_another_host_is_refused(
        self, lab: HttpLab, publisher: Publisher, post: Post, tmp_path: Path
    ) -> None:
        """Point 29: nothing is said to it, so the post may be tried again."""
        prepared = publisher.prepare(post)
        file = certificate(tmp_path, "another.example")
        with impostor(file) as (origin, heard):
            with pytest.raises(Transient):
                lab.elsewhere(origin, str(file)).publish(prepared, lab.now)
            assert heard == []

    @pytest.mark.parametrize("minutes", [-10, 10])
    def test_a_clock_that_is_wrong_does_no_harm(
        self, minutes: int, lab: HttpLab, caps: Capabilities, post: Post
    ) -> None:
        """Point 31."""
        wrong = lab.account.clock() + timedelta(minutes=minutes)
        lab.account.clock = lambda: wrong
        publisher = lab.publisher()
        prepared = publisher.prepare(post)
        if caps.can_find:
            assert isinstance(publisher.find(prepared), Absent)
        lab.lossy.next(LoseAnswer())
        with pytest.raises(Unknown):
            publisher.publish(prepared, wrong)
        is_there(lab, prepared, post)
        assert len(lab.seen()) == 1

    def test_what_a_first_publisher_waits_for_a_second_finds(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 13: to the platform, a process that died is one that no longer listens."""
        prepared, late = publisher.prepare(post), Late()
        lab.lossy.next(late)
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(attempt, publisher, prepared, lab)
            try:
                until(lambda: lab.seen() != [])
                is_there(lab, prepared, post)
                assert not first.done()
            finally:
                late.released.set()
            assert isinstance(first.result(30), Receipt)
        assert len(lab.seen()) == 1

    def test_every_row_of_the_error_table_is_what_it_says(
        self, lab: HttpLab, publisher: Publisher, post: Post
    ) -> None:
        """Point 32."""
        prepared = publisher.prepare(post)
        assert lab.table.rows
        for row in lab.table.rows:
            name = f"row {row.status or '*'} {row.name}".strip()
            if name in lab.deviations:
                continue
            body = lab.says(row.name) if row.name else {}
            fault = said(row.status or 400, body)
            lab.lossy.next(fault)
            means(attempt(lab.publisher(), prepared, lab), row)
            assert lab.lossy.waiting == 0, name
        assert lab.seen() == []


def changes(lab: HttpLab) -> list[Request]:
    """The requests that came since the last `clear` and change something."""
    return [request for request in lab.lossy.requests if request.mutating]


def looked_for(publisher: Publisher, prepared: Prepared) -> object:
    """What `find` says or raises."""
    try:
        return publisher.find(prepared)
    except PublishError as error:
        return error


def means(answer: Receipt | PublishError, row: Row) -> None:
    """What came of it is what the row stands for."""
    assert type(answer) is _CLASSES[row.means], (row, answer)
    assert "\n" not in str(answer)
    if isinstance(answer, Transient):
        assert f"WAIT_{answer.scope.upper()}" == row.means.name, row
    if isinstance(answer, AuthExpired):
        assert answer.refreshable == (row.means is Means.RENEW), row
    if isinstance(answer, Permanent):
        assert answer.field == row.field, row


@contextmanager
def impostor(file: Path) -> Iterator[tuple[str, list[str]]]:
    """A server on this machine with somebody else's certificate, and the requests it heard."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(urlsplit(self.path).path)

        do_GET = do_PUT = do_POST

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
