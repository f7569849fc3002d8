"""One attempt at one delivery: the only place from which a post leaves.

    gate -> prepare -> intent (stored) -> publish, once -> settle
                                             `- no answer: unknown -> find -> there, or again

Before the intent nothing can have become visible, after it everything may have. So an error before
it is just an error, and one after it that the publisher did not explain is a doubt, to be looked
up before anything else is done.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublisherError,
    PublishError,
    Transient,
)
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Found,
    Idempotency,
    Prepared,
    Publisher,
    Receipt,
)
from scheduler.clock import TimeSource
from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import (
    AskHuman,
    Claim,
    HoldBack,
    InDoubt,
    Ledger,
    NotThere,
    Outcome,
    Posted,
    Refused,
    Rejected,
    TryAgain,
)
from scheduler.post import compose, differences, receipt_fields, touched

log = logging.getLogger("clarion.scheduler.deliver")

Gate = Callable[[Entry, datetime], Sequence[str]]
"""What is checked at the moment of posting: every reason why this must not go out now."""
PublisherFor = Callable[[Delivery], Publisher]
"""The publisher of a delivery's account; it may raise ``publishers.errors.SetupError``."""

PROBABLY = "it has probably gone out: open the account, look, and say what is there"


@dataclass(frozen=True, slots=True)
class Timing:
    """How long to wait for what.

    ``settle`` is the least time between a lost answer and the look-up: the request may still be
    on its way. ``window`` is how long a platform that forgets keys is trusted to know one.
    """

    first_wait: timedelta = timedelta(seconds=15)
    longest_wait: timedelta = timedelta(minutes=15)
    settle: timedelta = timedelta(seconds=30)
    window: timedelta = timedelta(minutes=50)

    def wait(self, attempts: int) -> timedelta:
        """The pause after so many attempts: it doubles, up to ``longest_wait``."""
        doubled: timedelta = self.first_wait * (1 << min(max(attempts - 1, 0), 20))
        return min(doubled, self.longest_wait)


