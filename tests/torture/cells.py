"""The cells of the matrix, and the plan that is carried out in each.

A cell is a store, a number of nodes and what happens to them. In every cell there are fifteen
accounts: five kinds of trouble with the platform, three classes of platform.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from scheduler.delivery import Content, Delivery, Late, delivery_id
from tests.torture.faults import Kind
from tests.torture.publisher import CLASSES


class Store(StrEnum):
    """Where the ledger lies."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


class Trouble(StrEnum):
    """What happens to the nodes and their ledger."""

    KILL = "kill"
    """SIGKILL, at any moment."""
    PAUSE = "pause"
    """SIGSTOP, and SIGCONT 1-8 s later."""
    DATABASE = "database"
    """The server is killed and started again. SQLite has no server: what writes the file is the
    node, and it is killed in the very moment in which the file changes."""
    DISK = "disk"
    """Nothing can be written for a while."""
    LOCK = "lock"
    """Somebody else holds the ledger's lock for 10 s."""


@dataclass(frozen=True)
class Cell:
    """One of the twenty."""

    store: Store
    nodes: int
    trouble: Trouble

    @property
    def name(self) -> str:
        """``sqlite-1-kill``."""
        return f"{self.store}-{self.nodes}-{self.trouble}"


CELLS: Sequence[Cell] = tuple(
    Cell(store, nodes, trouble) for store in Store for nodes in (1, 2) for trouble in Trouble
)
ACCOUNTS: Sequence[tuple[str, str]] = tuple((kind, klass) for kind in Kind for klass in CLASSES)
"""Society and channel: the kind of trouble, and the class of platform."""


def chosen(words: str) -> list[Cell]:
    """The cells whose name has one of these words, parted by commas; all for an empty text."""
    wanted = [word for word in words.split(",") if word]
    return [cell for cell in CELLS if not wanted or any(word in cell.name for word in wanted)]


@dataclass(frozen=True)
class Shape:
    """How a plan is spread: over ``span`` seconds, a ``wave`` share of it at one instant in the
    middle; a ``brief`` share may only be ``window`` seconds late."""

    count: int
    span: float
    wave: float = 0.3
    brief: float = 0.1
    window: float = 6.0


def plan(shape: Shape, start: datetime, seed: int) -> list[Delivery]:
    """Deliveries from ``start`` on, evenly over the accounts, each with a text of its own."""
    chance = random.Random(seed)
    found = []
    for number in range(shape.count):
        society, channel = ACCOUNTS[number % len(ACCOUNTS)]
        share = 0.5 if chance.random() < shape.wave else chance.random()
        due = start + timedelta(seconds=round(share * shape.span, 3))
        window = shape.window if chance.random() < shape.brief else 3600.0
        found.append(_delivery(number, society, channel, due, due + timedelta(seconds=window)))
    return found


def _delivery(
    number: int, society: str, channel: str, due: datetime, expires: datetime
) -> Delivery:
    card = f"card-{number}"
    name = delivery_id("torture", card, society, channel, "en", due.date())
    return Delivery(
        id=name,
        campaign="torture",
        card=card,
        society=society,
        channel=channel,
        platform="torture",
        locale="en",
        occurrence=due.date(),
        wall=due.astimezone(UTC).replace(tzinfo=None),
        zone="UTC",
        due_at=due,
        expires_at=expires,
        late=Late.POST_UNTIL,
        author="author",
        content=Content(f"Nobody may be bought or sold. ({number})", "en", card),
    )
