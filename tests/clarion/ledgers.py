"""A workspace whose ledger has seen everything: what the tests of moves and backups start from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from clarion.settings import Settings, load_settings
from clarion.store.ledger import SqlLedger
from clarion.wiring import Studio
from scheduler.delivery import State
from scheduler.ledger import (
    Claim,
    Granted,
    Hold,
    HoldScope,
    InDoubt,
    Posted,
    Scope,
    Spacing,
    TryAgain,
)
from scheduler.trust import ClockMark
from tests.scheduler.scene import BEFORE, DUE, LEASE, approved, claim_one, deliveries, hint

AFTER = DUE + timedelta(hours=1)


def settings(workspace: Path, database: str = "") -> Settings:
    """What ``clarion.toml`` and the environment say."""
    workspace.mkdir(exist_ok=True)
    (workspace / "clarion.toml").touch()
    return load_settings(workspace, {"CLARION_DATABASE": database} if database else {})


@contextmanager
def opened(workspace: Path, database: str = "") -> Iterator[SqlLedger]:
    """The ledger, as every command opens it."""
    studio = Studio(settings(workspace, database))
    try:
        yield studio.ledger
    finally:
        studio.close()


def live(ledger: SqlLedger) -> None:
    """Eight deliveries in every state that a dead runner can leave, and all the rest."""
    ids = approved(ledger, deliveries(8))
    ledger.revoke(ids[:1], "approver", BEFORE)
    _, posted, refused, doubtful, claimed, looked_up, waiting, paced = ids
    receipt: Mapping[str, Any] = {"stored": {"text": "été ‏سلام"}}
    ledger.settle(
        sent(ledger, posted, b'{"a": 1}'), Posted("42", "https://example.org/42", DUE, receipt), DUE
    )
    ledger.settle(claim_one(ledger, refused), TryAgain(AFTER, "busy"), DUE)
    for one in (doubtful, looked_up):
        ledger.settle(sent(ledger, one, b"\x00\xff"), InDoubt(DUE, "no answer"), DUE)
    claim_one(ledger, looked_up, owner="dead-runner")
    claim_one(ledger, claimed, owner="dead-runner")
    [_] = ledger.claim([hint(ledger, paced)], "it", DUE + LEASE, DUE, Spacing(timedelta(hours=2)))
    ledger.revoke([waiting], "approver", DUE)
    ledger.stop(Scope.LOCALE, "fr", "duty-officer", DUE)
    ledger.hold(Hold(HoldScope.PLATFORM, "memory", AFTER, "too many requests"), DUE)
    ledger.hold(Hold(HoldScope.ACCOUNT, "gr/feed", None, "the token has expired"), DUE)
    ledger.clock_log.mark(ClockMark(DUE, "2027a", "duty-officer", "boot", BEFORE))
    ledger.clock_log.mark(ClockMark(AFTER, "2027b"))
    assert len({entry.state for entry in ledger.entries()}) >= 6


def sent(ledger: SqlLedger, name: str, prepared: bytes, now: datetime = DUE) -> Claim:
    """The claim on a delivery whose request may be on the wire."""
    claim = claim_one(ledger, name, now)
    granted = ledger.intent(claim, prepared, now)
    assert isinstance(granted, Granted)
    return replace(claim, entry=granted.entry)


def everything(ledger: SqlLedger) -> dict[str, object]:
    """All that can be asked of a ledger, but for what is said about a move."""
    return {
        "entries": ledger.entries(),
        "journal": [line for line in ledger.journal() if line.event not in ("arrived", "restored")],
        "stops": ledger.stops(),
        "holds": ledger.holds(),
        "clock": (ledger.clock_log.last(), ledger.clock_log.confirmed()),
        "due": [ledger.due(AFTER + timedelta(hours=hours), 100) for hours in range(4)],
        "next": ledger.next_due(DUE),
    }


def with_tables(address: str) -> None:
    """Make a database a ledger's, still empty."""
    from clarion.store.postgres import open_ledger

    open_ledger(address).close()


def states(ledger: SqlLedger) -> dict[State, int]:
    """How many deliveries are in which state."""
    found = [entry.state for entry in ledger.entries()]
    return {state: found.count(state) for state in set(found)}


def content(workspace: Path, database: str = "") -> dict[str, object]:
    """See :func:`everything`, of what a workspace or a database keeps."""
    with opened(workspace, database) as ledger:
        return everything(ledger)
