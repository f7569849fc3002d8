"""A lossy way to a server: it lets the server act, and then loses what it answered.

    with LossyProxy("http://127.0.0.1:3300") as lossy:      # faults: publishers.testing.faults
        publisher = make(server=lossy.origin, local="yes")
        lossy.next(LoseAnswer())                        # the next request that changes something
        lossy.next(CutAnswer(), when=to("GET", "/api/v1/.*"))
        ...
        assert [(one.method, one.path) for one in lossy.requests] == [("POST", "/api/v1/statuses")]

`LossyMail` does the same before an SMTP server, for the end of the message. Both listen on this
machine alone.
"""

from __future__ import annotations

import re
import select
import socket
import socketserver
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from publishers.testing.faults import CutAnswer, Fault, Late, Reply, said

When = Callable[[str, str], bool]
"""Whether a fault is for a request of this method to this path."""
_PATIENCE = 30.0
_STEP = 0.05


def mutating(method: str, path: str) -> bool:
    """A request that changes something: the usual target of a fault."""
    return method not in ("GET", "HEAD", "OPTIONS")


def anything(method: str, path: str) -> bool:
    return True


def to(method: str, path: str) -> When:
    """Requests of this method whose whole path matches this regular expression."""
    return lambda verb, where: verb == method and re.fullmatch(path, where) is not None


@dataclass(frozen=True)
class Request:
    """One that came: its path has no query. `passed_on` tells whether the server got it, `fault`
    what happened to it."""

    method: str
    path: str
    passed_on: bool
    fault: str

    @property
    def mutating(self) -> bool:
        return mutating(self.method, self.path)


class Lossy:
    """What came, in order of time, and what is to happen to what comes next."""

    def __init__(self) -> None:
        self._requests: list[Request] = []
        self._faults: list[tuple[Fault, When]] = []
        self._lock = threading.Lock()
        self._closing = threading.Event()

    @property
    def requests(self) -> tuple[Request, ...]:
        with self._lock:
            return tuple(self._requests)

    @property
    def waiting(self) -> int:
        """How many faults nobody has met yet."""
        with self._lock:
            return len(self._faults)

    def next(self, fault: Fault, when: When = mutating, times: int = 1) -> None:
        """The next request that fits `when`, or the next `times`, will meet this fault."""
        with self._lock:
            self._faults += [(fault, when)] * times

    def clear(self) -> None:
        """Forget the faults that nobody met, and the requests."""
        with self._lock:
            self._faults.clear()
            self._requests.clear()

    def take(self, method: str, path: str) -> Fault:
        """Write a request down; the fault that it meets."""
        with self._lock:
            at = next((n for n, (_, when) in enumerate(self._faults) if when(method, path)), None)
            fault = Fault() if at is None else self._faults.pop(at)[0]
            self._requests.append(Request(method, path, fault.commits, fault.name))
            return fault


class _Serving(Lossy):
    """A server on a free port of this machine, from `with` to its end."""

    _server: socketserver.TCPServer

    def _start(self, server: socketserver.TCPServer) -> None:
        self._server = server
        self.port: int = server.server_address[1]
        self._thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening; whoever is kept waiting is let go."""
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def line(self, plug: socket.socket) -> _Line:
        return _Line(plug, self._closing)


class LossyProxy(_Serving):
    """Stands before the HTTP server at `target`, an origin such as `http://127.0.0.1:3300`; the
    server is told its own host. A body must come with its length."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self.target = target.rstrip("/")
        self._start(_Http(("127.0.0.1", 0), _HttpHandler, self))
        self.origin = f"http://127.0.0.1:{self.port}"

    def ask(self, method: str, path: str, headers: list[tuple[str, str]], body: bytes) -> Reply:
        """What the server answers. OSError or HTTPException when it does not."""
        parts = urlsplit(self.target)
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        there = kind(parts.hostname or "", parts.port, timeout=_PATIENCE)
        try:
            there.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            there.putheader("Host", parts.netloc)
            for name, value in headers:
                if name.lower() not in ("host", "connection", "accept-encoding"):
                    there.putheader(name, value)
            there.putheader("Connection", "close")
            there.endheaders(body or None)
            answer = there.getresponse()
            return Reply(answer.status, tuple(answer.getheaders()), answer.read())
        finally:
            there.close()


