"""Stand-ins for Meta's three platforms, on this machine, written from their documentation.

From the documentation: paths, fields and which of them exist, the states of a container, error
bodies and codes, sizes, that pictures are fetched from a public address, that a token younger than
a day is not renewed, how lists are paged.

Not to be verified without the platforms: what publishing a container twice answers (here: 24 with
2207006); that `attachments` names uploaded pictures by their own numbers; that a Page's feed is
complete for the last hour; how soon anything is visible (here: at once).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

NOW = datetime(2027, 7, 30, 7, 0, 4, tzinfo=UTC)
USER, NAME = "17841400000000001", "Croce Rossa Italiana"
Fields = dict[str, str]


class Refused(Exception):
    """An error as Graph tells it."""

    def __init__(self, code: int, subcode: int | None = None, status: int = 400) -> None:
        super().__init__(code, subcode)
        self.status = status
        self.body: dict[str, Any] = {"message": f"(#{code}) refused", "code": code}
        if subcode is not None:
            self.body["error_subcode"] = subcode


@dataclass
class Call:
    """A request as it came."""

    method: str
    path: str
    params: Fields
    files: dict[str, tuple[str, bytes]]
    token: str
    headers: Fields
    body: bytes


@dataclass
class Thing:
    """A picture, a container or a post."""

    id: str
    at: datetime
    kind: str
    text: str = ""
    alt: str = ""
    parts: list[Thing] = field(default_factory=list)
    state: str = "FINISHED"
    busy: int = 0
    post: str = ""


class GraphServer:
    """One account on one platform, `facebook`, `instagram` or `threads`. `token` is the one that
    works; `by_time`: lists are paged by time and not by cursor; `bound`: the token may delete
    nothing, and is told that there is nothing; `busy` is for how many looks a new container is in
    progress; `sent` has the fields that came, by edge."""

    def __init__(self, kind: str, token: str = "canary-token-graph") -> None:
        self.kind, self.token, self.busy = kind, token, 0
        self.version = "v1.0" if kind == "threads" else "v26.0"
        self.posts: list[Thing] = []
        self.things: dict[str, Thing] = {}
        self.sent: dict[str, set[str]] = {}
        self.calls: list[Call] = []
        self.clock: Callable[[], datetime] = lambda: NOW
        self.renewals = 0
        self.by_time = False
        self.bound = False
        self._refusals: list[tuple[Callable[[Call], bool], dict[str, Any], int, Fields]] = []
        self._ids = itertools.count(18_000_000_000_000_001)
        self._lock = threading.RLock()
        self._server = serve(self._answer)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def refuse_next(
        self,
        error: Mapping[str, Any],
        method: str = "POST",
        status: int = 400,
        **headers: str,
    ) -> None:
        """Answer the next request of this method with this error, and do nothing."""
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        self._refusals.append((lambda call: call.method == method, dict(error), status, told))

    def _answer(self, call: Call) -> tuple[int, Fields, bytes]:
        with self._lock:
            self.calls.append(call)
            for at, (fits, error, status, headers) in enumerate(self._refusals):
                if fits(call):
                    del self._refusals[at]
                    return status, headers, _json({"error": error})
            try:
                return 200, {}, _json(self._do(call))
            except Refused as error:
                return error.status, {}, _json({"error": error.body})

    def _do(self, call: Call) -> Any:
        if call.path == "/refresh_access_token":
            return self._refresh(call)
        if "access_token" in call.params:
            raise Refused(100)
        if call.token != self.token:
            raise Refused(190, 463, 401)
        head, _, rest = call.path.lstrip("/").partition("/")
        if head != self.version:
            raise Refused(2500)
        first, _, edge = rest.partition("/")
        if first in (USER, "me") and edge:
            return self._edge(call, edge)
        if first in (USER, "me"):
            allow(call, {"fields"})
            return {"id": USER, "name": NAME, "username": "crocerossa"}
        return self._node(call, first)

    def _edge(self, call: Call, edge: str) -> Any:
        self.sent.setdefault(f"{call.method} {edge}", set()).update([*call.params, *call.files])
        table: dict[tuple[str, str, str], Callable[[Call], Any]] = {
            ("facebook", "POST", "photos"): self._photo,
            ("facebook", "POST", "feed"): self._feed,
            ("facebook", "GET", "feed"): self._list,
            ("instagram", "POST", "media"): self._container,
            ("instagram", "POST", "media_publish"): self._publish,
            ("instagram", "GET", "media"): self._list,
            ("instagram", "GET", "content_publishing_limit"): self._quota,
            ("threads", "POST", "threads"): self._container,
            ("threads", "POST", "threads_publish"): self._publish,
            ("threads", "GET", "threads"): self._list,
            ("threads", "GET", "threads_publishing_limit"): self._quota,
        }
        act = table.get((self.kind, call.method, edge))
        if act is None:
            raise Refused(2500)
        return act(call)

    def _new(self, kind: str, **fields: Any) -> Thing:
        thing = Thing(str(next(self._ids)), self.clock(), kind, **fields)
        self.things[thing.id] = thing
        return thing

    # Facebook

    def _photo(self, call: Call) -> Any:
        allow(call, {"published", "alt_text_custom"}, {"source"})
        if call.params.get("published") != "false" or "source" not in call.files:
            raise Refused(100)
        media_type, data = call.files["source"]
        if sniffed(data) != media_type:
            raise Refused(324)
        if len(data) > 4_000_000:
            raise Refused(1, 1487411)
        photo = self._new("photo", alt=call.params.get("alt_text_custom", ""))
        return {"id": photo.id}

    def _feed(self, call: Call) -> Any:
        allow(call, {"message", "attached_media"})
        text = call.params.get("message", "")
        listed = json.loads(call.params.get("attached_media", "[]"))
        photos = [self.things.get(str(one["media_fbid"])) for one in listed]
        if not text and not photos:
            raise Refused(100)
        if len(text) > 63_206 or any(one is None or one.kind != "photo" for one in photos):
            raise Refused(100)
        post = self._new("post", text=text, parts=[one for one in photos if one])
        post.id, was = f"{USER}_{post.id}", post.id
        self.things[post.id] = self.things.pop(was)
        self.posts.append(post)
        return {"id": post.id}

    # Instagram and Threads

    def _container(self, call: Call) -> Any:
        words = "caption" if self.kind == "instagram" else "text"
        children = [one for one in call.params.get("children", "").split(",") if one]
        if self.kind == "instagram":
            known = {"image_url", "alt_text", "is_carousel_item", "media_type", "children"}
            allow(call, known | {words})
        else:
            allow(
                call,
                {"image_url", "alt_text", "is_carousel_item", "media_type", "children", "text"},
            )
        self._check(call, words, children)
        made = self._new(
            "container",
            text=call.params.get(words, ""),
            alt=call.params.get("alt_text", ""),
            parts=[self.things[one] for one in children],
            busy=self.busy,
        )
        return {"id": made.id}

    def _check(self, call: Call, words: str, children: list[str]) -> None:
        limit = 2_200 if self.kind == "instagram" else 500
        text = call.params.get(words, "")
        address = call.params.get("image_url")
        if len(text) > limit or text.count("#") > 30:
            raise Refused(36004, 2207010)
        if len(call.params.get("alt_text", "")) > 1_000:
            raise Refused(100)
        if address:
            self._fetch(address)
        elif children:
            most = 10 if self.kind == "instagram" else 20
            parts = [self.things.get(one) for one in children]
            if call.params.get("media_type") != "CAROUSEL" or not 2 <= len(children) <= most:
                raise Refused(100, 2207028)
            if any(one is None or one.state != "FINISHED" or one.busy for one in parts):
                raise Refused(9007, 2207027)
        elif self.kind == "instagram" or call.params.get("media_type") != "TEXT" or not text:
            raise Refused(100)

    def _fetch(self, address: str) -> None:
        """As the platform does: no credentials, no second chance."""
        try:
            with urlopen(address, timeout=10) as answer:
                kind, data = answer.headers.get_content_type(), answer.read()
        except OSError:
            raise Refused(9004, 2207052) from None
        known = ("image/jpeg",) if self.kind == "instagram" else ("image/jpeg", "image/png")
        if kind not in known or sniffed(data) != kind:
            raise Refused(36001, 2207005)
        if len(data) > 8_000_000:
            raise Refused(36000, 2207004)

    def _publish(self, call: Call) -> Any:
        allow(call, {"creation_id"})
        made = self.things.get(call.params.get("creation_id", ""))
        if made is None or made.kind != "container":
            raise Refused(24, 2207008)
        self._age(made)
        if made.state == "EXPIRED":
            raise Refused(-2, 2207020)
        if made.state == "PUBLISHED":
            raise Refused(24, 2207006)
        if made.busy or made.state != "FINISHED":
            raise Refused(9007, 2207027)
        parts = made.parts or ([made] if made.alt else [])
        post = self._new("post", text=made.text, alt=made.alt, parts=parts)
        made.state, made.post = "PUBLISHED", post.id
        self.posts.append(post)
        return {"id": post.id}

    def _quota(self, call: Call) -> Any:
        allow(call, {"fields"})
        config = {"quota_total": 100, "quota_duration": 86400}
        return {"data": [{"quota_usage": 1, "config": config}]}

    def _refresh(self, call: Call) -> Any:
        allow(call, {"grant_type", "access_token"})
        wanted = "ig_refresh_token" if self.kind == "instagram" else "th_refresh_token"
        if self.kind == "facebook" or call.params.get("grant_type") != wanted:
            raise Refused(100)
        if call.params.get("access_token") != self.token:
            raise Refused(190, 463, 401)
        self.renewals += 1
        self.token = f"canary-token-graph-{self.renewals}"
        return {"access_token": self.token, "token_type": "bearer", "expires_in": 5184000}

    # Reading

    def _age(self, thing: Thing) -> None:
        if thing.kind == "container" and thing.state == "FINISHED":
            old = self.clock() - thing.at > timedelta(hours=24)
            thing.state = "EXPIRED" if old else thing.state

    def _node(self, call: Call, one: str) -> Any:
        if not one and call.params.get("ids"):
            allow(call, {"ids", "fields"})
            return {each: self._told(self._get(each)) for each in call.params["ids"].split(",")}
        allow(call, {"fields"} if call.method == "GET" else set())
        thing = self._get(one)
        if call.method == "GET":
            return self._told(thing)
        if self.bound and call.method == "DELETE":
            raise Refused(100, 33)
        if call.method != "DELETE" or thing not in self.posts or self.kind == "instagram":
            raise Refused(100)
        self.posts.remove(thing)
        del self.things[one]
        return {"success": True}

    def _get(self, one: str) -> Thing:
        if one not in self.things:
            raise Refused(100, 33)
        return self.things[one]

    def _told(self, thing: Thing) -> Fields:
        self._age(thing)
        if thing.kind == "container":
            state = "IN_PROGRESS" if thing.busy else thing.state
            thing.busy = max(thing.busy - 1, 0)
            return {"id": thing.id, "status_code" if self.kind == "instagram" else "status": state}
        if thing.kind == "photo":
            return {"id": thing.id, "alt_text_custom": thing.alt}
        return self._facebook(thing) if self.kind == "facebook" else self._meta(thing)

    def _facebook(self, post: Thing) -> dict[str, Any]:
        told: dict[str, Any] = {"id": post.id, "message": post.text, "created_time": stamp(post)}
        told["permalink_url"] = f"https://www.facebook.com/{post.id}"
        inner = [{"media_type": "photo", "target": {"id": one.id}} for one in post.parts]
        if len(inner) > 1:
            album = {"media_type": "album", "subattachments": {"data": inner}}
            told["attachments"] = {"data": [album | {"target": {"id": post.id}}]}
        elif inner:
            told["attachments"] = {"data": inner}
        elif "https://" in post.text:
            told["attachments"] = {"data": [{"media_type": "link", "target": {}}]}
        return told

    def _meta(self, post: Thing) -> dict[str, Any]:
        told: dict[str, Any] = {"id": post.id, "timestamp": stamp(post)}
        told["caption" if self.kind == "instagram" else "text"] = post.text
        media = "IMAGE" if post.alt else "TEXT_POST"
        told["media_type"] = "CAROUSEL_ALBUM" if len(post.parts) > 1 else media
        told["permalink"] = f"https://www.{self.kind}.example/p/{post.id}"
        if len(post.parts) > 1:
            inner = [{"id": one.id, "alt_text": one.alt} for one in post.parts]
            told["children"] = {"data": inner}
        elif post.alt:
            told["alt_text"] = post.alt
        return told

    def _list(self, call: Call) -> Any:
        allow(call, {"fields", "limit", "after", "since"})
        since = int(call.params.get("since", "0"))
        posts = [one for one in reversed(self.posts) if one.at.timestamp() >= since]
        start, size = int(call.params.get("after", "0")), int(call.params["limit"])
        paging: dict[str, Any] = {"cursors": {"after": str(start + size)}}
        if start + size < len(posts):
            paging["next"] = f"{self.origin}/next?access_token={self.token}"
        if self.by_time:
            del paging["cursors"]
        return {"data": [self._told(one) for one in posts[start : start + size]], "paging": paging}


class Pictures:
    """Serves the files of a folder under the SHA-256 of their bytes, as a public address would.
    `wrong` replaces what is served: status, media type, bytes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.wrong: tuple[int, str, bytes] | None = None
        self.asked: list[Call] = []
        self._server = serve(self._answer)
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}/cards"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, call: Call) -> tuple[int, Fields, bytes]:
        self.asked.append(call)
        if self.wrong:
            status, kind, data = self.wrong
            return status, {"Content-Type": kind}, data
        for file in self.folder.rglob("*"):
            if not file.is_file() or file.suffix not in (".jpg", ".png"):
                continue
            data = file.read_bytes()
            if call.path == f"/cards/{hashlib.sha256(data).hexdigest()}{file.suffix}":
                return 200, {"Content-Type": sniffed(data)}, data
        return 404, {"Content-Type": "text/html"}, b"not here"


