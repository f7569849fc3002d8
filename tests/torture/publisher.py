"""The adapter for the fake platform: HTTP as ``publishers/`` means it, and nothing clever.

One mutating call is one connection: none is kept, because a kept one may be dead already, and
whoever learns that while sending cannot know whether the request arrived. No redirects, no
retries. ``deadline`` is what the whole call may take; the platform sends its answers in one piece.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    Transient,
    Unknown,
)
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Post,
    Prepared,
    Receipt,
    WithoutUploads,
)

CLASSES: Mapping[str, Idempotency] = {
    "a": Idempotency.NATIVE,
    "b": Idempotency.READBACK,
    "c": Idempotency.NONE,
}


class TorturePublisher(WithoutUploads):
    """One account. ``settle`` are the seconds after which a post that is there can be read."""

    kind = "torture"

    def __init__(
        self, base: str, account: str, *, deadline: float = 1.0, settle: float = 0.0
    ) -> None:
        self._name = f"account {account}"
        self._url = f"{base}/{account}/posts"
        self._class = CLASSES[account.rpartition("/")[2]]
        self._deadline = deadline
        self._settle = settle

    def capabilities(self) -> Capabilities:
        """What the class can do."""
        return Capabilities(
            text_limit=None,
            text_counter="characters",
            max_pictures=0,
            media_types=frozenset(),
            max_bytes=None,
            alt_limit=None,
            idempotency=self._class,
            settle_seconds=self._settle,
            can_find=self._class is Idempotency.READBACK,
            can_delete=False,
            rehearsal=True,
        )

    def verify(self) -> str:
        """The account's name."""
        return self._name

    def validate(self, post: Post) -> list[Finding]:
        """Any text will do."""
        return []

    def prepare(self, post: Post) -> Prepared:
        """The text and its language."""
        return Prepared.of(post.key, self.kind, {"text": post.text, "language": post.language})

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """The one call."""
        answer = self._call("POST", prepared)
        if not answer.ok or answer.is_redirect:
            raise _refusal(answer, self._name, now)
        try:
            fields = answer.json()
            return _receipt(fields, self._url)
        except (ValueError, KeyError, TypeError) as error:
            text = f"{self._name}: the answer cannot be understood"
            raise Unknown(text, phase="answer") from error

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """Only where posts can be read."""
        if self._class is not Idempotency.READBACK:
            return CannotTell(f"{self._name}: posts cannot be read")
        answer = self._call("GET", prepared)
        if not answer.ok:
            raise _refusal(answer, self._name, datetime.now(UTC))
        posts = answer.json()["posts"]
        return Found(_receipt(posts[0], self._url)) if posts else Absent()

    def delete(self, receipt: Receipt) -> None:
        """What is said here stays said."""
        raise Permanent(f"{self._name}: posts cannot be deleted", code="delete.never")

    def _call(self, method: str, prepared: Prepared) -> requests.Response:
        writing = method == "POST"
        stored = hashlib.sha256(prepared.to_json().encode()).hexdigest()
        body = json.dumps(dict(prepared.request)).encode() if writing else None
        with requests.Session() as session:
            session.trust_env = False
            headers = {"Idempotency-Key": prepared.key, "Digest": stored, "Connection": "close"}
            try:
                return session.request(
                    method,
                    self._url,
                    params=None if writing else {"key": prepared.key},
                    data=body,
                    headers={**headers, "Sent": f"{time.time():.6f}"},
                    timeout=self._deadline,
                    allow_redirects=False,
                )
            except requests.RequestException as error:
                raise _failure(error, self._name) from error


def _failure(error: requests.RequestException, name: str) -> PublishError:
    """No connection, no request; with one, nobody knows."""
    if isinstance(error, requests.ConnectTimeout) or _refused(error):
        return Transient(f"{name}: no connection; try again later", scope="host")
    if isinstance(error, requests.Timeout):
        return Unknown(f"{name}: no answer in time", phase="sent")
    return Unknown(f"{name}: the connection was cut", phase="sent")


def _refused(error: requests.RequestException) -> bool:
    inner = error.args[0] if error.args else None
    return isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)


def _refusal(answer: requests.Response, name: str, now: datetime) -> PublishError:
    """What a status says that is not the hoped-for one."""
    status, text = answer.status_code, f"{name}: answered {answer.status_code}"
    if status == 429:
        wait = _retry_after(answer.headers.get("Retry-After", ""), now)
        return Transient(text, retry_after=wait)
    if status == 401:
        return AuthExpired(text)
    if status == 403:
        return AccountBlocked(text)
    if 400 <= status < 500 and status != 408:
        return Permanent(text, code=f"http.{status}")
    return Unknown(text, phase="answer")


def _retry_after(value: str, now: datetime) -> float | None:
    """Seconds from ``now``; None where the platform did not say, or said it unreadably."""
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except ValueError:
        return None


def _receipt(fields: Mapping[str, Any], url: str) -> Receipt:
    at = datetime.fromtimestamp(float(fields["at"]), UTC)
    return Receipt(str(fields["id"]), f"{url}/{fields['id']}", at)
