"""Gives an account its secrets, and asks whether they still serve."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from campaigns.model import Channel
from clarion import accounts, renewing
from clarion.accounts import Account, Standing, State, channels
from clarion.errors import ClarionError
from clarion.report import naming
from clarion.store.accounts import Row
from clarion.vault.seal import create_ring
from clarion.wiring import Studio, destination, publisher_settings
from publishers import registry
from publishers.account import FixedAccount, Secret, Wanted
from publishers.errors import PublisherError, Transient
from scheduler.ledger import Hold, HoldScope, LedgerError


@dataclass(frozen=True)
class Connected:
    """An account that was given its secrets. ``new_key`` is the file of a key that was made for
    it, ``hold`` what still keeps its posts back, ``strangers`` are the keys of other accounts that
    are not here."""

    row: Row
    new_key: str = ""
    hold: Hold | None = None
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verified:
    """What came of asking about one account: ``text`` is one line, ``good`` when nothing has to
    be done."""

    standing: Standing
    good: bool
    text: str


def channel(studio: Studio, name: str) -> tuple[str, Channel]:
    """The society and the channel of an account. :class:`ClarionError` when there is none."""
    known = channels(studio)
    if name not in known:
        raise ClarionError(f"there is no account '{name}' (SOCIETY/CHANNEL); {_way(studio, name)}")
    return name.partition("/")[0], known[name]


def _way(studio: Studio, name: str) -> str:
    """To an account that is not there."""
    society, _, one = name.partition("/")
    there = studio.library.societies.get(society)
    if there and one in [channel.id for channel in there.channels]:
        return f"add '{society}' to 'societies' in clarion.toml first"
    if near := difflib.get_close_matches(name, channels(studio), 1):
        return f"did you mean '{near[0]}'?"
    file = studio.settings.workspace / "campaigns" / "societies.yaml"
    return f"add the channel to its society in {file} first"


def wanted(studio: Studio, name: str) -> tuple[Wanted, ...]:
    """The secrets that an account takes. :class:`ClarionError` when it takes none."""
    _, one = channel(studio, name)
    found = registry.wanted(one.platform)
    if not found:
        raise ClarionError(f"{name}: an account of '{one.platform}' needs no secrets")
    return found


def connect(
    studio: Studio,
    name: str,
    secrets: Mapping[str, Secret],
    by: str,
    *,
    expires_at: datetime | None = None,
    verify: bool = True,
) -> Connected:
    """Store an account's secrets, sealed, in the place of any before.

    With ``verify`` its platform is asked first, and what it refuses is not stored. Raises
    :class:`ClarionError`, ``PublisherError`` or ``LedgerError``, one line each, and no secret.
    """
    _, one = channel(studio, name)
    _check(name, one.platform, wanted(studio, name), secrets)
    has_key = _has_key(studio, name)
    tried = FixedAccount(name, secrets, expires_at, studio.time.now)
    handle = _asked(studio, one, tried) if verify else ""
    if not has_key:
        create_ring(studio.settings.key_path)
    row = _store(studio, one, tried, handle, by)
    holds = [hold for hold in studio.ledger.holds() if hold.scope is HoldScope.ACCOUNT]
    held = next((hold for hold in holds if hold.value == name), None)
    new_key = "" if has_key else str(studio.settings.key_path)
    return Connected(row, new_key, held, _strangers(studio))


def verify_accounts(studio: Studio, names: Sequence[str], now: datetime) -> list[Verified]:
    """Ask the platforms of these accounts, or of all that take secrets; learn what they tell, and
    renew what is near its end. :class:`ClarionError` for a name that is none."""
    known = {one.account: one for one in accounts.standings(studio, now)}
    for name in names:
        if name not in known:
            known[name] = accounts.unstored(name, channel(studio, name)[1].platform)
    chosen = [known[name] for name in dict.fromkeys(names or known)]
    with ThreadPoolExecutor(studio.settings.slots) as pool:
        return list(pool.map(lambda one: _verified(studio, one, now), chosen))


# --- connecting ---


def _check(
    name: str, platform: str, known: Sequence[Wanted], secrets: Mapping[str, Secret]
) -> None:
    names = [one.name for one in known]
    for given in secrets:
        if given not in names:
            # Not what was given: somebody may have typed a secret there.
            raise ClarionError(f"{name}: {platform} takes {', '.join(names)} and nothing else")
    if not secrets:
        none = "" if accounts.needed(platform) else ", or none at all: then nothing is to be stored"
        raise ClarionError(f"{name}: nothing was given; {platform} takes {', '.join(names)}{none}")
    for one in known:
        if not one.optional and not secrets.get(one.name):
            raise ClarionError(f"{name}: '{one.name}' is missing: {one.words}")


def _has_key(studio: Studio, name: str) -> bool:
    """Whether there is a key. :class:`ClarionError` where there is none, and a new one would leave
    other accounts behind."""
    if studio.vault.ring() is not None:
        return True
    others = {row.key for row in studio.ledger.accounts.all() if row.account != name}
    if others:
        raise ClarionError(
            f"no key is here, and other accounts are sealed with {', '.join(sorted(others))}: "
            f"bring that key as {studio.settings.key_path} or CLARION_KEY; if it is lost, say "
            "'clarion accounts remove' for each of them first"
        )
    return False


def _strangers(studio: Studio) -> tuple[str, ...]:
    """The keys that accounts are sealed with, and that are not here."""
    ring = studio.vault.ring()
    used = {row.key for row in studio.ledger.accounts.all()}
    return tuple(sorted(key for key in used if ring is None or key not in ring))


def _asked(studio: Studio, one: Channel, tried: FixedAccount) -> str:
    """What the platform calls the account with these secrets."""
    settings, base = publisher_settings(one), studio.settings.workspace
    try:
        made = registry.create(one.platform, one.id, settings, base, tried)
        return Account(tried.name, made).ask()
    except Transient as error:
        raise ClarionError(
            f"{tried.name}: nothing was stored, its platform could not be asked ({error}): "
            "try again, or store it unasked with --no-verify"
        ) from None
    except PublisherError as error:
        text = naming(str(error).removeprefix(f"{tried.name}: "), tried.name)
        raise ClarionError(f"{tried.name}: nothing was stored: {text}") from None


def _store(studio: Studio, one: Channel, tried: FixedAccount, handle: str, by: str) -> Row:
    grant, now = tried.grant(), studio.time.now()

    def make(version: int) -> Row:
        row = Row(
            tried.name, one.platform, b"", "", version, by, now, grant.expires_at, handle,
            facts=tried.facts(),
            renewed_at=now if grant.version > 1 else None,
            verified_at=now if handle else None,
        )  # fmt: skip
        return studio.vault.sealed(row, destination(one), grant.secrets)

    return studio.ledger.accounts.put(tried.name, make, by, now)


# --- verifying and renewing ---


def _verified(studio: Studio, one: Standing, now: datetime) -> Verified:
    if one.state is State.OPTIONAL:
        return _tried_without(studio, one)
    if one.row is None or one.state in (State.LOCKED, State.UNUSED):
        return Verified(one, good=False, text=one.why)
    trouble = renewing.ask(studio, one.row, now)
    if not trouble and renewing.renewal_due(one.row, now):
        trouble = renewing.renew(studio, one.row, now)
    row = studio.ledger.accounts.get(one.account) or one.row
    after = accounts.standing(studio, row, now)
    if trouble or after.why:
        text = naming((trouble or after.why).removeprefix(f"{one.account}: "), one.account)
        return Verified(after, good=False, text=text)
    days = after.days(now)
    ends = "" if days is None else f", ends in {days} days"
    return Verified(after, good=True, text=f"{row.handle}{ends}")


def _tried_without(studio: Studio, one: Standing) -> Verified:
    """Ask the platform of an account that has no secrets."""
    try:
        handle = Account(one.account, studio.publisher(*channel(studio, one.account))).ask()
    except Transient as error:
        return Verified(one, good=False, text=f"{error}; ask again later")
    except (PublisherError, ClarionError, LedgerError) as error:
        text = naming(str(error).removeprefix(f"{one.account}: "), one.account)
        return Verified(one, good=False, text=text)
    return Verified(one, good=True, text=handle)
