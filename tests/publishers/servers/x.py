"""A stand-in for X, on this machine, written from the public description of its API (2.159).

From the description: paths, fields and which of them exist, the shapes of ids, limits of lists and
of descriptions, the shapes of answers and problems. From its documentation: tokens of two hours and
renewal in pairs, t.co links of 23, `&amp;` in texts, a link for the pictures at the end of a text,
how lists are paged. From reports of users: the sentences of 402 and 403.

Not to be verified without the platform: how long a text counts as a duplicate (here: for ever),
whether spaces at the ends are kept (here: not), how soon a post is listed (here: at once). Lengths
are counted with our own `weighted`, which is held to X's conformance data elsewhere.
"""

from __future__ import annotations

import base64
import html
import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from publishers.counting import weighted

NOW = datetime(2027, 7, 30, 7, 0, 4, tzinfo=UTC)
USER = "2244994945"
_LINK = re.compile(r"https?://[^\s]+[\w/]")
_ID = re.compile(r"[0-9]{1,19}")
PAGE = 5


@dataclass
class Call:
    """A request as it came."""

    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def json(self) -> dict[str, Any]:
        if self.headers.get("content-type", "").partition(";")[0] != "application/json":
            raise Refused(400, "invalid-request", "Content-Type must be application/json")
        found = json.loads(self.body)
        assert isinstance(found, dict)
        return found

    def form(self) -> dict[str, str]:
        assert self.headers["content-type"] == "application/x-www-form-urlencoded"
        return {name: value for name, [value] in parse_qs(self.body.decode()).items()}

    def parts(self) -> dict[str, tuple[str, bytes]]:
        """Parts of a multipart form: media type and content, by name."""
        head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + self.body)
        found = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            found[str(name)] = part.get_content_type(), part.get_payload(decode=True)
        return found


