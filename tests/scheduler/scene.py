"""A small campaign to schedule, and a place for it to go: what the tests of this stage share."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from publishers.memory import MemoryPlatform, MemoryPublisher
from publishers.port import Idempotency
from scheduler.adapters.inline import InlineExecutor
from scheduler.adapters.manual_clock import ManualClock, ManualTime
from scheduler.adapters.memory_ledger import MemoryLedger
from scheduler.deliver import Deliver, Gate
from scheduler.delivery import Content, Delivery, Entry, Late, PictureRef
from scheduler.ledger import Claim, Ledger, Ref
from scheduler.plan import LatePolicy, Slot, Target, plan
from scheduler.rules import leave
from scheduler.runner import Pace, Runner
from scheduler.verdict import Timing

WORLD_DAY = date(2027, 7, 30)
ROME = Target("it", "feed", "memory", "it", "Europe/Rome")
DUE = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)  # 09:00 in Rome
EXPIRES = datetime(2027, 7, 30, 18, 0, tzinfo=UTC)
BEFORE = DUE - timedelta(days=10)
LEASE = timedelta(minutes=5)
SETTLE = timedelta(seconds=30)
POST_UNTIL = LatePolicy(Late.POST_UNTIL, time(20, 0))


def deliveries(
    cards: int = 1,
    targets: Sequence[Target] = (ROME,),
    late: LatePolicy = POST_UNTIL,
    text: str = "Nobody may be bought or sold.",
    pictures: tuple[PictureRef, ...] = (),
) -> list[Delivery]:
    """``cards`` cards at 09:00 on the day, ready to be approved."""
    slots = [Slot(0, time(9, 0), f"card-{number}") for number in range(1, cards + 1)]
    bare = plan("myths", "author", WORLD_DAY, slots, targets, late)
    return [replace(one, content=content(one, text, pictures)) for one in bare]


def content(
    one: Delivery, text: str = "Help is near.", pictures: tuple[PictureRef, ...] = ()
) -> Content:
    """Something to say."""
    return Content(f"{text} ({one.card})", one.locale, one.card, pictures=pictures)


def approved(ledger: Ledger, plan_: Iterable[Delivery], now: datetime = BEFORE) -> list[str]:
    """Put a plan into a ledger and have it approved; the ids."""
    wanted = list(plan_)
    ledger.put(wanted, now)
    ids = [one.id for one in wanted]
    assert all(decision.granted for decision in ledger.approve(ids, "approver", now))
    return ids


def hint(ledger: Ledger, delivery_id: str) -> Ref:
    """The hint that a delivery is due."""
    return leave.ref(ledger.get(delivery_id))


def due_ids(ledger: Ledger, now: datetime, limit: int) -> list[str]:
    """What could be claimed, as ids."""
    return [ref.id for ref in ledger.due(now, limit)]


def claim_one(
    ledger: Ledger, delivery_id: str, now: datetime = DUE, owner: str = "runner"
) -> Claim:
    """The claim on a delivery that is due."""
    [claim] = ledger.claim([hint(ledger, delivery_id)], owner, now + LEASE, now)
    return claim


def picture(folder: Path, name: str = "card.png", alt: str = "A hand.") -> PictureRef:
    """A real picture of one pixel."""
    data = _png()
    (folder / name).write_bytes(data)
    return PictureRef(hashlib.sha256(data).hexdigest(), name, "image/png", 1, 1, alt)


def _png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00\x00"))
        + chunk(b"IEND", b"")
    )


def nothing_against(entry: Entry, now: datetime) -> Sequence[str]:
    """A gate that is always open."""
    return ()


class Stage:
    """Everything wired together on time that stands still: a day to walk through by hand."""

    def __init__(
        self,
        base: Path,
        idempotency: Idempotency = Idempotency.NATIVE,
        ledger: Ledger | None = None,
        gate: Gate = nothing_against,
        settings: dict[str, object] | None = None,
        key_ttl: float | None = None,
    ) -> None:
        self.time = ManualTime(BEFORE)
        self.ledger: Ledger = ledger or MemoryLedger()
        self.platform = MemoryPlatform(idempotency, key_ttl)
        self.publisher = MemoryPublisher("feed", settings or {}, base, platform=self.platform)
        self.clock = ManualClock(self.time)
        self.executor = InlineExecutor()
        self.deliver = Deliver(
            self.ledger,
            self.time,
            lambda _delivery: self.publisher,
            gate,
            base,
            "runner",
            Timing(settle=SETTLE, lease=LEASE),
        )
        self.runner = Runner(
            self.ledger,
            self.clock,
            self.executor,
            self.deliver.work,
            self.time,
            "runner",
            Pace(settle=SETTLE),
        )
        self.executor.start(self.deliver.work, self.runner.wake)

    def at(self, instant: datetime | timedelta) -> int:
        """Move to an instant and do one round; how many were taken up."""
        self.time.move(instant)
        return self.runner.round()

    def posts(self) -> list[str]:
        """The keys of what a visitor sees."""
        return [post.key for post in self.platform.posts]