def allow(call: Call, params: set[str], files: set[str] | None = None) -> None:
    """Refuse what the documentation does not name."""
    if not set(call.params) <= params or not set(call.files) <= (files or set()):
        raise Refused(100)


def sniffed(data: bytes) -> str:
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/png" if data.startswith(b"\x89PNG\r\n\x1a\n") else "application/octet-stream"


def stamp(thing: Thing) -> str:
    return thing.at.strftime("%Y-%m-%dT%H:%M:%S+0000")


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def serve(answer: Callable[[Call], tuple[int, Fields, bytes]]) -> ThreadingHTTPServer:
    """A server on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            params = {k: v[0] for k, v in parse_qs(parts.query, keep_blank_values=True).items()}
            files: dict[str, tuple[str, bytes]] = {}
            kind = self.headers.get("Content-Type", "")
            if kind == "application/x-www-form-urlencoded":
                form = parse_qs(body.decode(), keep_blank_values=True, strict_parsing=True)
                params |= {name: values[0] for name, values in form.items()}
            elif kind.startswith("multipart/form-data"):
                _multipart(kind, body, params, files)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            told = {name.lower(): value for name, value in self.headers.items()}
            call = Call(self.command, parts.path, params, files, token, told, body)
            status, headers, data = answer(call)
            self.send_response(status)
            for name, value in ({"Content-Type": "application/json"} | headers).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PUT = do_DELETE = _any

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server


def _multipart(kind: str, body: bytes, params: Fields, files: dict[str, tuple[str, bytes]]) -> None:
    whole = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body
    )
    for part in whole.iter_parts():  # type: ignore[attr-defined]
        name = part.get_param("name", header="content-disposition")
        data = part.get_payload(decode=True)
        if part.get_filename():
            files[name] = (part.get_content_type(), data)
        else:
            params[name] = data.decode()
