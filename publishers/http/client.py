"""One request to a platform, and what may be believed of it afterwards.

    read         asks; may be asked again          nothing clear came back -> Transient
    repeatable   changes what nobody sees, or
                 what may be changed twice          nothing clear came back -> Transient
    once         the one act that makes a post      nothing left -> Transient, else -> Unknown

Every request has a fresh connection: on a kept one, a server that had closed it meanwhile looks
like one that lost the answer. No redirect is followed, no proxy, netrc or other surroundings are
used, certificates are verified, the whole exchange has a deadline, and an answer has a size.
What is told of a failure names the host and the act, never the address asked for: that may hold
a token.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from publishers.errors import Permanent, PublishError, SetupError, Transient, Unknown
from publishers.http.connection import CheckedAdapter, Trace

UNSHAPED = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an answer raises that has another shape than is documented."""

_AGENT = "clarion"
_CONNECT = 10.0
_PIECE = 1 << 16


class Act(Enum):
    """What a request does, and so what a lost answer means."""

    READ = "read"
    REPEATABLE = "repeatable"
    ONCE = "once"


@dataclass(frozen=True)
class Answer:
    """What came back, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body as JSON; None when it is none."""
        return parsed(self.body)

    def fields(self) -> Mapping[str, Any]:
        """The body as a JSON object; empty when it is none."""
        found = self.json()
        return found if isinstance(found, dict) else {}


def parsed(text: str | bytes) -> Any:
    """A text from outside as JSON; None when it is none, holds NaN, or is nested without end."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return None


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


class Client:
    """Talks to one host. Safe to use from several threads: nothing is kept between requests.

    `origin` is `https://host`, with a path that every request starts with if need be; `http` only
    for one marked `local`. `deadline` is for a whole exchange, in seconds; `cap` is the most bytes
    an answer may have; `ca_file` holds the certificates of an authority of one's own.
    """

    def __init__(
        self,
        origin: str,
        *,
        local: bool = False,
        deadline: float = 30.0,
        cap: int = 1 << 20,
        ca_file: str | None = None,
    ) -> None:
        """SetupError when `origin` is no address to post to."""
        self.origin = origin.rstrip("/")
        self.host = host_of(self.origin, local=local)
        self._local = local
        self._deadline = deadline
        self._cap = cap
        self._verify: str | bool = ca_file or True

    def read(self, what: str, path: str, **parts: Any) -> Answer:
        """GET. `what` names the act in words for people; `parts` as in `send`."""
        return self.send(Act.READ, "GET", what, path, **parts)

    def repeatable(self, method: str, what: str, path: str, **parts: Any) -> Answer:
        """A request that may be made twice: an upload, a deletion, a login."""
        return self.send(Act.REPEATABLE, method, what, path, **parts)

    def once(self, method: str, what: str, path: str, **parts: Any) -> Answer:
        """The one mutating request of a `publish`."""
        return self.send(Act.ONCE, method, what, path, **parts)

    def send(
        self,
        act: Act,
        method: str,
        what: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        files: Any = None,
        json: Any = None,
        auth: AuthBase | None = None,
    ) -> Answer:
        """One exchange. Every status comes back as an Answer but a redirect, which is Permanent.

        Raises Transient, Permanent, or for `Act.ONCE` Unknown; never anything of requests.
        """
        request = requests.Request(
            method,
            self.origin + path,
            headers={
                "User-Agent": _AGENT,
                "Accept": "*/*",
                "Connection": "close",
                **(headers or {}),
            },
            params=params,
            data=data,
            files=files,
            json=json,
            auth=auth,
        )
        ready = _written(request)
        if ready is None:
            text = f"{self.host}: {what}: the request cannot be written; look at the channel's"
            raise Permanent(f"{text} settings and secrets", code="request.unwritable")
        with Trace(local=self._local, deadline=self._deadline) as trace:
            answer, why = self._exchange(ready, trace)
        # Raised outside the handler: the exception that requests made holds the whole address.
        if answer is None:
            raise trace.refused or self._lost(act, what, why, trace)
        if 300 <= answer.status < 400 and answer.status != 304:
            raise self._moved(what, answer)
        return answer

    def _exchange(
        self, request: requests.PreparedRequest, trace: Trace
    ) -> tuple[Answer | None, str]:
        try:
            with requests.Session() as session:
                session.trust_env = False
                adapter = CheckedAdapter(trace)
                session.mount("https://", adapter)
                session.mount("http://", adapter)
                timeout = (min(_CONNECT, self._deadline), self._deadline)
                with session.send(
                    request,
                    stream=True,
                    allow_redirects=False,
                    timeout=timeout,
                    verify=self._verify,
                ) as response:
                    return self._whole(response, trace)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            return None, _in_words(error, trace)

    def _whole(self, response: requests.Response, trace: Trace) -> tuple[Answer | None, str]:
        body = bytearray()
        while piece := response.raw.read(_PIECE, decode_content=True):
            body += piece
            if len(body) > self._cap:
                return None, f"the answer has more than {self._cap} bytes"
        if trace.expired:
            return None, "no whole answer in time"
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, headers, bytes(body)), ""

    def _lost(self, act: Act, what: str, why: str, trace: Trace) -> PublishError:
        if act is Act.ONCE and trace.left:
            return Unknown(f"{self.host}: {what}: {why}", phase="answer")
        return Transient(f"{self.host}: {what}: {why}", scope="host")

    def _moved(self, what: str, answer: Answer) -> PublishError:
        there = urlsplit(answer.headers.get("location", "")).hostname or "elsewhere"
        text = f"{self.host}: {what}: it points to {there}; correct the address in the channel"
        return Permanent(text, code="address.moved", field="settings")


def host_of(origin: str, *, local: bool) -> str:
    """The host of an address of a server. SetupError when it is not one to send a post to."""
    try:
        parts = urlsplit(origin)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        host, parts = "", urlsplit("")
    if parts.scheme == "http" and not local:
        raise SetupError(f"{host or origin}: posts go over https only; write https://")
    if parts.scheme not in ("https", "http") or not host or parts.username or parts[3:] != ("", ""):
        raise SetupError("the address of a server is written like https://example.org")
    return host


def _written(request: requests.Request) -> requests.PreparedRequest | None:
    """None where something in it, a token with a line end, say, cannot stand in a request."""
    try:
        ready = request.prepare()
        for value in ready.headers.values():
            value.encode("latin-1")
    except (requests.RequestException, ValueError):
        return None
    return ready


def _in_words(error: Exception, trace: Trace) -> str:
    if trace.expired:
        return "no whole answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "no safe connection: its certificate is not to be trusted"
    if not trace.left:
        return "cannot be reached"
    return "the connection broke before a whole answer came"


class _Bare(logging.Filter):
    """urllib3 logs the path of each request, in which some platforms want a token."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = "%s: a request was made", (record.name,)
        return True


logging.getLogger("urllib3.connectionpool").addFilter(_Bare())
