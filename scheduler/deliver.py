"""One attempt at one delivery: the only place from which a post leaves.

    claim -> gate -> prepare, poll -> intent (stored) -> publish, once -> settle
                                             `- no answer: unknown -> find -> there, or again

Before the intent nothing can have become visible, after it everything may have. So an error before
it is just an error, and one after it that the publisher did not explain is a doubt, to be looked
up before anything else is done.
"""

from __future__ import annotations

import logging
import time as real
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
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
    Post,
    Prepared,
    Publisher,
    Receipt,
)
from scheduler import pacing
from scheduler.clock import TimeSource
from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import (
    AskHuman,
    Claim,
    HoldBack,
    InDoubt,
    Ledger,
    LedgerError,
    NotThere,
    Outcome,
    Posted,
    Ref,
    Refused,
    Rejected,
    Spacing,
    StoreError,
    TryAgain,
)
from scheduler.post import compose, differences, receipt_fields, touched
from scheduler.rules.posting import ABANDONED
from scheduler.verdict import Timing, bug, hold_for, knows_key, outcome, settle_time

log = logging.getLogger("clarion.scheduler.deliver")

Gate = Callable[[Entry, datetime], Sequence[str]]
"""What is checked at the moment of posting: every reason why this must not go out now.

It may raise ``publishers.errors.Transient`` where it cannot tell just now and may later.
"""
PublisherFor = Callable[[Delivery], Publisher]
"""The publisher of a delivery's account; it may raise ``publishers.errors.SetupError``."""

PROBABLY = "it has probably gone out: open the account, look, and say what is there"


