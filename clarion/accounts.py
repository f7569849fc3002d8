"""The accounts of a workspace: whether they can be used, for how long, and who sees to it.

An account is a channel, ``society/channel``. Those of platforms that want secrets have theirs
sealed beside the ledger (:mod:`clarion.vault`); what may be seen of them is told here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

from campaigns.model import Channel
from clarion.errors import ClarionError
from clarion.report import naming
from clarion.wiring import Studio
from publishers import registry
from publishers.account import Grant, Renewing, Wanted
from publishers.errors import AuthExpired, PublisherError, SetupError, Transient
from publishers.port import Publisher
from scheduler.delivery import Delivery
from scheduler.ledger import LedgerError

if TYPE_CHECKING:
    from clarion.store.accounts import Row

T = TypeVar("T")

_NAMED = 5

SOON = timedelta(days=28)
"""How long before its end an account that only a person can renew is told about."""
_RENEWED = timedelta(days=30)
"""How long before its end an account is renewed that can be without a person: at half its life,
if that is later, and told about if that has not been done after ``_GRACE``."""
_GRACE = timedelta(days=2)
_SESSION = timedelta(days=7)
"""What lives shorter than this is renewed whenever a post goes out, and here once in a while."""


class State(StrEnum):
    """How an account stands."""

    OK = "ok"
    MISSING = "missing"
    """Its platform wants secrets, and none are stored."""
    OPTIONAL = "optional"
    """Its platform may want secrets or do without, and none are stored."""
    UNUSED = "unused"
    """Secrets are stored, and no channel of the workspace has this name."""
    LOCKED = "locked"
    """Its secrets cannot be opened with the keys that are here."""
    SOON = "expires soon"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Standing:
    """How one account stands; ``why`` is one line with the remedy, empty when all is well.
    ``by_itself``: it is renewed without a person while 'clarion run' runs."""

    account: str
    platform: str
    state: State
    why: str = ""
    row: Row | None = None
    by_itself: bool = False

    def __str__(self) -> str:
        return f"{self.account}: {self.why or self.state}"

    def days(self, now: datetime) -> int | None:
        """Whole days until it ends; None when it does not, nobody said, or a session is renewed
        in passing."""
        if self.row is None or self.row.expires_at is None or _is_session(self.row):
            return None
        return (self.row.expires_at - now).days

    def as_dict(self, now: datetime) -> dict[str, Any]:
        """Plain values; nothing secret."""
        row = self.row
        shown = {
            name: _iso(getattr(row, name, None))
            for name in ("expires_at", "verified_at", "renewed_at", "added_at")
        }
        plain = {
            name: getattr(row, name, "") for name in ("handle", "fingerprint", "key", "added_by")
        }
        return {
            "account": self.account, "platform": self.platform, "state": str(self.state),
            "why": self.why, "days_left": self.days(now), **plain, **shown,
        }  # fmt: skip


def told(found: Iterable[Standing]) -> Iterator[str]:
    """What these need, as :func:`alike` has it."""
    return alike((one.account, one.why or one.state) for one in found)


def alike(found: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Accounts and what is said of them: a line for each thing, which several share."""
    said: dict[str, list[tuple[str, str]]] = {}
    for name, why in found:
        said.setdefault(why.replace(name, "NAME"), []).append((name, why))
    for shared, pairs in said.items():
        [name, why], several = pairs[0], len(pairs) > 1
        yield f"{some(one for one, _ in pairs)}: {shared}" if several else f"{name}: {why}"


def some(names: Iterable[str]) -> str:
    """The first of these by name, and how many more there are."""
    found = sorted(names)
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more


def unconnected(studio: Studio, deliveries: Iterable[Delivery]) -> list[Standing]:
    """The accounts of these that need secrets and have none, by name; no register is read, and
    nobody is asked."""
    there = {row.account for row in studio.ledger.accounts.all()}
    wanting = {
        one.account: one.platform
        for one in deliveries
        if one.account not in there and needed(one.platform)
    }
    return [unstored(name, wanting[name]) for name in sorted(wanting)]


def standings(studio: Studio, now: datetime) -> list[Standing]:
    """Every account that is stored, and every channel whose platform takes secrets, by name."""
    known = channels(studio)
    found = {one.account: _claimed(one, known) for one in stored(studio, now)}
    for name, channel in known.items():
        if name not in found and takes(channel.platform):
            found[name] = unstored(name, channel.platform)
    return [found[name] for name in sorted(found)]


def unstored(name: str, platform: str) -> Standing:
    """How an account stands of which nothing is stored."""
    if needed(platform):
        return Standing(name, platform, State.MISSING, f"no secrets are stored: {add(name)}")
    why = f"no secrets are stored, and none may be needed; to try: clarion accounts verify {name}"
    return Standing(name, platform, State.OPTIONAL, why if takes(platform) else "")


def stored(studio: Studio, now: datetime) -> list[Standing]:
    """The accounts that are stored, by name; no register is read."""
    return [standing(studio, row, now) for row in studio.ledger.accounts.all()]


def standing(studio: Studio, row: Row, now: datetime) -> Standing:
    """How an account stands of which something is stored."""
    by_itself = row.renewed_at is not None or _can_renew(row.platform)
    state, why = _judged(studio, row, now, by_itself=by_itself)
    return Standing(row.account, row.platform, state, why, row, by_itself)


