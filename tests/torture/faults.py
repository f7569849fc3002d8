"""What the platform does to a request, and how that is decided: by chance, or by its key.

The kinds are those of the matrix; an account has one kind, so that every cell of the matrix has
accounts of its own. Chance depends on seed, key and how often the key came, on nothing else.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """A column of the matrix: what an account's requests have to fear."""

    LOST_ANSWER = "lost-answer"
    LOST_REQUEST = "lost-request"
    ERROR_AFTER = "500-after-commit"
    LIMIT = "429"
    HANG = "hang"


class Fault(StrEnum):
    """What is done to one request."""

    NONE = "none"
    CUT_AFTER = "cut-after"
    """Accepted, then the connection is cut."""
    CUT_BEFORE = "cut-before"
    """The connection is cut, and nothing was accepted."""
    ERROR_AFTER = "error-after"
    """Accepted, then answered with 500."""
    LIMIT_SECONDS = "limit-seconds"
    """429 with ``Retry-After`` in seconds."""
    LIMIT_DATE = "limit-date"
    """429 with ``Retry-After`` as a date."""
    SILENT = "silent"
    """Never accepted, never answered."""
    SILENT_AFTER = "silent-after"
    """Accepted, never answered."""
    SLOW = "slow"
    """Accepted when the client has long given up, and never answered."""


CHOICES: Mapping[Kind, Sequence[Fault]] = {
    Kind.LOST_ANSWER: (Fault.CUT_AFTER,),
    Kind.LOST_REQUEST: (Fault.CUT_BEFORE,),
    Kind.ERROR_AFTER: (Fault.ERROR_AFTER,),
    Kind.LIMIT: (Fault.LIMIT_SECONDS, Fault.LIMIT_DATE),
    Kind.HANG: (Fault.SILENT, Fault.SILENT_AFTER, Fault.SLOW),
}


class Faults(Protocol):
    """Decides."""

    def of(self, kind: str, key: str) -> Fault:
        """What is done to the next request with this key on an account of this kind."""
        ...


@dataclass
class Seeded:
    """A share ``chance`` of the requests is hit."""

    seed: int
    chance: float
    _seen: Counter[str] = field(default_factory=Counter)

    def of(self, kind: str, key: str) -> Fault:
        """See :class:`Faults`."""
        self._seen[key] += 1
        chance = random.Random(f"{self.seed}/{kind}/{key}/{self._seen[key]}")
        if chance.random() >= self.chance:
            return Fault.NONE
        return chance.choice(CHOICES[Kind(kind)])


class ByKey:
    """A key says itself what is to be done, before its first space: for tests."""

    def of(self, kind: str, key: str) -> Fault:
        """See :class:`Faults`."""
        return Fault(key.partition(" ")[0])
