"""What the contract suite asks of whoever brings a publisher: one fresh account to try it on.

Write two methods, `publisher` and `seen`; the rest has a default, to be changed where the platform
is otherwise. What the platform at hand cannot do goes into `deviations`, with the reason: the suite
then asserts that it really is so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from publishers.account import FixedAccount
from publishers.http.table import Table
from publishers.port import Picture, Post, Prepared, Publisher, Receipt
from publishers.sameness import same_text
from publishers.testing.faults import FAULTS, DropRequest, Fault, LoseAnswer
from publishers.testing.lossy import LossyProxy
from publishers.testing.posts import NOW, a_picture, a_post

DEVIATIONS: Mapping[str, str] = {
    "twins": "the same words again are refused, also under another key",
    "one id": "a post that goes out twice bears one remote id",
    "text alone": "a post without a picture is not taken",
    "lenient": "the server at hand takes what is over the platform's limits",
    "any 2xx": "any answer of 200 to 299 is a yes, whatever its body",
    "uploads kept": "the server never forgets what was uploaded",
}
"""What a platform may do otherwise. A row of the error table that `publish` treats in a way of its
own is named `row 422 DUPLICATE_POST`, or `row * NAME` where it has no status."""


@dataclass(frozen=True)
class Seen:
    """One post as a visitor sees it. `language` is empty and `alts` are missing where the platform
    has none. `marked` are the stretches of the text that it shows as links and hashtags, in order,
    cut out by the platform's own reckoning; None where the platform finds them by itself."""

    text: str
    language: str
    alts: tuple[str, ...]
    marked: tuple[str, ...] | None = None


class Lab(ABC):
    """One fresh account on the platform, and what is to be seen there."""

    deviations: Mapping[str, str] = {}
    """Names from `DEVIATIONS`, each with the reason why it is so here."""
    secrets: tuple[str, ...] = ()
    """Every secret that the publisher knows: searched for in all that it says."""
    echoes: frozenset[str] = frozenset({"text", "language", "alts"})
    """What a receipt tells of what was stored."""
    never_was: str = "never-was"
    """A remote id of the platform's form that no post has."""
    faults: tuple[Callable[[], Fault], ...] = (DropRequest, LoseAnswer)
    """What can go wrong on the way to this platform."""

    @property
    def now(self) -> datetime:
        """The time in which posts go out; a server that has a clock of its own needs the real
        one."""
        return NOW

    @abstractmethod
    def publisher(self) -> Publisher:
        """A new publisher on the same account, as after a restart."""

    @abstractmethod
    def seen(self) -> list[Seen]:
        """What a visitor sees on the account now, oldest first."""

    def expected(self, post: Post) -> Seen:
        """What a visitor should see of this post."""
        caps = self.publisher().capabilities()
        alts = tuple(picture.alt for picture in post.pictures)
        return Seen(post.text, post.language if caps.languages else "", alts if caps.alts else ())

    def picture(self, folder: Path, alt: str, size: int = 0) -> Picture:
        """A picture that the platform takes, made up to `size` bytes."""
        return a_picture(folder, alt, size=size)

    def post(self, *, text: str, key: str, language: str, pictures: tuple[Picture, ...]) -> Post:
        """A post that is due now."""
        return a_post(key=key, text=text, language=language, pictures=pictures, at=self.now)

    @abstractmethod
    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        """`publisher.publish(prepared, self.now)`, with this happening to its one request. Raises
        what that raises; Unknown where the process died of it."""

    def over_limit(self, prepared: Prepared) -> Prepared | None:
        """The same request with a text that is longer than the platform takes, made without
        asking `validate`. None, and `lenient` among the deviations, where nobody would mind."""
        return None


class HttpLab(Lab):
    """An account on a server that speaks HTTP, with a lossy proxy before it: what `publisher`
    makes talks to `lossy.origin`."""

    faults = FAULTS
    lossy: LossyProxy
    account: FixedAccount
    """What `publisher` is given; the suite sets its clock."""
    table: ClassVar[Table] = Table(())
    """The adapter's error table."""

    @abstractmethod
    def impatient(self) -> Publisher:
        """As `publisher`, but with half a second for a whole exchange: best a subclass of the
        adapter with `deadline = 0.5`."""

    @abstractmethod
    def elsewhere(self, origin: str, ca_file: str) -> Publisher:
        """As `publisher`, but with its server at this origin and with this authority trusted."""

    def says(self, name: str) -> bytes | Mapping[str, object]:
        """The body in which the platform names this error of the table."""
        return {"error": name}

    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        """See `Lab.through`."""
        self.lossy.next(fault)
        who = self.impatient() if fault.slow else publisher
        return who.publish(prepared, self.now)

    # For `UploadContract`.

    def forget_uploads(self) -> None:
        """Let the server forget what was uploaded and not yet posted."""
        raise NotImplementedError

    # For `RenewalContract`.

    renewals: int = 0
    """How often the server gave out new credentials."""

    def expire(self) -> None:
        """Let the server refuse the present access token, and renew it when asked."""
        raise NotImplementedError

    def revoke(self) -> None:
        """Let the server refuse every token of this account for good."""
        raise NotImplementedError


def alike(seen: Seen, expected: Seen) -> bool:
    """Whether what is seen is what was meant, but for spaces and composition."""
    return (
        same_text(seen.text, expected.text)
        and seen.language == expected.language
        and len(seen.alts) == len(expected.alts)
        and all(map(same_text, seen.alts, expected.alts))
    )