def ends_before(one: Standing, last: datetime, now: datetime) -> tuple[str, bool]:
    """Why an account will not last until ``last``, in one line, empty when it will; and whether
    that is sure: nobody knows it of what can be renewed, until that has worked once or is late."""
    row = one.row
    if row is None or row.expires_at is None or row.expires_at > last or _is_session(row):
        return "", True
    if one.by_itself and one.state is State.OK and row.renewed_at is not None:
        return "", True
    ends = f"ends {row.expires_at:%Y-%m-%d}, before its last post of that date"
    remedy = _remedy(row, now, by_itself=one.by_itself)
    sure = not one.by_itself or one.state is not State.OK
    return f"{ends} ({last:%Y-%m-%d %H:%M} UTC): {remedy}", sure


def channels(studio: Studio) -> dict[str, Channel]:
    """The channels of the workspace's societies, by the names of their accounts."""
    return {
        f"{society.id}/{channel.id}": channel
        for society in studio.societies()
        for channel in society.channels
    }


def needed(platform: str) -> bool:
    """Whether an account of this platform needs a secret. False for an unknown platform."""
    return any(not one.optional for one in _wanted(platform))


def takes(platform: str) -> bool:
    """Whether an account of this platform may have secrets. False for an unknown platform."""
    return bool(_wanted(platform))


def _wanted(platform: str) -> tuple[Wanted, ...]:
    try:
        return registry.wanted(platform)
    except SetupError:
        return ()


def _claimed(one: Standing, known: Mapping[str, Channel]) -> Standing:
    """The same, unless no channel has its name."""
    if one.account in known:
        return one
    why = (
        f"no channel here has this name: clarion accounts remove {one.account}; if the channel was "
        "renamed, connect it under its new name first"
    )
    return replace(one, state=State.UNUSED, why=why)


def add(account: str) -> str:
    """The command that gives an account its secrets."""
    return f"clarion accounts add {account}"


@dataclass(frozen=True)
class Account:
    """An account, ``society/channel``, and its publisher or why there is none."""

    name: str
    made: Publisher | None
    why: str = ""

    def ask(self) -> str:
        """What the platform calls it. Raises ``PublisherError``; :class:`ClarionError` for a bug.

        May take as long as the platform takes to answer.
        """
        return self._guarded(lambda made: made.verify())

    def renew(self, used: Grant) -> bool:
        """Have a grant newer than ``used``; False where only a person can. Raises as ``ask``."""
        one: object = self.made
        if not isinstance(one, Renewing):
            return False
        self._guarded(lambda _: one.renew(used))
        return True

    def _guarded(self, act: Callable[[Publisher], T]) -> T:
        if self.made is None:
            raise SetupError(self.why)
        try:
            return act(self.made)
        except (PublisherError, LedgerError):
            raise
        except Exception as error:  # noqa: BLE001  a publisher from elsewhere may do anything
            bug = f"unexpected {type(error).__name__}: this is a bug"
        raise ClarionError(bug)  # without the other one, whose words may hold anything

    def trouble(self) -> tuple[str, bool]:
        """What is wrong with it, empty when it can be used; and whether that is sure. A session
        that the next post renews is no trouble."""
        try:
            self.ask()
        except Transient as error:
            return self._own(error), False
        except (PublisherError, ClarionError, LedgerError) as error:
            renewed = isinstance(error, AuthExpired) and error.refreshable
            return "" if renewed else self._own(error), True
        return "", True

    def _own(self, error: Exception) -> str:
        """Its words, without this account's name before them."""
        return naming(str(error).removeprefix(f"{self.name}: "), self.name)


def account(studio: Studio, delivery: Delivery) -> Account:
    """The account that a delivery goes to."""
    try:
        return Account(delivery.account, studio.publisher_for(delivery))
    except PublisherError as error:
        return Account(delivery.account, None, str(error))


# --- how long it lasts ---


def _judged(studio: Studio, row: Row, now: datetime, *, by_itself: bool) -> tuple[State, str]:
    if why := studio.vault.locked(row):
        return State.LOCKED, why.removeprefix(f"{row.account}: ")
    ends = row.expires_at
    if ends is None or _is_session(row):
        return State.OK, ""
    remedy = _remedy(row, now, by_itself=by_itself)
    if ends <= now:
        return State.EXPIRED, f"ended {ends:%Y-%m-%d}: {remedy}"
    warned = (renewal(row) or ends) + _GRACE if by_itself else ends - SOON
    if now < warned:
        return State.OK, ""
    return State.SOON, f"ends {ends:%Y-%m-%d}, in {(ends - now).days} days: {remedy}"


def _remedy(row: Row, now: datetime, *, by_itself: bool) -> str:
    if by_itself and row.expires_at is not None and row.expires_at > now:
        return f"'clarion run' renews it, or: clarion accounts verify {row.account}"
    return f"connect it anew: {add(row.account)}"


def _is_session(row: Row) -> bool:
    """Renewed by the publisher in passing, every few hours."""
    if row.renewed_at is None or row.expires_at is None:
        return False
    return row.expires_at - row.renewed_at < _SESSION


def renewal(row: Row) -> datetime | None:
    """When an account is to be renewed, if that can be done without a person."""
    if row.expires_at is None:
        return None
    if row.renewed_at is None:  # nobody knows how old it was when it came
        return row.expires_at - _RENEWED
    if _is_session(row):
        return row.renewed_at + _RENEWED  # lest what renews it runs out between two campaigns
    return row.expires_at - min(_RENEWED, (row.expires_at - row.renewed_at) / 2)


def _can_renew(platform: str) -> bool:
    try:
        return hasattr(registry.factory(platform), "renew")
    except SetupError:
        return False


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
