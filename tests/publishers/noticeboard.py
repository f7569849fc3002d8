"""A small platform and its publisher: what the contract suite itself is tried on, and what
`docs/howto/add-a-publisher.md` quotes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from publishers.account import Account, FixedAccount, Grant, Secret, Wanted
from publishers.errors import AuthExpired
from publishers.http.client import Act, Answer, Client
from publishers.http.table import Means, Row, Table, doubt
from publishers.limits import check, refuse
from publishers.pictures import check_files, read_whole
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
    refuse_foreign,
)
from publishers.sameness import same_text
from publishers.settings import Settings
from publishers.testing.contract import HttpLab, Seen
from publishers.testing.lossy import LossyProxy

TABLE = Table(
    (
        Row(401, "", Means.RENEW, "the token has run out"),
        Row(403, "revoked", Means.SIGN_IN, "the account has to be connected again"),
        Row(403, "suspended", Means.BLOCKED, "the account is suspended"),
        Row(409, "key", Means.NEVER, "this key has another post", "key"),
        Row(422, "", Means.NEVER, "the post is not taken", "text"),
        Row(422, "pictures", Means.WAIT_POST, "the pictures are gone"),
        Row(503, "", Means.WAIT_HOST, "closed for the moment"),
    ),
    lambda answer: str(answer.fields().get("error", "")),
)


class NoticeboardPublisher:
    kind = "noticeboard"
    wanted = (Wanted("token", "the access token"), Wanted("refresh", "what renews it"))
    deadline = 30.0
    idempotency = Idempotency.NATIVE

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        own = Settings(channel, settings)
        self.account = account
        self.client = Client(
            own.text("server", ""),
            local=own.flag("local"),
            deadline=self.deadline,
            ca_file=own.text("ca_file", "") or None,
        )
        self.refused: Grant | None = None
        own.done()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            text_limit=280,
            text_counter="graphemes",
            max_pictures=3,
            media_types=frozenset({"image/png"}),
            max_bytes=20_000,
            alt_limit=200,
            idempotency=self.idempotency,
        )

    def verify(self) -> str:
        answer = self.ask(Act.READ, "GET", "who am I", "/me", self.account.grant())
        return f"notice board of {answer.fields()['name']}"

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self.capabilities())

    def preview(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self.capabilities().max_bytes)
        alts = [picture.alt for picture in post.pictures]
        request = {"text": post.text, "language": post.language, "alts": alts}
        return Prepared.of(post.key, self.kind, request)

    def prepare(self, post: Post) -> Prepared:
        frozen = self.preview(post)
        grant = self.fresh()
        uploads = []
        for number, picture in enumerate(post.pictures, 1):
            data = read_whole(picture, number, self.capabilities().max_bytes)
            act = Act.REPEATABLE
            answer = self.ask(act, "POST", "upload a picture", "/pictures", grant, data=data)
            uploads.append(self.named(answer, act, "upload a picture"))
        return frozen.with_uploads(uploads)

    def fresh(self) -> Grant:
        if self.refused is None:
            return self.account.grant()
        return self.account.renew(self.refused, self.fetch)

    def fetch(self, used: Grant) -> Grant:
        body = {"refresh": used["refresh"].reveal()}
        answer = self.client.repeatable("POST", "renew", "/renew", json=body)
        if answer.status == 401:
            raise AuthExpired("the grant was revoked: connect the account again")
        token = Secret(self.named(answer, Act.REPEATABLE, "renew"))
        return Grant(dict(used.secrets) | {"token": token})

    def poll(self, prepared: Prepared) -> None:
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        body = dict(prepared.request) | {"key": prepared.key}
        answer = self.ask(Act.ONCE, "POST", "post", "/posts", self.account.grant(), json=body)
        self.named(answer, Act.ONCE, "post")
        return self.receipt(answer.fields(), now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        answer = self.ask(Act.READ, "GET", "look up", "/posts", self.account.grant())
        posts = answer.fields().get("posts")
        if not isinstance(posts, list):
            return CannotTell("the notice board told nothing that can be understood")
        for post in posts:
            if self.same(post, prepared):
                return Found(self.receipt(post, self.account.now()))
        return Absent()

    def same(self, post: Mapping[str, Any], prepared: Prepared) -> bool:
        if self.idempotency is Idempotency.NATIVE:
            return bool(post["key"] == prepared.key) and same_text(
                post["text"], prepared.request["text"]
            )
        return same_text(post["text"], prepared.request["text"])

    def delete(self, receipt: Receipt) -> None:
        path = f"/posts/{receipt.remote_id}"
        answer = self.client.repeatable("DELETE", "delete", path, headers=self.head())
        if not answer.ok and answer.status != 404:
            raise self.error("delete", answer, Act.REPEATABLE)

    def receipt(self, post: Mapping[str, Any], now: datetime) -> Receipt:
        echoed = {name: post[name] for name in ("text", "language", "alts")}
        return Receipt(post["id"], f"board:{post['id']}", now, echoed)

    def named(self, answer: Answer, act: Act, what: str) -> str:
        found = answer.fields().get("id")
        if not found:
            raise doubt(f"{self.client.host}: {what}: an answer without an id", act)
        return str(found)

    def head(self, grant: Grant | None = None) -> dict[str, str]:
        token = (grant or self.account.grant())["token"].reveal()
        return {"Authorization": f"Bearer {token}"}

    def ask(
        self, act: Act, method: str, what: str, path: str, grant: Grant, **parts: Any
    ) -> Answer:
        answer = self.client.send(act, method, what, path, headers=self.head(grant), **parts)
        if not answer.ok:
            error = self.error(what, answer, act)
            if isinstance(error, AuthExpired) and error.refreshable:
                self.refused = grant
            raise error
        return answer

    def error(self, what: str, answer: Answer, act: Act) -> Exception:
        return TABLE.error(self.client.host, what, answer, act, self.account.now())


class Board:
    """The server. `keyed`: a key makes one post."""

    def __init__(self, *, keyed: bool) -> None:
        self.keyed = keyed
        self.posts: list[dict[str, Any]] = []
        self.pictures: set[str] = set()
        self.made = 0
        self.token = "canary-token-0"
        self.refresh = "canary-refresh"
        self.revoked = False
        self.renewals = 0
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[int, object]:
        with self.lock:
            if path == "/renew":
                return self.renew(json.loads(body))
            if self.revoked or token != f"Bearer {self.token}":
                return 401, {"error": "token"}
            if path == "/me":
                return 200, {"name": "Croce Rossa"}
            if path == "/pictures":
                self.made += 1
                self.pictures.add(f"p{self.made}")
                return 200, {"id": f"p{self.made}"}
            if method == "DELETE":
                kept = [post for post in self.posts if post["id"] != path.rpartition("/")[2]]
                gone, self.posts = len(kept) < len(self.posts), kept
                return (200 if gone else 404), {}
            if method == "GET":
                return 200, {"posts": self.posts}
            return self.create(json.loads(body))

    def create(self, body: dict[str, Any]) -> tuple[int, object]:
        for post in self.posts if self.keyed else ():
            if post["key"] == body["key"]:
                return (200, post) if post["text"] == body["text"] else (409, {"error": "key"})
        uploads = body.pop("uploads", [])
        if not set(uploads) <= self.pictures or len(uploads) != len(body["alts"]):
            return 422, {"error": "pictures"}
        if len(body["text"]) > 2000:
            return 422, {"error": "text"}
        self.made += 1
        self.posts.append(body | {"id": f"n{self.made}"})
        return 200, self.posts[-1]

    def renew(self, body: dict[str, Any]) -> tuple[int, object]:
        if self.revoked or body["refresh"] != self.refresh:
            return 401, {"error": "revoked"}
        self.renewals += 1
        self.token = f"canary-token-{self.renewals}"
        return 200, {"id": self.token}


class NoticeboardLab(HttpLab):
    table = TABLE
    secrets = ("canary-token-0", "canary-refresh")

    def __init__(self, board: Board, lossy: LossyProxy, publisher: type, base: Path) -> None:
        self.board, self.lossy, self.base = board, lossy, base
        keyed = Idempotency.NATIVE if board.keyed else Idempotency.READBACK
        self.adapter: Any = type("Mine", (publisher,), {"idempotency": keyed})
        secrets = {"token": Secret(board.token), "refresh": Secret(board.refresh)}
        self.account = FixedAccount("it/board", secrets)

    def publisher(self) -> Any:
        return self._made(self.adapter, self.lossy.origin)

    def impatient(self) -> Any:
        return self._made(type("Impatient", (self.adapter,), {"deadline": 0.5}), self.lossy.origin)

    def elsewhere(self, origin: str, ca_file: str) -> Any:
        return self._made(self.adapter, origin, ca_file=ca_file)

    def _made(self, adapter: Any, origin: str, **more: str) -> Any:
        settings = {"server": origin, "local": "yes"} | more
        return adapter("it-board", settings, self.base, self.account)

    def seen(self) -> list[Seen]:
        return [Seen(p["text"], p["language"], tuple(p["alts"])) for p in self.board.posts]

    def over_limit(self, prepared: Prepared) -> Prepared:
        longer = dict(prepared.request) | {"text": "a" * 2001}
        return Prepared.of(prepared.key, prepared.kind, longer)

    def forget_uploads(self) -> None:
        self.board.pictures.clear()

    @property
    def renewals(self) -> int:  # type: ignore[override]
        return self.board.renewals

    def expire(self) -> None:
        self.board.token = "canary-expired"

    def revoke(self) -> None:
        self.board.revoked = True


@contextmanager
def noticeboard(
    base: Path, publisher: type = NoticeboardPublisher, *, keyed: bool = True
) -> Iterator[NoticeboardLab]:
    """A running notice board with a lossy way to it."""
    board = Board(keyed=keyed)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = self.headers.get("Authorization", "")
            path = self.path.partition("?")[0]
            status, fields = board.answer(self.command, path, token, body)
            data = json.dumps(fields).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_DELETE = do_POST

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        with LossyProxy(f"http://127.0.0.1:{server.server_port}") as lossy:
            yield NoticeboardLab(board, lossy, publisher, base)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
