"""How long a platform asks to be left alone, in all the ways in which platforms say it.

    Retry-After: 30                       seconds (RFC 9110, 10.2.3)
    Retry-After: Fri, 30 Jul 2027 …       an HTTP date
    X-RateLimit-Reset: 2027-07-30T07:05Z  ISO 8601 (Mastodon)
    RateLimit-Reset: 1816930800           seconds since 1970 (Bluesky, X), or few seconds from now
    {"parameters": {"retry_after": 30}}   a field of the body (Telegram; Discord without parameters)

An instant is held against the server's own `Date`, so that a clock of ours that is wrong does not
make us come back too early. When the limit on requests is counted anew, some platforms tell with
every answer: that is a time to wait only where the limit was what the answer is about.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from publishers.http.client import Answer

_RESETS = ("ratelimit-reset", "x-ratelimit-reset", "x-rate-limit-reset")
_EPOCH = 1_000_000_000
"""A number larger than this is an instant, a smaller one a span."""


def wait_of(answer: Answer, now: datetime) -> float | None:
    """Seconds until this may be tried again, never below zero; None when nothing is said."""
    ours = _date(answer.headers.get("date", "")) or now
    resets = map(answer.headers.get, _RESETS if answer.status == 429 else ())
    for said in (answer.headers.get("retry-after"), _in_body(answer.fields()), *resets):
        found = _seconds(said, ours)
        if found is not None:
            return max(found, 0.0)
    return None


def _in_body(fields: Mapping[str, Any]) -> object:
    parameters = fields.get("parameters")
    inner = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return inner if inner is not None else fields.get("retry_after")


def _seconds(said: object, now: datetime) -> float | None:
    if said is None or isinstance(said, bool):
        return None
    text = str(said).strip()
    try:
        number = float(text)
    except ValueError:
        at = _date(text) or _iso(text)
        return None if at is None else (at - now).total_seconds()
    if not 0 <= number < 1e13:
        return None
    return number - now.timestamp() if number > _EPOCH else number


def _date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
