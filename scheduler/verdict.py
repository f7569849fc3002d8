"""What a publisher's error means for a delivery and its account, and how long to wait for what.

Transient                     wait, and try again        the account waits too, if it is about it
Permanent                     refused for good
AuthExpired, AccountBlocked   a person                   the account waits until it is released
  AuthExpired, refreshable    again at once: the next preparation renews the credentials
Unknown, and any other error  in doubt, look it up       (not here: nothing was promised)
"""

from __future__ import annotations

import logging
import math
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    Transient,
)
from publishers.port import Capabilities, Idempotency
from scheduler.delivery import Delivery
from scheduler.ledger import AskHuman, Hold, HoldScope, Outcome, Rejected, TryAgain

log = logging.getLogger("clarion.scheduler.deliver")

# A platform that asks for less or more has said something else.
_SHORTEST, _LONGEST = timedelta(seconds=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what.

    ``settle`` is the least time between a lost answer and the look-up: the request may still be
    on its way. ``window`` is how long a platform that forgets keys is trusted to know one.
    ``lease`` is how long a claim lasts: well over three times the longest request. ``leave`` is
    how long the leave to send may be used, much less than ``settle``. ``rewrite`` are the pauses,
    in real seconds, between tries to write down what came of it. ``ready`` is how long a platform
    may work on uploads before the attempt is given up. ``renewals`` is how many attempts may end
    with credentials to be renewed before a person is asked, ``doubts`` how many requests may get
    lost: a platform that fails on a post each time is not asked for ever.
    """

    first_wait: timedelta = timedelta(seconds=15)
    longest_wait: timedelta = timedelta(minutes=15)
    settle: timedelta = timedelta(seconds=30)
    window: timedelta = timedelta(minutes=50)
    lease: timedelta = timedelta(minutes=5)
    leave: timedelta = timedelta(seconds=10)
    rewrite: tuple[float, ...] = (0.2, 1.0, 5.0)
    ready: timedelta = timedelta(minutes=1)
    renewals: int = 3
    doubts: int = 8

    def wait(self, attempts: int) -> timedelta:
        """The pause after so many attempts: it doubles, up to ``longest_wait``."""
        doubled: timedelta = self.first_wait * (1 << min(max(attempts - 1, 0), 20))
        return min(doubled, self.longest_wait)

    def pause(self, error: PublishError, attempts: int) -> timedelta:
        """The pause after this error: the platform's own, if it named one."""
        asked = error.retry_after if isinstance(error, Transient) else None
        if asked is None or math.isnan(asked):
            return self.wait(attempts)
        least, most = _SHORTEST.total_seconds(), _LONGEST.total_seconds()
        return timedelta(seconds=min(max(asked, least), most))


def outcome(error: PublishError, timing: Timing, attempts: int, now: datetime) -> Outcome:
    """What becomes of a delivery after an error that promises that nothing became visible."""
    if renewable(error, timing, attempts):
        return TryAgain(now + _SHORTEST, str(error))
    if isinstance(error, AuthExpired | AccountBlocked):
        return AskHuman(str(error))
    if isinstance(error, Permanent):
        return Rejected(str(error))
    return TryAgain(now + timing.pause(error, attempts), str(error))


def hold_for(
    delivery: Delivery, error: PublishError, timing: Timing, attempts: int, now: datetime
) -> Hold | None:
    """The hold that spares an account, or all of a platform, requests that cannot succeed.

    Trouble of a host or of one post holds nobody: every post waits by itself.
    """
    if renewable(error, timing, attempts):
        return None
    if isinstance(error, AuthExpired | AccountBlocked):
        return Hold(HoldScope.ACCOUNT, delivery.account, None, str(error))
    if not isinstance(error, Transient) or error.scope in ("post", "host"):
        return None
    until = now + timing.pause(error, attempts)
    if error.scope == "app":
        return Hold(HoldScope.PLATFORM, delivery.platform, until, str(error))
    return Hold(HoldScope.ACCOUNT, delivery.account, until, str(error))


def renewable(error: PublishError, timing: Timing, attempts: int) -> bool:
    """Whether the next preparation renews what ran out, and has not done so in vain before."""
    return isinstance(error, AuthExpired) and error.refreshable and attempts <= timing.renewals


def settle_time(caps: Capabilities | None, timing: Timing) -> timedelta:
    """How long a lost request may still take to become visible."""
    if caps is None or caps.idempotency is Idempotency.NONE:
        return timedelta()  # there is nothing to wait for: a person looks
    return max(timing.settle, timedelta(seconds=caps.settle_seconds))


def knows_key(
    caps: Capabilities, timing: Timing, first_sent_at: datetime | None, now: datetime
) -> bool:
    """Whether the platform itself would recognise the same request if it came again."""
    if caps.idempotency is Idempotency.NATIVE:
        return True
    if caps.idempotency is not Idempotency.WINDOWED or first_sent_at is None:
        return False
    window = timing.window
    if caps.key_ttl is not None:
        window = min(window, timedelta(seconds=caps.key_ttl) * 5 / 6)
    return now - first_sent_at < window


def bug(doing: str, error: Exception) -> str:
    """One line for people, and the trace for us. Not the text: it may hold a secret."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s while %s:\n%s", type(error).__name__, doing, trace)
    return f"unexpected {type(error).__name__} while {doing}: this is a bug, see the log"
