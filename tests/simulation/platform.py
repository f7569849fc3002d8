"""The other side of the network, in virtual time: what is on the wire, and what stands there.

A request that has left is no longer its sender's: it arrives, or does not, whether or not the
sender lives, at most :data:`WITHIN` after it left. On the class that can be read back a post is
found :data:`LAG` after it was accepted. These two promises are what a settle time rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from publishers.port import Idempotency

PATIENCE = timedelta(seconds=10)
"""After so long a sender gives up waiting for an answer."""
WITHIN = timedelta(seconds=40)
LAG = timedelta(seconds=10)
RETRY_AFTER = timedelta(seconds=40)


class Fault(Enum):
    """What is done to one request to post."""

    NONE = "none"
    LOST_ANSWER = "lost answer"
    """Accepted; the sender waits in vain."""
    LOST_REQUEST = "lost request"
    """Never arrives; the sender waits in vain."""
    ERROR_AFTER = "500 after commit"
    """Accepted, then answered with an error at once."""
    LIMITED = "429"
    """Not accepted, and asked to wait."""
    REFUSED = "403"
    """Not accepted, for good."""
    HANG = "hang"
    """Accepted long after the sender gave up."""
    UNREACHABLE = "connection refused"
    """Nothing leaves."""
    EXPIRED = "401"
    """Not accepted: the account needs its owner."""


ACCEPTED = frozenset({Fault.NONE, Fault.LOST_ANSWER, Fault.ERROR_AFTER, Fault.HANG})
"""What makes a post."""


class Look(Enum):
    """What is done to one look-up."""

    ANSWERED = "answered"
    BUSY = "429"
    CANNOT_TELL = "cannot tell"


class Check(Enum):
    """What the last look before a request comes to."""

    PASSED = "passed"
    FAILED = "helpline out of date"


class Request(NamedTuple):
    """A request on the wire; ``arrives`` is None for one that never does."""

    number: int
    key: str
    digest: str
    sent: datetime
    arrives: datetime | None
    accepted: bool


class Live(NamedTuple):
    """A post that a visitor sees, made by the request of this number."""

    id: str
    key: str
    digest: str
    request: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Platform:
    """Posts and wire, as a value."""

    idempotency: Idempotency
    posts: tuple[Live, ...] = ()
    wire: tuple[Request, ...] = ()
    requests: int = 0

    def send(self, key: str, digest: str, fault: Fault, now: datetime) -> Platform:
        """A request leaves."""
        delay = WITHIN if fault is Fault.HANG else timedelta()
        arrives = None if fault is Fault.LOST_REQUEST else now + delay
        number = self.requests + 1
        request = Request(number, key, digest, now, arrives, fault in ACCEPTED)
        return replace(self, wire=(*self.wire, request), requests=number)

    def slowed(self) -> Platform:
        """Whatever is on the wire arrives as late as the platform's promise allows."""
        late = tuple(
            one._replace(arrives=one.sent + WITHIN) if one.arrives else one for one in self.wire
        )
        return replace(self, wire=late)

    def next_arrival(self) -> datetime | None:
        """When the next request arrives."""
        return min((one.arrives for one in self.wire if one.arrives), default=None)

    def at(self, now: datetime) -> Platform:
        """As it is when everything due to arrive has."""
        here = self
        while (due := here.next_arrival()) is not None and due <= now:
            one = next(request for request in here.wire if request.arrives == due)
            rest = tuple(request for request in here.wire if request is not one)
            here = replace(here, wire=rest, posts=here._with(one, due))
        return here

    def visible(self, digest: str, now: datetime) -> Live | None:
        """What a look-up finds."""
        seen = (post for post in self.posts if post.digest == digest and post.at + LAG <= now)
        return next(seen, None)

    def of(self, key: str) -> list[Live]:
        """What stands there under a key."""
        return [post for post in self.posts if post.key == key]

    def _with(self, one: Request, at: datetime) -> tuple[Live, ...]:
        known = self.idempotency is Idempotency.NATIVE and self.of(one.key)
        if not one.accepted or known:
            return self.posts
        name = f"post-{len(self.posts) + 1}"
        return (*self.posts, Live(name, one.key, one.digest, one.number, at))