class LossyMail(_Serving):
    """Stands before the SMTP server at `host` and `port`. A fault is met by the end of the next
    message; `requests` has one `DATA` for each."""

    def __init__(self, host: str, port: int) -> None:
        super().__init__()
        self.target = (host, port)
        self._start(_Mail(("127.0.0.1", 0), _MailHandler, self))
        self.host = "127.0.0.1"


class _Line:
    def __init__(self, plug: socket.socket, closing: threading.Event) -> None:
        self._plug = plug
        self._closing = closing

    def write(self, data: bytes) -> None:
        with suppress(OSError):
            self._plug.sendall(data)

    def gone(self, seconds: float) -> bool:
        if self._closing.is_set():
            return True
        try:
            ready, _, _ = select.select([self._plug], [], [], seconds)
            return bool(ready) and not self._plug.recv(1, socket.MSG_PEEK)
        except (OSError, ValueError):
            return True


class _Quiet(socketserver.TCPServer):
    """Clients that hang up are what this is for: no traces of it on the terminal."""

    daemon_threads = True
    lossy: Any

    def __init__(self, at: tuple[str, int], handler: Any, lossy: Lossy) -> None:
        self.lossy = lossy
        super().__init__(at, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _Http(_Quiet, ThreadingHTTPServer):
    pass


class _Mail(_Quiet, socketserver.ThreadingTCPServer):
    pass


class _HttpHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        lossy: LossyProxy = self.server.lossy  # type: ignore[attr-defined]
        self.close_connection = True
        if "Transfer-Encoding" in self.headers:
            said(411).reply(Reply(411), lossy.line(self.connection))
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = lossy.take(self.command, self.path.partition("?")[0])
        reply = Reply(502)
        if fault.commits:
            try:
                reply = lossy.ask(self.command, self.path, self.headers.items(), body)
            except (OSError, HTTPException):
                return
        if self.command == "HEAD":
            reply = Reply(reply.status, reply.headers)
        fault.reply(reply, lossy.line(self.connection))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _pass

    def log_message(self, *args: object) -> None:
        pass


class _MailHandler(socketserver.StreamRequestHandler):
    """Carries the dialogue line by line: what the server says, then what the client says."""

    def handle(self) -> None:
        lossy: LossyMail = self.server.lossy  # type: ignore[attr-defined]
        with socket.create_connection(lossy.target, _PATIENCE) as there, there.makefile("rb") as up:
            self.wfile.write(_reply(up))
            while command := self.rfile.readline():
                there.sendall(command)
                reply = _reply(up)
                if command.strip().upper() != b"DATA" or not reply.startswith(b"354"):
                    self.wfile.write(reply)
                elif not self._message(lossy, there, up, reply):
                    return

    def _message(self, lossy: LossyMail, there: socket.socket, up: Any, go: bytes) -> bool:
        """Whether the dialogue goes on after the message."""
        self.wfile.write(go)
        lines = [self.rfile.readline()]
        while lines[-1] not in (b".\r\n", b""):
            lines.append(self.rfile.readline())
        if not lines[-1]:
            return False
        fault = lossy.take("DATA", "")
        if not fault.commits:
            return False
        there.sendall(b"".join(lines))
        reply = _reply(up)
        if type(fault) is Fault:
            self.wfile.write(reply)
            return True
        line = lossy.line(self.connection)
        if isinstance(fault, CutAnswer):
            line.write(reply[:2])
        elif isinstance(fault, Late):
            while not fault.released.is_set() and not line.gone(_STEP):
                pass
            line.write(reply)
        return False


def _reply(up: Any) -> bytes:
    """A reply of one line or several (RFC 5321, 4.2.1)."""
    lines = [up.readline()]
    while lines[-1][3:4] == b"-":
        lines.append(up.readline())
    return b"".join(lines)
