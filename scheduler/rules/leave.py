"""Leave to send: stops, holds, paces, times and approvals, weighed at one instant."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from scheduler.delivery import Delivery, Entry, State
from scheduler.ledger import Claim, Filter, Hold, HoldScope, Ref, Scope, Stop, Why, moment
from scheduler.rules import OWNED, WAITING


@dataclass(frozen=True, slots=True)
class Switches:
    """What stands against sending beside the delivery itself.

    ``paces`` says before which instant nothing else of an account is to be taken up.
    """

    stops: Collection[Stop] = ()
    holds: Mapping[tuple[HoldScope, str], Hold] = field(default_factory=dict)
    paces: Mapping[str, datetime] = field(default_factory=dict)


def stopped(delivery: Delivery, stops: Iterable[Stop]) -> Stop | None:
    """The first stop that covers this delivery."""
    return next((stop for stop in stops if covers(stop, delivery)), None)


def covers(stop: Stop, delivery: Delivery) -> bool:
    """Whether a stop reaches this delivery."""
    if stop.scope is Scope.ALL:
        return True
    if stop.scope is Scope.LATE:
        return moment(delivery.due_at) < stop.value
    value = {
        Scope.CAMPAIGN: delivery.campaign,
        Scope.SOCIETY: delivery.society,
        Scope.LOCALE: delivery.locale,
        Scope.CHANNEL: delivery.account,
    }[stop.scope]
    return stop.value == value


def stop_value(scope: Scope, value: str) -> str:
    """The value as it is kept; ``ValueError`` when a scope that needs one has none."""
    if scope is Scope.ALL:
        return ""
    if not value:
        raise ValueError(f"a stop of one {scope} needs its id")
    return value


def longer(old: Hold | None, new: Hold) -> Hold:
    """Of two holds of the same thing the one that lasts longer."""
    if old is None or (old.until is not None and (new.until is None or new.until > old.until)):
        return new
    return old


def held_now(delivery: Delivery, switches: Switches, now: datetime) -> Hold | None:
    """The hold that keeps this delivery from being sent now; the longest, if there are two."""
    longest: Hold | None = None
    for key in (
        (HoldScope.ACCOUNT, delivery.account),
        (HoldScope.PLATFORM, delivery.platform),
    ):
        hold = switches.holds.get(key)
        if hold is not None and (hold.until is None or hold.until > now):
            longest = longer(longest, hold)
    return longest


def ref(entry: Entry) -> Ref:
    """The hint that this is due."""
    return Ref(entry.id, entry.revision, entry.delivery.account)


def matches(entry: Entry, which: Filter) -> bool:
    """Whether an entry is asked for."""
    one = entry.delivery
    wanted = (
        (which.campaign, one.campaign),
        (which.occurrence, one.occurrence),
        (which.society, one.society),
        (which.account, one.account),
        (which.locale, one.locale),
        (which.platform, one.platform),
    )
    return (
        (which.ids is None or entry.id in which.ids)
        and (which.states is None or entry.state in which.states)
        and all(want is None or want == have for want, have in wanted)
    )


def claimable(entry: Entry, now: datetime, switches: Switches) -> bool:
    """Whether a runner may take it now."""
    at = ready_at(entry, now, switches)
    return at is not None and at <= now


def ready_at(entry: Entry, now: datetime, switches: Switches) -> datetime | None:
    """When a runner may take it, as things stand; None when only a person can change that."""
    if entry.next_try is None or entry.state not in WAITING | {State.UNKNOWN}:
        return None
    hold = held_now(entry.delivery, switches, now)
    if hold and hold.until is None:
        return None
    at = max(entry.next_try, hold.until) if hold and hold.until else entry.next_try
    if entry.state is State.UNKNOWN:
        return at
    at = max(at, switches.paces.get(entry.delivery.account, at))
    if stopped(entry.delivery, switches.stops) or max(at, now) >= entry.delivery.expires_at:
        return None
    return at


def owns(entry: Entry, claim: Claim) -> bool:
    """Whether the claim still stands."""
    return entry.owner == claim.owner and entry.fence == claim.fence and entry.state in OWNED


def why_not_send(
    entry: Entry, claim: Claim, prepared: bytes, now: datetime, switches: Switches
) -> tuple[Why, str] | None:
    """What stands against sending this request now; None is the leave to send it once."""
    one = entry.delivery
    if not owns(entry, claim) or entry.state is State.SENDING:
        return Why.LOST, f"it is {entry.state}"
    if entry.state is State.RECONCILING and prepared != entry.prepared:
        return Why.NOT_THE_SAME, "the prepared request differs from the stored one"
    if not entry.approved or not one.ready:
        return Why.NOT_APPROVED, ""
    if stop := stopped(one, switches.stops):
        return Why.STOPPED, f"{stop.scope} {stop.value} by {stop.by}".replace("  ", " ")
    if hold := held_now(one, switches, now):
        return Why.ACCOUNT_HELD, hold.why
    if now < one.due_at:
        return Why.EARLY, f"due at {one.due_at.isoformat()}"
    if now >= one.expires_at:
        return Why.LATE, f"its last moment was {one.expires_at.isoformat()}"
    return None