class Deliver:
    """Carries due deliveries to their publishers, as the runner ``owner``.

    ``trusted`` says whether the time can be relied on; it is asked before every claim and every
    intent.
    """

    def __init__(
        self,
        ledger: Ledger,
        time: TimeSource,
        publisher_for: PublisherFor,
        gate: Gate,
        assets: Path,
        owner: str,
        timing: Timing | None = None,
        spacing: Spacing | None = None,
        trusted: Callable[[], bool] = lambda: True,
    ) -> None:
        self._ledger = ledger
        self._time = time
        self._publisher_for = publisher_for
        self._gate = gate
        self._assets = assets
        self._owner = owner
        self._timing = timing or Timing()
        self._spacing = spacing
        self._trusted = trusted

    def work(self, ref: Ref) -> None:
        """Follow a hint: claim it, where it is still to be had, and make one attempt."""
        if not self._trusted():
            return
        now = self._time.now()
        lease = now + self._timing.lease
        for claim in self._ledger.claim([ref], self._owner, lease, now, self._spacing):
            self.attempt(claim)

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
            self._settle(claim, AskHuman(bug("setting up the account", error)))
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
        try:
            reasons = self._reasons(claim.entry)
            if reasons or content is None:
                return HoldBack(tuple(reasons) or ("it has no content",))
            post = compose(claim.entry.delivery, content, self._assets)
            findings = publisher.validate(post)
            if findings:
                return Rejected("; ".join(finding.text for finding in findings))
            caps, now = publisher.capabilities(), self._time.now()
            full = pacing.full(self._ledger, claim.entry, caps, now)
            return full or self._ready(publisher, _prepared(publisher, post))
        except AuthExpired as error:
            # Renewing has had its turn: this account waits for a person.
            return self._explained(claim, AuthExpired(str(error)))
        except PublishError as error:
            return self._explained(claim, error)
        except Exception as error:  # noqa: BLE001
            return AskHuman(bug("preparing", error))

    def _ready(self, publisher: Publisher, prepared: Prepared) -> Prepared | TryAgain:
        """Wait until the platform has taken in what was uploaded: nothing is visible yet."""
        until = self._time.elapsed() + self._timing.ready.total_seconds()
        while (pending := publisher.poll(prepared)) is not None:
            pause = max(pending.retry_after, 0.1)
            if self._time.elapsed() + pause > until:
                return TryAgain(self._time.now() + self._timing.first_wait, pending.reason)
            real.sleep(pause)
        return prepared

    def _reasons(self, entry: Entry) -> list[str]:
        """Everything that speaks against it at this moment; the gate's ``Transient`` comes out."""
        try:
            reasons = list(self._gate(entry, self._time.now()))
        except Transient:
            raise
        except Exception as error:  # noqa: BLE001  a check that fails is no permission
            reasons = [bug("checking", error)]
        content = entry.delivery.content
        return reasons + (touched(content, self._assets) if content else [])

    # --- the intent and after: everything may have become visible ---

    def _send(self, claim: Claim, publisher: Publisher, prepared: Prepared) -> None:
        asked = self._time.elapsed()
        if not self._trusted():
            # Not now: who knows when that is?
            at = claim.entry.next_try or claim.entry.delivery.due_at
            self._settle(claim, TryAgain(at, "the time of this machine cannot be relied on"))
            return
        answer = self._ledger.intent(claim, prepared.to_json().encode(), self._time.now())
        if isinstance(answer, Refused):
            log.info("%s: not sent: %s %s", claim.id, answer.why, answer.detail)
        elif self._time.elapsed() - asked > self._timing.leave.total_seconds():
            # This process stood still meanwhile. By now somebody else may rightly believe that
            # it died and may be looking the request up: sent now, it could come after the look.
            sent = replace(claim, entry=answer.entry)
            self._settle(sent, TryAgain(self._time.now(), "the leave to send had grown old"))
        else:
            sent = replace(claim, entry=answer.entry)
            outcome = self._publish(sent, publisher, prepared, answer.entry.attempts)
            self._settle(sent, outcome)

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
            return self._doubt(publisher, bug("publishing", error))
        return _posted(claim.entry, receipt)

    def _doubt(self, publisher: Publisher, why: str) -> InDoubt:
        look_at = self._time.now() + settle_time(_capabilities(publisher), self._timing)
        return InDoubt(look_at, why)

    # --- looking up ---

    def _look_up(self, claim: Claim, publisher: Publisher) -> None:
        caps = _capabilities(publisher)
        prepared = _stored(claim.entry)
        if caps is None or prepared is None or caps.idempotency is Idempotency.NONE:
            self._settle(claim, AskHuman(f"{claim.entry.note}; {PROBABLY}"))
            return
        if claim.entry.note == ABANDONED:
            shows = self._shows_by(claim, caps)
            if self._time.now() < shows:
                self._settle(claim, InDoubt(shows, ABANDONED))
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

    def _shows_by(self, claim: Claim, caps: Capabilities) -> datetime:
        """From when on the platform shows what a dead runner sent last.

        Who lives has waited for that already. Of the dead only the intent is known, which may be
        used for a while; and whoever took over could not know the platform.
        """
        sent = max(line.at for line in self._ledger.journal(claim.id) if line.event == "intent")
        return sent + self._timing.leave + settle_time(caps, self._timing)

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
            self._hold(claim, error, claim.entry.attempts)
            pause = self._timing.pause(error, claim.entry.attempts)
            return TryAgain(self._time.now() + pause, str(error))
        except Exception as error:  # noqa: BLE001
            return CannotTell(bug("looking it up", error))

    def _again(self, claim: Claim, publisher: Publisher, prepared: Prepared) -> None:
        """It is proved absent: the stored request may go out, if nothing speaks against it now."""
        tried = claim.entry.attempts
        if tried >= self._timing.doubts:
            text = f"{claim.entry.note}; it was sent {tried} times and is not there"
            self._settle(claim, AskHuman(f"{text}: look at the platform, then say so"))
            return
        if not self._settle(claim, NotThere("looked up, and it is not there")):
            return
        try:
            reasons = self._reasons(claim.entry)
        except Transient as error:
            self._settle(claim, self._explained(claim, error))
            return
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
        now, since = self._time.now(), claim.entry.first_sent_at
        try:
            again = knows_key(caps, self._timing, since, now) and not self._reasons(claim.entry)
        except Transient as error:
            self._settle(claim, self._explained(claim, error))
            return
        if again:
            self._send(claim, publisher, prepared)
        else:
            self._settle(claim, AskHuman(f"{reason}; {PROBABLY}"))

    # --- outcomes ---

    def _explained(self, claim: Claim, error: PublishError, attempts: int | None = None) -> Outcome:
        """An error that promises that nothing became visible."""
        tried = claim.entry.attempts + 1 if attempts is None else attempts
        self._hold(claim, error, tried)
        return outcome(error, self._timing, tried, self._time.now())

    def _hold(self, claim: Claim, error: PublishError, tried: int) -> None:
        """Spare account or platform further requests while they cannot succeed."""
        now = self._time.now()
        hold = hold_for(claim.entry.delivery, error, self._timing, tried, now)
        if hold is None:
            return
        try:
            self._ledger.hold(hold, now)
        except LedgerError as problem:  # what came of the post matters more
            log.warning("%s: the hold cannot be kept: %s", claim.id, problem)

    def _settle(self, claim: Claim, outcome: Outcome) -> bool:
        kept = self._write_down(claim, outcome)
        if not kept:
            log.warning("%s: the claim was lost before %s", claim.id, type(outcome).__name__)
        return kept

    def _write_down(self, claim: Claim, outcome: Outcome) -> bool:
        """What was found out at some cost is offered to the ledger more than once."""
        for pause in self._timing.rewrite:
            try:
                return self._ledger.settle(claim, outcome, self._time.now())
            except StoreError as error:
                log.warning(
                    "%s: %s cannot be kept yet: %s", claim.id, type(outcome).__name__, error
                )
                real.sleep(pause)
        return self._ledger.settle(claim, outcome, self._time.now())


def _prepared(publisher: Publisher, post: Post) -> Prepared:
    """The first try may find out that the credentials have run out; the second renews them."""
    try:
        return publisher.prepare(post)
    except AuthExpired as error:
        if not error.refreshable:
            raise
    return publisher.prepare(post)


def _posted(entry: Entry, receipt: Receipt) -> Posted:
    content = entry.delivery.content
    note = differences(content, receipt) if content else ""
    return Posted(receipt.remote_id, receipt.url or "", receipt.at, receipt_fields(receipt), note)


def _stored(entry: Entry) -> Prepared | None:
    try:
        return Prepared.from_json(entry.prepared.decode())
    except (ValueError, TypeError):
        log.exception("%s: the stored request cannot be read", entry.id)
        return None


def _capabilities(publisher: Publisher) -> Capabilities | None:
    try:
        return publisher.capabilities()
    except Exception as error:  # noqa: BLE001
        bug("asking what the platform can do", error)
        return None
