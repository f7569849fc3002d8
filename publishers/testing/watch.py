"""Watching a publisher from outside: what it asks of the system, and how a secret may be spelt."""

from __future__ import annotations

import base64
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

_watching = threading.local()


def _hook(event: str, _: tuple[object, ...]) -> None:
    events = getattr(_watching, "events", None)
    if events is not None and event.split(".")[0] in {"open", "os", "socket", "subprocess"}:
        events.append(event)


sys.addaudithook(_hook)


@contextmanager
def audited() -> Iterator[list[str]]:
    """The files, connections and processes this thread asks the interpreter for."""
    _watching.events = []
    try:
        yield _watching.events
    finally:
        _watching.events = None


def spellings(secret: str) -> set[str]:
    """The secret as it is, as an address or JSON writes it, and inside Base64 at any place."""
    found = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
    for before, start in ((0, 0), (1, 2), (2, 3)):
        data = b"\0" * before + secret.encode()
        # What is beside it shares its first and last character.
        found.add(base64.b64encode(data).decode()[start : len(data) * 8 // 6])
    return found
