"""An account that was parked goes on, and with it what it was parked for.

A platform that refuses an account's credentials has made nothing visible: once somebody has put
that right and lifts the hold, the post that met it goes again as those behind it do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from scheduler.delivery import State
from scheduler.ledger import Filter, HoldScope, Ledger, Verdict


@dataclass(frozen=True)
class Released:
    """Whether there was a hold, and the ids of the deliveries that go again with it."""

    lifted: bool
    again: tuple[str, ...] = ()


def release(ledger: Ledger, scope: HoldScope, value: str, by: str, now: datetime) -> Released:
    """Lift a hold on the word of ``by``.

    What waits for a person for the very reason of the hold, and of which nothing can have been
    sent, is taken as not there: it goes out where its approval stands and its time has not passed.
    """
    whys = {hold.why for hold in ledger.holds() if (hold.scope, hold.value) == (scope, value)}
    if not ledger.release(scope, value, by, now):
        return Released(False)
    which = Filter(states={State.NEEDS_HUMAN}, account=value)
    waiting = [
        entry for entry in ledger.entries(which) if not entry.in_doubt and entry.note in whys
    ]
    decisions = [ledger.resolve(one.id, by, now, Verdict.NOT_THERE) for one in waiting]
    return Released(True, tuple(one.id for one in decisions if one.granted))
