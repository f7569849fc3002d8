"""Has the secrets of accounts renewed in time, and asks platforms whether they still serve."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from campaigns.errors import ContentError
from campaigns.model import Channel
from clarion import accounts
from clarion.accounts import Account, channels
from clarion.errors import ClarionError
from clarion.report import naming
from clarion.store.accounts import Row
from clarion.wiring import Studio
from publishers.errors import AuthExpired, PublisherError, Transient
from scheduler.ledger import LedgerError

log = logging.getLogger("clarion.accounts")

_LAST_DAYS = timedelta(days=10)


def keep_fresh(studio: Studio, now: datetime) -> list[str]:
    """Renew what is near its end and can be renewed without a person; what people should know
    about that, one line each.

    To be called by every node about every hour: of several only one gets to renew an account.
    Nothing comes out of it but these lines.
    """
    try:
        return refresh(studio, near_end(studio, now), now)
    except (LedgerError, ClarionError, ContentError) as error:
        return [str(error)]


def near_end(studio: Studio, now: datetime) -> list[Row]:
    """The accounts whose time to be renewed has come."""
    return [row for row in studio.ledger.accounts.all() if renewal_due(row, now)]


def refresh(studio: Studio, rows: Sequence[Row], now: datetime) -> list[str]:
    """Renew these, but for those that somebody has renewed since they were read."""
    known = channels(studio) if rows else {}
    found = [renew(studio, row, now) for row in rows if row.account in known]
    return [line for line in found if line]


def ask(studio: Studio, row: Row, now: datetime) -> str:
    """Ask the platform and keep its answer; what is wrong, empty when nothing is."""
    try:
        one = _account(studio, row)
        try:
            handle = one.ask()
        except AuthExpired as error:
            if not (error.refreshable and _renew(studio, one, row)):
                raise
            handle = one.ask()
        studio.ledger.accounts.verified(row.account, handle, now)
    except Transient as error:
        return f"{error}; ask again later"
    except (PublisherError, ClarionError, LedgerError) as error:
        return str(error)
    return ""


def renew(studio: Studio, row: Row, now: datetime) -> str:
    """Have an account renewed; why that failed, where people should know."""
    left = row.expires_at - now if row.expires_at else timedelta()
    try:
        one = _account(studio, row)
        if not _renew(studio, one, row) and timedelta() < left < _LAST_DAYS:
            one.ask()  # some renew themselves when they are asked
    except Transient as error:
        log.info("%s: not renewed yet: %s", row.account, error)
        return f"{row.account}: not renewed yet: {error}" if left < _LAST_DAYS else ""
    except (PublisherError, ClarionError, LedgerError) as error:
        return f"{row.account}: cannot be renewed: {naming(str(error), row.account)}"
    return ""


def renewal_due(row: Row, now: datetime) -> bool:
    at = accounts.renewal(row)
    return at is not None and at <= now


def _renew(studio: Studio, one: Account, row: Row) -> bool:
    """Have it renewed, unless somebody did since the row was read; False where it cannot be."""
    society, there = _channel(studio, row)
    grant = studio.account(society, there).grant()
    return grant.version != row.version or one.renew(grant)


def _account(studio: Studio, row: Row) -> Account:
    society, there = _channel(studio, row)
    return Account(row.account, studio.publisher(society, there))


def _channel(studio: Studio, row: Row) -> tuple[str, Channel]:
    known = channels(studio)
    if row.account not in known:
        raise ClarionError(f"{row.account}: its channel is no longer in societies.yaml")
    return row.account.partition("/")[0], known[row.account]
