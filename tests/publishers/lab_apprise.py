"""A notification service behind apprise, on this machine: it takes JSON, and tells nothing."""

from __future__ import annotations

import base64
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from publishers.account import FixedAccount, Secret
from publishers.apprise_bridge import ApprisePublisher
from publishers.port import Post, Prepared, Publisher, Receipt
from publishers.testing.faults import DropRequest, Fault, LoseAnswer, failed, too_many
from publishers.testing.lab import Lab, Seen
from publishers.testing.lossy import LossyProxy

PASSWORD = "canary-of-the-service-1d9e"


class Inbox:
    """What apprise calls a JSON service, on this machine."""

    def __init__(self) -> None:
        self.came: list[dict[str, Any]] = []
        inbox = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                right = base64.b64encode(f"clarion:{PASSWORD}".encode()).decode()
                known = self.headers["Authorization"] == f"Basic {right}"
                if known:
                    inbox.came.append(json.loads(body))
                self.send_response(200 if known else 401)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class AppriseLab(Lab):
    deviations = {"lenient": "the service at hand takes what apprise lets through"}
    echoes = frozenset()
    secrets = (PASSWORD,)
    faults = (DropRequest, LoseAnswer, too_many, lambda: failed(502))

    def __init__(self, inbox: Inbox, lossy: LossyProxy) -> None:
        self.inbox = inbox
        self.lossy = lossy

    def publisher(self, query: str = "") -> ApprisePublisher:
        return at(f"json://clarion:{PASSWORD}@127.0.0.1:{self.lossy.port}/in{query}", local="yes")

    def expected(self, post: Post) -> Seen:
        alts = [f"\n\n[{n}] {picture.alt}" for n, picture in enumerate(post.pictures, 1)]
        return Seen(f"{post.text}{''.join(alts)}", "", ())

    def seen(self) -> list[Seen]:
        return [Seen(one["message"], "", ()) for one in self.inbox.came]

    def through(self, fault: Fault, publisher: Publisher, prepared: Prepared) -> Receipt:
        self.lossy.next(fault)
        return publisher.publish(prepared, self.now)


def at(url: str, **settings: str) -> ApprisePublisher:
    account = FixedAccount("it/it-it-apprise", {"url": Secret(url)})
    return ApprisePublisher("it-it-apprise", settings, Path("/"), account)
