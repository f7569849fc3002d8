"""A receiver of webhooks, as docs/howto/receive-a-webhook.md tells people to write one.

It refuses what is not signed, what is not described there, and a key it knows with other content.
The package `standardwebhooks` says what the signature must be.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from standardwebhooks import Webhook

_DATA = {"id", "due", "text", "title", "language", "direction", "facts", "pictures"}
_PICTURE = {"alt", "media_type", "width", "height", "sha256"}


@dataclass(frozen=True)
class Forced:
    """An answer to give instead of acting."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True)
class Arrived:
    """One request, as it came."""

    headers: Mapping[str, str]
    body: bytes


class Receiver:
    """On a free port of this machine, from `with` to its end. `posts` is what it shows, by key,
    in order; `told` decides whether it says what it stored."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.told = True
        self.posts: dict[str, dict[str, Any]] = {}
        self.arrived: list[Arrived] = []
        self.forced: list[Forced] = []
        self._seen: dict[str, tuple[str, bytes]] = {}
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def take(self, headers: Mapping[str, str], body: bytes) -> Forced:
        """What is answered to a POST."""
        with self._lock:
            self.arrived.append(Arrived(headers, body))
            if self.forced:
                return self.forced.pop(0)
            if not self._signed(headers, body):
                return Forced(401)
            name, digest = headers["webhook-id"], hashlib.sha256(body).hexdigest()
            if name in self._seen:
                before, answer = self._seen[name]
                return Forced(200, {}, answer) if before == digest else Forced(409)
            return self._act(name, digest, headers, json.loads(body))

    def _signed(self, headers: Mapping[str, str], body: bytes) -> bool:
        at = datetime.fromtimestamp(int(headers.get("webhook-timestamp", "0")), UTC)
        right = Webhook(self.secret).sign(headers.get("webhook-id", ""), at, body.decode("ascii"))
        return right in headers.get("webhook-signature", "").split(" ")

    def _act(self, name: str, digest: str, headers: Mapping[str, str], event: Any) -> Forced:
        if headers.get("content-type") != "application/json" or set(event) != {"type", "data"}:
            return Forced(422)
        data = event["data"]
        if event["type"] == "post.deleted" and set(data) == {"id"}:
            self.posts.pop(data["id"], None)
            answer = b""
        elif event["type"] == "post.created" and _described(data):
            self.posts[data["id"]] = data
            answer = self._answer(data, int(headers["webhook-timestamp"])) if self.told else b""
        else:
            return Forced(422)
        self._seen[name] = (digest, answer)
        return Forced(200, {}, answer)

    def _answer(self, data: Mapping[str, Any], at: int) -> bytes:
        said = {
            "url": f"https://receiver.example/posts/{data['id']}",
            "at": datetime.fromtimestamp(at, UTC).isoformat(),
            "text": data["text"],
            "language": data["language"],
            "alts": [picture["alt"] for picture in data["pictures"]],
        }
        return json.dumps(said).encode()


def _described(data: Mapping[str, Any]) -> bool:
    return set(data) == _DATA and all(map(_whole, data["pictures"]))


def _whole(picture: Mapping[str, Any]) -> bool:
    if set(picture) - {"base64"} != _PICTURE:
        return False
    if "base64" not in picture:
        return True
    data = base64.b64decode(picture["base64"], validate=True)
    return hashlib.sha256(data).hexdigest() == picture["sha256"]


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self._say(receiver.take({n.lower(): v for n, v in self.headers.items()}, body))

        def do_GET(self) -> None:
            self._say(receiver.forced.pop(0) if receiver.forced else Forced(405))

        def _say(self, answer: Forced) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    return Handler
