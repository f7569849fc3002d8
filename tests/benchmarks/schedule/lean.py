"""The same post with the standard library's client: what is left when requests is not the limit."""

from __future__ import annotations

import http.client
import json
import threading

from tests.benchmarks.schedule.post import TEXT

_mine = threading.local()
_HEADERS = {"Content-Type": "application/json"}


def post(url: str, key: str, text: str = TEXT) -> None:
    """Post, once, over this thread's one connection."""
    line: http.client.HTTPConnection | None = getattr(_mine, "line", None)
    if line is None:
        line = _mine.line = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    body = json.dumps({"text": text, "language": "en"})
    line.request("POST", f"/post/{key}", body.encode(), _HEADERS)
    answer = line.getresponse()
    answer.read()
    if answer.status != http.HTTPStatus.CREATED:
        raise OSError(f"the platform answered {answer.status}")
