"""One table an adapter: which answer means what.

An answer is looked up by status and by the name that the platform gives the error. What is in no
row is judged by its class. To the one act that posts, a 5xx, an unreadable success and what
somebody on the way says who lost patience are Unknown; any other 4xx is Permanent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    Scope,
    Transient,
    Unknown,
)
from publishers.http.client import Act, Answer
from publishers.http.waits import wait_of


class Means(Enum):
    """What a row stands for."""

    WAIT_POST = "wait, this post"
    WAIT_ACCOUNT = "wait, the account"
    WAIT_APP = "wait, every account of the app"
    WAIT_HOST = "wait, the host"
    NEVER = "never"
    RENEW = "renew the credentials and try again"
    SIGN_IN = "new credentials are needed"
    BLOCKED = "the owner of the account must act"
    UNKNOWN = "look it up"


_SCOPES: dict[Means, Scope] = {
    Means.WAIT_POST: "post",
    Means.WAIT_ACCOUNT: "account",
    Means.WAIT_APP: "app",
    Means.WAIT_HOST: "host",
}


_NOT_YET = (421, 425)
"""It was not looked at (RFC 9110, 15.5.20; RFC 8470, 5.2)."""
_IN_BETWEEN = (408, 409, 444, 460, 499)
"""Said by what stands before a server, or while the same request is still at work: the server may
have acted. 444 and 499 are nginx's, 460 is that of Amazon's load balancer."""


@dataclass(frozen=True)
class Row:
    """`status` None is any, `name` empty is any name. `words` say what a person should know or
    do; `field` is the part of the post to change."""

    status: int | None
    name: str
    means: Means
    words: str
    field: str | None = None


@dataclass(frozen=True)
class Table:
    """The rows of one adapter; `name_of` reads the platform's name of an error from an answer."""

    rows: Sequence[Row]
    name_of: Callable[[Answer], str] = lambda _: ""

    def row(self, status: int, name: str) -> Row | None:
        """The most exact row: status and name, then the name alone, then the status alone."""
        for want in ((status, name), (None, name), (status, "")):
            for row in self.rows:
                if (row.status, row.name) == want and want != (None, ""):
                    return row
        return None

    def error(self, host: str, what: str, answer: Answer, act: Act, now: datetime) -> PublishError:
        """What an answer that is not a success means. `now` is aware; it is used only where the
        answer names an instant to wait for and not its own time."""
        name = self.name_of(answer)
        row = self.row(answer.status, name)
        words = row.words if row else _plain(answer.status)
        said = f" ({name})" if name else ""
        text = f"{host}: {what}: {words} [{answer.status}{said}]"
        if row is None:
            return _by_class(text, answer, act, now)
        return _made(row, text, answer, act, now)


def _made(row: Row, text: str, answer: Answer, act: Act, now: datetime) -> PublishError:
    if row.means in _SCOPES:
        return Transient(text, retry_after=wait_of(answer, now), scope=_SCOPES[row.means])
    if row.means is Means.NEVER:
        return Permanent(text, code=row.name or str(row.status), field=row.field)
    if row.means in (Means.RENEW, Means.SIGN_IN):
        return AuthExpired(text, refreshable=row.means is Means.RENEW)
    if row.means is Means.BLOCKED:
        return AccountBlocked(text)
    return doubt(text, act)


def _by_class(text: str, answer: Answer, act: Act, now: datetime) -> PublishError:
    if answer.status == 429:
        return Transient(text, retry_after=wait_of(answer, now), scope="account")
    if answer.status == 401:
        return AuthExpired(text)
    if answer.status in _NOT_YET:
        return Transient(text, retry_after=wait_of(answer, now), scope="host")
    if 400 <= answer.status < 500 and answer.status not in _IN_BETWEEN:
        return Permanent(text, code=str(answer.status))
    return doubt(text, act)


def doubt(text: str, act: Act) -> PublishError:
    """What an answer means that says neither yes nor no."""
    if act is Act.ONCE:
        return Unknown(text, phase="answer")
    return Transient(text, scope="host")


def _plain(status: int) -> str:
    if status == 429:
        return "too many requests"
    if status == 401:
        return "the credentials are not accepted"
    if 200 <= status < 300:
        return "an answer that cannot be understood"
    if status in _NOT_YET:
        return "it was not looked at"
    if status in _IN_BETWEEN:
        return "given up on the way"
    return "refused" if status < 500 else "the server failed"