class Refused(Exception):
    """A problem as X tells it."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.body: dict[str, Any] = {
            "type": f"https://api.twitter.com/2/problems/{kind}" if kind else "about:blank",
            "title": "Problem",
            "detail": detail,
            "status": status,
        }


@dataclass
class Media:
    id: str
    data: bytes
    media_type: str
    alt: str | None = None


@dataclass
class Tweet:
    id: str
    text: str
    media: tuple[Media, ...]
    at: datetime

    def shown(self) -> dict[str, Any]:
        """As the API lists it: links shortened, one more for the pictures, < & > hidden."""
        urls: list[dict[str, str]] = []
        text = _LINK.sub(lambda found: _short(urls, found[0]), self.text)
        if self.media:
            key = f"3_{self.media[0].id}"
            link = f"https://t.co/m{self.id}"
            text = f"{text} {link}".strip()
            expanded = f"https://x.com/it/status/{self.id}/photo/1"
            urls.append({"url": link, "expanded_url": expanded, "media_key": key})
        told: dict[str, Any] = {
            "id": self.id,
            "text": html.escape(text, quote=False),
            "created_at": f"{self.at:%Y-%m-%dT%H:%M:%S}.000Z",
        }
        if urls:
            told["entities"] = {"urls": urls}
        if self.media:
            told["attachments"] = {"media_keys": [f"3_{one.id}" for one in self.media]}
        return told


def _short(urls: list[dict[str, str]], link: str) -> str:
    short = f"https://t.co/a{len(urls)}b"
    urls.append({"url": short, "expanded_url": link})
    return short


@dataclass
class Tokens:
    """The pair that works, and how often it was renewed."""

    access: str = "canary-access-0"
    refresh: str = "canary-refresh-0"
    client_id: str = "client"
    client_secret: str = ""
    renewals: int = 0
    revoked: bool = False


class XServer:
    """One account. `refuse_next` answers the next matching request with a problem."""

    def __init__(self, client_secret: str = "") -> None:
        self.tokens = Tokens(client_secret=client_secret)
        self.tweets: list[Tweet] = []
        self.media: dict[str, Media] = {}
        self.calls: list[Call] = []
        self.clock: Callable[[], datetime] = lambda: NOW
        self.alt_told = True
        self.partial = False
        self._refusals: list[tuple[str, int, dict[str, Any], dict[str, str]]] = []
        self._ids = itertools.count(1_800_000_000_000_000_001)
        self._lock = threading.RLock()
        self._server = _serve(self._answer)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def refuse_next(
        self, path: str, status: int, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> None:
        """Answer the next request to a path that begins so with this, and do nothing."""
        self._refusals.append((path, status, body, headers or {}))

    def _answer(self, call: Call) -> tuple[int, dict[str, str], Any]:
        with self._lock:
            self.calls.append(call)
            for at, (path, status, body, headers) in enumerate(self._refusals):
                if call.path.startswith(path):
                    del self._refusals[at]
                    return status, headers, body
            try:
                status, body = self._do(call)
                return status, {}, body
            except Refused as problem:
                return problem.status, {}, problem.body

    def _do(self, call: Call) -> tuple[int, Any]:
        if call.path == "/2/oauth2/token":
            return self._renew(call)
        if self.tokens.revoked or call.headers.get("authorization") != (
            f"Bearer {self.tokens.access}"
        ):
            raise Refused(401, "", "Unauthorized")
        deed = {
            ("POST", "/2/media/upload"): self._upload,
            ("POST", "/2/media/metadata"): self._describe,
            ("POST", "/2/tweets"): self._post,
            ("GET", "/2/users/me"): self._me,
            ("GET", f"/2/users/{USER}/tweets"): self._list,
        }.get((call.method, call.path))
        if deed is not None:
            return deed(call)
        if call.method == "DELETE" and (found := re.fullmatch(r"/2/tweets/(\d{1,19})", call.path)):
            self.tweets = [one for one in self.tweets if one.id != found[1]]
            return 200, {"data": {"deleted": True}}
        raise Refused(404, "", "Not Found")

    def _renew(self, call: Call) -> tuple[int, Any]:
        tokens, form = self.tokens, call.form()
        wanted = {"grant_type": "refresh_token", "refresh_token": tokens.refresh}
        basic = base64.b64encode(f"{tokens.client_id}:{tokens.client_secret}".encode()).decode()
        if tokens.client_secret:
            known = call.headers.get("authorization") == f"Basic {basic}"
        else:
            known, wanted = (
                form.get("client_id") == tokens.client_id,
                wanted | {"client_id": tokens.client_id},
            )
        if not known:
            return 401, {"error": "unauthorized_client", "error_description": "Missing header"}
        if form != wanted or tokens.revoked:
            said = "Value passed for the token was invalid."
            return 400, {"error": "invalid_request", "error_description": said}
        tokens.renewals += 1
        tokens.access = f"canary-access-{tokens.renewals}"
        tokens.refresh = f"canary-refresh-{tokens.renewals}"
        return 200, {
            "token_type": "bearer",
            "expires_in": 7200,
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "scope": "tweet.read tweet.write users.read media.write offline.access",
        }

    def _me(self, call: Call) -> tuple[int, Any]:
        return 200, {"data": {"id": USER, "name": "Croce Rossa Italiana", "username": "crocerossa"}}

    def _upload(self, call: Call) -> tuple[int, Any]:
        parts = call.parts()
        _allow(parts, {"media", "media_category", "media_type"}, {"media", "media_category"})
        kind, data = parts["media"]
        named = parts["media_type"][1].decode()
        if parts["media_category"][1] != b"tweet_image" or named != kind:
            raise Refused(400, "invalid-request", "media_category or media_type is not valid")
        if kind not in ("image/jpeg", "image/png", "image/webp") or not data:
            raise Refused(400, "invalid-request", "media type unrecognized.")
        if len(data) > 5_242_880:
            raise Refused(413, "", "Request Entity Too Large")
        made = Media(f"{next(self._ids)}", data, kind)
        self.media[made.id] = made
        size = {"size": len(data), "expires_after_secs": 86400}
        return 200, {"data": {"id": made.id, "media_key": f"3_{made.id}", **size}}

    def _describe(self, call: Call) -> tuple[int, Any]:
        body = call.json()
        _allow(body, {"id", "metadata"}, {"id"})
        _allow(body["metadata"], {"alt_text"}, {"alt_text"})
        text = body["metadata"]["alt_text"]["text"]
        if body["id"] not in self.media:
            raise Refused(400, "invalid-request", "Your media IDs are invalid.")
        if not 0 < len(text) <= 1000:
            raise Refused(400, "invalid-request", "alt_text is longer than 1000")
        self.media[body["id"]].alt = text
        told = {"associated_metadata": {"alt_text": {"text": text}}} if self.alt_told else {}
        return 200, {"data": {"id": body["id"], **told}}

    def _post(self, call: Call) -> tuple[int, Any]:
        body = call.json()
        _allow(body, {"text", "media"}, set())
        ids = body.get("media", {"media_ids": []})["media_ids"]
        text = body.get("text", "").strip()
        if ("media" in body and not 1 <= len(ids) <= 4) or not (text or ids):
            raise Refused(400, "invalid-request", "One or more parameters were invalid.")
        if not all(_ID.fullmatch(one) and one in self.media for one in ids):
            raise Refused(400, "invalid-request", "Your media IDs are invalid.")
        if weighted(text) > 280:
            raise Refused(403, "", "Your Tweet text is too long.")
        if any(one.text == text for one in self.tweets):
            raise Refused(403, "", "You are not allowed to create a Tweet with duplicate content.")
        media = tuple(self.media[one] for one in ids)
        made = Tweet(f"{next(self._ids)}", text, media, self.clock())
        self.tweets.append(made)
        shown = made.shown()
        return 201, {"data": {"id": shown["id"], "text": shown["text"]}}

    def _list(self, call: Call) -> tuple[int, Any]:
        known = {"start_time", "max_results", "exclude", "tweet.fields", "expansions"}
        _allow(call.params, known | {"media.fields", "pagination_token"}, {"start_time"})
        since = datetime.fromisoformat(call.params["start_time"])
        assert 5 <= int(call.params["max_results"]) <= 100
        there = [one for one in reversed(self.tweets) if one.at >= since]
        start = int(call.params.get("pagination_token", "0"))
        page = there[start : start + PAGE]
        meta: dict[str, Any] = {"result_count": len(page)}
        if there[start + PAGE :]:
            meta["next_token"] = f"{start + PAGE}"
        told: dict[str, Any] = {"meta": meta}
        if page:
            told["data"] = [one.shown() for one in page]
        if media := [one for tweet in page for one in tweet.media]:
            told["includes"] = {"media": [_photo(one) for one in media]}
        if self.partial:
            told["errors"] = [{"type": "about:blank", "title": "Not Found Error"}]
        return 200, told


def _photo(media: Media) -> dict[str, str]:
    alt = {"alt_text": media.alt} if media.alt is not None else {}
    return {"media_key": f"3_{media.id}", "type": "photo", **alt}


def _allow(given: Any, known: set[str], needed: set[str]) -> None:
    if not needed <= set(given) <= known:
        said = "One or more parameters to your request was invalid."
        raise Refused(400, "invalid-request", f"{said} {sorted(set(given) ^ needed)}")


def _serve(answer: Callable[[Call], tuple[int, dict[str, str], Any]]) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            parts = urlsplit(self.path)
            params = {name: value for name, [value] in parse_qs(parts.query).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(int(headers.get("content-length", "0")))
            status, more, told = answer(Call(self.command, parts.path, params, headers, body))
            data = json.dumps(told).encode()
            self.send_response_only(status)
            for name, value in ({"Content-Type": "application/json"} | more).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_DELETE = _handle

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}).start()
    return server
