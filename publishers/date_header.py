"""What time a web server says it is: the ``Date`` of its answer to one harmless question.

This is no publisher, but it is HTTP, and that lives here. The address comes from the user's own
settings and from nowhere else, so one inside the user's network is as good as any other.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from queue import Empty, SimpleQueue

import requests

log = logging.getLogger("clarion.publishers.date_header")

# RFC 9110, section 5.6.7: the one form that a sender may write.
_FORM = re.compile(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} [1-9]\d{3} \d{2}:\d{2}:\d{2} GMT")
_HEADERS = {"User-Agent": "clarion", "Accept": "*/*", "Cache-Control": "no-cache"}
_HALF_A_SECOND = timedelta(seconds=0.5)  # the header tells whole seconds, and they are cut off


class NoDateError(Exception):
    """An answer from which the time cannot be told."""


class DateHeader:
    """Asks ``url`` what time it is, with HEAD.

    The answer is good to a second and half of ``patience``, the seconds it may take at most. No
    redirect is followed, no proxy, netrc or other surroundings are used, no body is read; the
    status does not matter. ``elapsed`` counts seconds and is not set by anybody.
    """

    def __init__(self, url: str, elapsed: Callable[[], float], patience: float = 5.0) -> None:
        self._url = url
        self._elapsed = elapsed
        self._patience = patience
        self._asking: threading.Thread | None = None

    def __call__(self) -> datetime | None:
        """The present instant in UTC, or None when the server does not tell in time."""
        if self._asking is not None and self._asking.is_alive():
            return None  # a server that lets its answer drip is not asked twice at once
        answer: SimpleQueue[datetime | None] = SimpleQueue()
        self._asking = threading.Thread(
            target=lambda: answer.put(self._ask()), name="clarion-time-check", daemon=True
        )
        self._asking.start()
        try:
            return answer.get(timeout=self._patience)
        except Empty:
            log.info("%s: did not tell the time within %g s", self._url, self._patience)
            return None

    def _ask(self) -> datetime | None:
        try:
            began = self._elapsed()
            headers = self._head()
            took = self._elapsed() - began
            if took > self._patience:
                raise NoDateError("the answer took too long")
            return _date(headers) + _HALF_A_SECOND + timedelta(seconds=took / 2)
        except Exception as error:  # noqa: BLE001  whatever it is, it does not tell the time
            log.info("%s: does not tell the time: %s", self._url, error)
            return None

    def _head(self) -> dict[str, str]:
        with requests.Session() as session:
            session.trust_env = False
            with session.head(
                self._url,
                headers=_HEADERS,
                timeout=self._patience,
                allow_redirects=False,
            ) as response:
                return {name.lower(): value for name, value in response.headers.items()}


def _date(headers: dict[str, str]) -> datetime:
    text = headers.get("date", "")
    if not _FORM.fullmatch(text):
        raise NoDateError("it has no date" if not text else f"its date is {text[:40]!r}")
    if headers.get("age", "0").strip() != "0":
        raise NoDateError("the answer comes from a store of old ones")
    return parsedate_to_datetime(text)
