"""What is to be delivered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import NamedTuple

from publishers.port import Prepared
from scheduler.delivery import Content, Delivery
from tests.scheduler.scene import BEFORE, deliveries
from tests.simulation.remembering import Chain, Remembering
from tests.simulation.store import Image, Shelf

KIND = "virtual"


class Scene(NamedTuple):
    """What is to be delivered, and what it may become by an edit."""

    one: Delivery
    other: Delivery
    image: Image
    lines: Chain | None

    @property
    def narrow(self) -> bool:
        """Whether there may be no time for a second try."""
        return self.one.expires_at - self.one.due_at < timedelta(minutes=15)

    def digest(self, delivery: Delivery) -> str:
        """What the frozen request of a delivery is known by."""
        assert delivery.content is not None
        return frozen(delivery.id, delivery.content.text).digest


@cache
def frozen(key: str, text: str) -> Prepared:
    """The request of a text; the same for the same."""
    return Prepared.of(key, KIND, {"text": text})


def scene(shelf: Shelf, window: timedelta) -> Scene:
    """One delivery, approved, that may go out within ``window``."""
    [plan] = deliveries()
    one = replace(plan, expires_at=plan.due_at + window)
    two = timedelta(minutes=2)
    other = replace(
        one,
        content=Content("Help is near.", one.locale, one.card),
        wall=one.wall + two,
        due_at=one.due_at + two,
        expires_at=one.expires_at + two,
    )
    ledger = Remembering(shelf, shelf.empty)
    ledger.put([one], BEFORE)
    [decision] = ledger.approve([one.id], "approver", BEFORE)
    assert decision.granted
    return Scene(one, other, ledger.image, ledger.lines)
