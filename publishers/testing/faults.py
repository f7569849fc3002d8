"""What may happen to a request on its way, as values that a lossy proxy is given.

`commits` tells whether the server gets the request, and so acts; `slow` whether the client has to
run out of patience. What is not here arrives and is answered as it should be.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event
from typing import Any, Protocol

_HTML = b"<!doctype html><title>Sorry</title><p>Something went wrong."
_STEP = 0.05
_UNASKED = {"content-length", "transfer-encoding", "connection", "content-encoding"}


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)

    def wire(self, length: int | None = None) -> bytes:
        """As HTTP/1.1 writes it; `length` in place of that of the body."""
        kept = [(name, value) for name, value in self.headers if name.lower() not in _UNASKED]
        size = len(self.body) if length is None else length
        lines = [f"HTTP/1.1 {self.status} As said", *(f"{name}: {value}" for name, value in kept)]
        lines += [f"Content-Length: {size}", "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1") + self.body


class Line(Protocol):
    """The connection to the client."""

    def write(self, data: bytes) -> None: ...

    def gone(self, seconds: float) -> bool:
        """Wait so long for the client to hang up; whether it did."""


@dataclass(frozen=True)
class Fault:
    """Passes everything on. Each other fault is a kind of this one."""

    name: str = "nothing"
    commits: bool = True
    slow: bool = False

    def reply(self, answer: Reply, line: Line) -> None:
        """Tell the client what this fault makes of the server's answer."""
        line.write(answer.wire())


@dataclass(frozen=True)
class DropRequest(Fault):
    """The server never hears of it, and the connection closes."""

    name: str = "request dropped"
    commits: bool = False

    def reply(self, answer: Reply, line: Line) -> None:
        pass


@dataclass(frozen=True)
class LoseAnswer(Fault):
    """The server acts and answers; the connection closes before a byte of it is passed on."""

    name: str = "answer lost"

    def reply(self, answer: Reply, line: Line) -> None:
        pass


@dataclass(frozen=True)
class CutAnswer(Fault):
    """The server acts; the connection breaks in the middle of its answer."""

    name: str = "answer cut"

    def reply(self, answer: Reply, line: Line) -> None:
        wire = answer.wire()
        line.write(wire[: len(wire) - (len(answer.body) + 1) // 2] if answer.body else wire[:9])


@dataclass(frozen=True)
class Late(Fault):
    """The server acts; its answer comes once `released` is set, if the client still waits then."""

    name: str = "answer late"
    slow: bool = True
    released: Event = field(default_factory=Event, compare=False)

    def reply(self, answer: Reply, line: Line) -> None:
        while not self.released.is_set():
            if line.gone(_STEP):
                return
        line.write(answer.wire())


@dataclass(frozen=True)
class Drip(Fault):
    """The server acts; its answer comes a byte at a time and has no end."""

    name: str = "answer drips"
    slow: bool = True

    def reply(self, answer: Reply, line: Line) -> None:
        line.write(Reply(200, (("Content-Type", "application/json"),)).wire(1_000_000))
        while not line.gone(_STEP):
            line.write(b" ")


@dataclass(frozen=True)
class Instead(Fault):
    """This answer in place of the server's."""

    answer: Reply = Reply(500)

    def reply(self, answer: Reply, line: Line) -> None:
        line.write(self.answer.wire())


@dataclass(frozen=True)
class Halved(Fault):
    """The server acts; half of its body comes, and the length that is told fits that half."""

    name: str = "JSON cut short"

    def reply(self, answer: Reply, line: Line) -> None:
        half = answer.body[: len(answer.body) // 2] or b'{"id'
        line.write(Reply(answer.status, answer.headers, half).wire())


@dataclass(frozen=True)
class Swapped(Fault):
    """The server acts; in its JSON, every text that is a key of `texts` is told as its value: so
    looks a server that stored something else than it was sent."""

    name: str = "stored otherwise"
    texts: Mapping[str, str] = field(default_factory=dict)

    def reply(self, answer: Reply, line: Line) -> None:
        try:
            body = json.dumps(self._swap(json.loads(answer.body))).encode()
        except ValueError:
            body = answer.body
        line.write(Reply(answer.status, answer.headers, body).wire())

    def _swap(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: self._swap(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._swap(inner) for inner in value]
        return self.texts.get(value, value) if isinstance(value, str) else value


def said(
    status: int,
    body: bytes | Mapping[str, Any] = b"",
    headers: Mapping[str, str] | None = None,
    *,
    name: str = "",
    commits: bool = False,
) -> Instead:
    """An answer in place of the server's, which hears of the request only if `commits`."""
    kind = "application/json" if isinstance(body, Mapping) else "text/html; charset=utf-8"
    data = json.dumps(body).encode() if isinstance(body, Mapping) else body
    told = {"Content-Type": kind} | dict(headers or {})
    return Instead(name or str(status), commits, False, Reply(status, tuple(told.items()), data))


def failed(status: int) -> Instead:
    """The server acts; what answers is a machine before it, in HTML."""
    return said(status, _HTML, name=f"{status} after commit", commits=True)


def html() -> Instead:
    return said(200, _HTML, name="HTML with 200", commits=True)


def without_id() -> Instead:
    return said(200, {}, name="200 without the id", commits=True)


def oversize(size: int = 4 << 20) -> Instead:
    body = b'{"id": "1"}'.ljust(size)
    return Instead("oversize answer", True, False, Reply(200, (), body))


def unauthorised() -> Instead:
    return said(401, {"error": "the token is not accepted"}, name="401")


def moved(to: str, status: int = 307) -> Instead:
    """Not passed on: the client is told to go elsewhere."""
    return said(status, headers={"Location": to}, name="redirect")


DATE = datetime(2027, 7, 30, 7, tzinfo=UTC)
"""What the clock of a server says that answers `too_many`."""
WAIT = 30
"""For how many seconds it asks to be left alone."""
FORMS: Mapping[str, Mapping[str, str]] = {
    "seconds": {"Retry-After": str(WAIT)},
    "date": {"Retry-After": format_datetime(DATE + timedelta(seconds=WAIT), usegmt=True)},
    "iso": {"X-RateLimit-Reset": (DATE + timedelta(seconds=WAIT)).isoformat()},
    "epoch": {"RateLimit-Reset": str(int(DATE.timestamp()) + WAIT)},
    "body": {},
    "none": {},
}
"""How a platform may say how long to wait."""


def too_many(form: str = "seconds") -> Instead:
    """429, and the server never hears of it."""
    body: dict[str, Any] = {"error": "too many requests"}
    if form == "body":
        body |= {"retry_after": WAIT, "parameters": {"retry_after": WAIT}}
    date = format_datetime(DATE, usegmt=True)
    return said(429, body, {"Date": date, **FORMS[form]}, name="429")


def _elsewhere() -> Instead:
    return moved("/elsewhere")


FAULTS: tuple[Callable[[], Fault], ...] = (
    Fault,
    DropRequest,
    LoseAnswer,
    CutAnswer,
    Late,
    Drip,
    *(lambda status=status: failed(status) for status in (408, 500, 502, 504, 520)),
    html,
    Halved,
    without_id,
    oversize,
    too_many,
    unauthorised,
    _elsewhere,
)
"""Every fault that one HTTP request can meet."""
MAIL_FAULTS: tuple[Callable[[], Fault], ...] = (Fault, DropRequest, LoseAnswer, CutAnswer, Late)
"""Those that a mail can meet."""