class Deliver:
    """Carries claimed deliveries to their publishers."""

    def __init__(
        self,
        ledger: Ledger,
        time: TimeSource,
        publisher_for: PublisherFor,
        gate: Gate,
        assets: Path,
        timing: Timing | None = None,
    ) -> None:
        self._ledger = ledger
        self._time = time
        self._publisher_for = publisher_for
        self._gate = gate
        self._assets = assets
        self._timing = timing or Timing()

    def attempt(self, claim: Claim) -> None:
        """Send it, or look it up, and settle.

        Whatever a publisher or the gate does ends up in the ledger. Only the ledger's own errors
        come out; the claim then runs into its lease.
        """
        try:
            publisher = self._publisher_for(claim.entry.delivery)
        except PublisherError as error:
            self._settle(claim, AskHuman(str(error)))
            return
        except Exception as error:  # noqa: BLE001  a bug out there must not stop the others
            self._settle(claim, AskHuman(_bug("setting up the account", error)))
            return
        if claim.entry.state is State.RECONCILING:
            self._look_up(claim, publisher)
        else:
            self._first(claim, publisher)

    # --- before the intent: nothing can have become visible ---

    def _first(self, claim: Claim, publisher: Publisher) -> None:
        ready = self._prepare(claim, publisher)
        if isinstance(ready, Prepared):
            self._send(claim, publisher, ready)
        else:
            self._settle(claim, ready)

    def _prepare(self, claim: Claim, publisher: Publisher) -> Prepared | Outcome:
        content = claim.entry.delivery.content
        reasons = self._reasons(claim.entry)
        if reasons or content is None:
            return HoldBack(tuple(reasons) or ("it has no content",))
        post = compose(claim.entry.delivery, content, self._assets)
        try:
            findings = publisher.validate(post)
            if findings:
                return Rejected("; ".join(finding.text for finding in findings))
            return publisher.prepare(post)
        except PublishError as error:
            return self._explained(claim, error)
        except Exception as error:  # noqa: BLE001
            return AskHuman(_bug("preparing", error))

    def _reasons(self, entry: Entry) -> list[str]:
        """Everything that speaks against it at this moment."""
        try:
            reasons = list(self._gate(entry, self._time.now()))
        except Exception as error:  # noqa: BLE001  a check that fails is no permission
            reasons = [_bug("checking", error)]
        content = entry.delivery.content
        return reasons + (touched(content, self._assets) if content else [])

    # --- the intent and after: everything may have become visible ---

    def _send(self, claim: Claim, publisher: Publisher, prepared: Prepared) -> None:
        answer = self._ledger.intent(claim, prepared.to_json().encode(), self._time.now())
        if isinstance(answer, Refused):
            log.info("%s: not sent: %s %s", claim.id, answer.why, answer.detail)
            return
        self._settle(claim, self._publish(claim, publisher, prepared, answer.entry.attempts))

    def _publish(
        self, claim: Claim, publisher: Publisher, prepared: Prepared, attempts: int
    ) -> Outcome:
        try:
            receipt = publisher.publish(prepared, self._time.now())
        except (Transient, Permanent, AuthExpired, AccountBlocked) as error:
            return self._explained(claim, error, attempts)
        except PublishError as error:
            return self._doubt(publisher, str(error))
        except Exception as error:  # noqa: BLE001  it may have happened all the same
            return self._doubt(publisher, _bug("publishing", error))
        return _posted(claim.entry, receipt)

    def _doubt(self, publisher: Publisher, why: str) -> InDoubt:
        return InDoubt(self._time.now() + self._settle_time(publisher), why)

    def _settle_time(self, publisher: Publisher) -> timedelta:
        caps = _capabilities(publisher)
        if caps is None or caps.idempotency is Idempotency.NONE:
            return timedelta()  # there is nothing to wait for: a person looks
        return max(self._timing.settle, timedelta(seconds=caps.settle_seconds))

    # --- looking up ---

    def _look_up(self, claim: Claim, publisher: Publisher) -> None:
        caps = _capabilities(publisher)
        prepared = _stored(claim.entry)
        if caps is None or prepared is None or caps.idempotency is Idempotency.NONE:
            self._settle(claim, AskHuman(f"{claim.entry.note}; {PROBABLY}"))
            return
        answer = self._find(claim, publisher, prepared, caps)
        if isinstance(answer, Found):
            self._settle(claim, _posted(claim.entry, answer.receipt))
        elif isinstance(answer, Absent):
            self._again(claim, publisher, prepared)
        elif isinstance(answer, CannotTell):
            self._same_again(claim, publisher, prepared, caps, answer.reason)
        else:
            self._settle(claim, answer)

    def _find(
        self, claim: Claim, publisher: Publisher, prepared: Prepared, caps: Capabilities
    ) -> Found | Absent | CannotTell | Outcome:
        if not caps.can_find:
            return CannotTell("the platform cannot be asked")
        try:
            return publisher.find(prepared)
        except Permanent as error:
            return CannotTell(str(error))
        except PublishError as error:
            self._hold(claim, error)
            return TryAgain(self._time.now() + self._pause(error, claim.entry.attempts), str(error))
        except Exception as error:  # noqa: BLE001
            return CannotTell(_bug("looking it up", error))

    def _again(self, claim: Claim, publisher: Publisher, prepared: Prepared) -> None:
        """It is proved absent: the stored request may go out, if nothing speaks against it now."""
        if not self._settle(claim, NotThere("looked up, and it is not there")):
            return
        reasons = self._reasons(claim.entry)
        if reasons:
            self._settle(claim, HoldBack(tuple(reasons)))
        else:
            self._send(claim, publisher, prepared)

    def _same_again(
        self,
        claim: Claim,
        publisher: Publisher,
        prepared: Prepared,
        caps: Capabilities,
        reason: str,
    ) -> None:
        """Nobody can tell: only where the platform itself knows the key, the same goes again."""
        if self._knows_key(claim.entry, caps) and not self._reasons(claim.entry):
            self._send(claim, publisher, prepared)
        else:
            self._settle(claim, AskHuman(f"{reason}; {PROBABLY}"))

    def _knows_key(self, entry: Entry, caps: Capabilities) -> bool:
        if caps.idempotency is Idempotency.NATIVE:
            return True
        if caps.idempotency is not Idempotency.WINDOWED or entry.first_sent_at is None:
            return False
        window = self._timing.window
        if caps.key_ttl is not None:
            window = min(window, timedelta(seconds=caps.key_ttl) * 5 / 6)
        return self._time.now() - entry.first_sent_at < window

    # --- outcomes ---

    def _explained(self, claim: Claim, error: PublishError, attempts: int | None = None) -> Outcome:
        """An error that promises that nothing became visible."""
        self._hold(claim, error)
        if isinstance(error, AuthExpired | AccountBlocked):
            return AskHuman(str(error))
        if isinstance(error, Permanent):
            return Rejected(str(error))
        tried = claim.entry.attempts + 1 if attempts is None else attempts
        return TryAgain(self._time.now() + self._pause(error, tried), str(error))

    def _pause(self, error: PublishError, attempts: int) -> timedelta:
        if isinstance(error, Transient) and error.retry_after is not None:
            return timedelta(seconds=max(error.retry_after, 0.0))
        return self._timing.wait(attempts)

    def _hold(self, claim: Claim, error: PublishError) -> None:
        """Spare the account further requests while they cannot succeed."""
        now, account = self._time.now(), claim.entry.delivery.account
        if isinstance(error, AuthExpired | AccountBlocked):
            self._ledger.hold_account(account, None, str(error), now)
        elif isinstance(error, Transient) and error.scope == "account":
            until = now + self._pause(error, claim.entry.attempts + 1)
            self._ledger.hold_account(account, until, str(error), now)

    def _settle(self, claim: Claim, outcome: Outcome) -> bool:
        kept = self._ledger.settle(claim, outcome, self._time.now())
        if not kept:
            log.warning("%s: the claim was lost before %s", claim.id, type(outcome).__name__)
        return kept


def _posted(entry: Entry, receipt: Receipt) -> Posted:
    content = entry.delivery.content
    note = differences(content, receipt) if content else ""
    return Posted(receipt.remote_id, receipt.url or "", receipt.at, receipt_fields(receipt), note)


def _stored(entry: Entry) -> Prepared | None:
    try:
        return Prepared.from_json(entry.prepared.decode())
    except ValueError:
        log.exception("%s: the stored request cannot be read", entry.id)
        return None


def _capabilities(publisher: Publisher) -> Capabilities | None:
    try:
        return publisher.capabilities()
    except Exception as error:  # noqa: BLE001
        _bug("asking what the platform can do", error)
        return None


def _bug(doing: str, error: Exception) -> str:
    """One line for people, and the trace for us. Not the text: it may hold a secret."""
    trace = "".join(traceback.format_tb(error.__traceback__))
    log.error("unexpected %s while %s:\n%s", type(error).__name__, doing, trace)
    return f"unexpected {type(error).__name__} while {doing}: this is a bug, see the log"
