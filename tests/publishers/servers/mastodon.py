"""A server that speaks Mastodon's interface, written from its documentation and its code.

As it stands it is Mastodon: it knows keys for an hour, counts as Mastodon does, forgets nothing
that it was told. `Habits` are those of the others. It refuses what a server might let pass today
and not tomorrow: fields that are not documented, a body that is no JSON, a visibility or a focus
that does not exist, a picture that is none.
"""

from __future__ import annotations

import html
import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

import regex

TOKEN = "canary-0b5e/mastodon+token=="
_FIELDS = {"status", "media_ids", "language", "visibility", "spoiler_text", "sensitive"}
_FOCUS = re.compile(r"-?[01]\.\d\d,-?[01]\.\d\d")
_STARTS = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
_URL = re.compile(r"https?://[^\s<>\"]+")
_ENTITY = re.compile(r"(https?://[^\s<>\"]+)|#(\w+)|(?<![\w/])@(\w+)@([\w.-]+\w)")
_FORGETS = timedelta(seconds=3600)


@dataclass
class Habits:
    """How this server is. `keyed`: it knows keys. `slow`: how often it says that it still works
    on a picture. `shares`: a picture may be in two posts. `pages`: it heeds `max_id`."""

    version: str = "4.5.2"
    source: str = "https://github.com/mastodon/mastodon"
    keyed: bool = True
    v2: bool = True
    told_limits: bool = True
    keeps_language: bool = True
    keeps_alts: bool = True
    tells_language: bool = True
    markdown: bool = False
    shares: bool = False
    pages: bool = True
    in_html: bool = False
    slow: int = 0
    max_characters: int = 500
    suspended: bool = False


@dataclass
class Arrived:
    """One request, as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.body))


class Refusal(Exception):
    """An answer that is not what was asked for."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status


@dataclass
class Media:
    description: str | None
    focus: str
    type: str
    slow: int
    posts: list[str] = field(default_factory=list)


class MastodonServer:
    """On a free port of this machine, from `with` to its end. `now` is what it takes the time to
    be; `posts` is what visitors see, by id, oldest first; `media` what was uploaded; `says` are
    answers to give instead of acting."""

    def __init__(self, now: datetime, habits: Habits | None = None) -> None:
        self._lock = threading.Lock()
        self.reset(now, habits)
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def reset(self, now: datetime, habits: Habits | None = None) -> None:
        """As new."""
        with self._lock:
            self.now = now
            self.habits = habits or Habits()
            self.posts: dict[str, dict[str, Any]] = {}
            self.media: dict[str, Media] = {}
            self.arrived: list[Arrived] = []
            self.says: list[tuple[int, bytes]] = []
            self._keys: dict[str, tuple[datetime, str]] = {}
            self._number = 114_000_000_000_000_000

    def answer(self, came: Arrived) -> tuple[int, bytes]:
        """Status and body."""
        with self._lock:
            self.arrived.append(came)
            if self.says:
                return self.says.pop(0)
            try:
                status, body = self._route(came)
            except Refusal as refusal:
                if self.habits.in_html:
                    return refusal.status, b"<!doctype html><h1>Something is wrong</h1>"
                return refusal.status, json.dumps({"error": str(refusal)}).encode()
            return status, json.dumps(body).encode()

    def add(self, text: str, *, at: datetime | None = None, reblog: bool = False) -> str:
        """A post that somebody made by hand, or a repost of another's."""
        return self._made({"status": text}, [], at or self.now, reblog=reblog)["id"]

    def _route(self, came: Arrived) -> tuple[int, Any]:
        path = came.path
        if path == "/api/v1/instance" or (path == "/api/v2/instance" and self.habits.v2):
            return 200, self._instance(path)
        if came.headers.get("authorization") != f"Bearer {TOKEN}":
            raise Refusal(401, "The access token is invalid")
        match came.method, path.removeprefix("/api/").split("/"):
            case "GET", ["v1", "accounts", "verify_credentials"]:
                return 200, self._me()
            case "GET", ["v1", "accounts", "7", "statuses"]:
                return 200, self._page(came.query)
            case "POST", ["v2", "media"]:
                return self._upload(came)
            case "GET", ["v1", "media", number]:
                return self._asked_for(number)
            case "POST", ["v1", "statuses"]:
                return 200, self._post(came)
            case "DELETE", ["v1", "statuses", number]:
                if unquote(number) not in self.posts:
                    raise Refusal(404, "Record not found")
                return 200, self.posts.pop(unquote(number))
        raise Refusal(404, "Record not found")

    def _instance(self, path: str) -> dict[str, Any]:
        configuration = {
            "statuses": {
                "max_characters": self.habits.max_characters,
                "max_media_attachments": 4,
                "characters_reserved_per_url": 23,
            },
            "media_attachments": {
                "description_limit": 1500,
                "image_matrix_limit": 33_177_600,
                "image_size_limit": 1_000_000,
                "supported_mime_types": ["image/jpeg", "image/png", "image/gif", "video/mp4"],
            },
        }
        told = {"configuration": configuration} if self.habits.told_limits else {}
        if "v1" in path:
            return {"uri": "social.example", "version": self.habits.version} | told
        names = {"domain": "social.example", "source_url": self.habits.source}
        return names | {"version": self.habits.version} | told

    def _me(self) -> dict[str, Any]:
        me = {"id": "7", "username": "croce", "acct": "croce"}
        return me | ({"suspended": True} if self.habits.suspended else {})

    def _page(self, query: Mapping[str, list[str]]) -> list[dict[str, Any]]:
        if not 1 <= int(query["limit"][0]) <= 40:
            raise Refusal(400, "limit")
        newest = list(reversed(self.posts.values()))
        if query.get("exclude_reblogs") == ["true"]:
            newest = [post for post in newest if post["reblog"] is None]
        if "max_id" in query and self.habits.pages:
            newest = [post for post in newest if int(post["id"]) < int(query["max_id"][0])]
        return newest[: int(query["limit"][0])]

    def _upload(self, came: Arrived) -> tuple[int, Any]:
        parts = _parts(came)
        if set(parts) != {"file", "description", "focus"}:
            raise Refusal(422, f"unknown fields: {sorted(parts)}")
        data, said = parts["file"]
        kind = next((kind for start, kind in _STARTS.items() if data.startswith(start)), "")
        if not kind or kind != said:
            raise Refusal(422, "File type of uploaded media could not be verified")
        description, focus = parts["description"][0].decode(), parts["focus"][0].decode()
        if len(description) > 1500:
            raise Refusal(422, "Validation failed: Description is too long (1500 characters)")
        if not _FOCUS.fullmatch(focus):
            raise Refusal(422, "focus")
        number = self._next()
        kept = description if self.habits.keeps_alts else None
        self.media[number] = Media(kept, focus, kind, self.habits.slow)
        return (202 if self.habits.slow else 200), self._shown(number)

    def _asked_for(self, number: str) -> tuple[int, Any]:
        media = self.media.get(number)
        if media is None or media.posts:
            raise Refusal(404, "Record not found")
        media.slow -= 1
        return (206 if media.slow > 0 else 200), self._shown(number)

    def _shown(self, number: str) -> dict[str, Any]:
        media = self.media[number]
        ready = media.slow <= 0
        url = f"https://files.social.example/{number}" if ready else None
        return {"id": number, "type": "image", "url": url, "description": media.description}

    def _post(self, came: Arrived) -> dict[str, Any]:
        key = came.headers["idempotency-key"]
        if not re.fullmatch(r"[\x21-\x7e]{8,255}", key):
            raise Refusal(422, "the key is no key")
        if self.habits.keyed and key in self._keys:
            at, number = self._keys[key]
            if self.now - at < _FORGETS:
                if number not in self.posts:
                    raise Refusal(404, "Record not found")
                return self.posts[number]
        body = self._checked(came)
        made = self._made(body, body.get("media_ids", []), self.now)
        self._keys[key] = (self.now, made["id"])
        return made

    def _checked(self, came: Arrived) -> dict[str, Any]:
        if came.headers.get("content-type") != "application/json":
            raise Refusal(415, "a body of JSON")
        body = came.json()
        if set(body) - _FIELDS:
            raise Refusal(422, f"unknown fields: {sorted(set(body) - _FIELDS)}")
        if body.get("visibility") not in ("public", "unlisted", "private"):
            raise Refusal(422, "visibility is not in the list")
        if not body.get("status", "").strip() and not body.get("media_ids"):
            raise Refusal(422, "Validation failed: Text can't be blank")
        if _length(body.get("status", "")) > self.habits.max_characters:
            raise Refusal(422, "Validation failed: Text character limit of 500 exceeded")
        missing = [one for one in body.get("media_ids", []) if not self._free(one)]
        if missing:
            text = f"Media {', '.join(missing)} not found or already attached to another post"
            raise Refusal(422, text)
        if len(body.get("media_ids", [])) > 4:
            raise Refusal(422, "Cannot attach more than 4 files")
        if any(self.media[one].slow > 0 for one in body.get("media_ids", [])):
            raise Refusal(422, "Cannot attach files that have not finished processing. Try again")
        return body

    def _free(self, number: str) -> bool:
        media = self.media.get(number)
        return media is not None and (self.habits.shares or not media.posts)

    def _made(
        self, body: Mapping[str, Any], media: list[str], at: datetime, *, reblog: bool = False
    ) -> dict[str, Any]:
        number = self._next()
        for one in media:
            self.media[one].posts.append(number)
        text = body.get("status", "").strip()
        post: dict[str, Any] = {
            "id": number,
            "url": f"https://social.example/@croce/{number}",
            "created_at": at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "content": rendered(text, markdown=self.habits.markdown),
            "text": text,
            "visibility": body.get("visibility", "public"),
            "reblog": {"id": "1"} if reblog else None,
            "media_attachments": [self._shown(one) for one in media],
        }
        if self.habits.tells_language:
            post["language"] = body.get("language") if self.habits.keeps_language else "en"
        self.posts[number] = post
        return post

    def _next(self) -> str:
        self._number += 1
        return str(self._number)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def rendered(text: str, *, markdown: bool = False) -> str:
    """A post's HTML as Mastodon's TextFormatter makes it; `markdown`: with emphasis, as others."""
    done, out = 0, []
    for match in _ENTITY.finditer(text):
        out += [html.escape(text[done : match.start()]), _linked(match)]
        done = match.end()
    whole = "".join([*out, html.escape(text[done:])]).replace("\r\n", "\n")
    if markdown:
        whole = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", whole)
    blocks = [block.replace("\n", "<br />") for block in re.split(r"\n\n+", whole)]
    return "".join(f"<p>{block}</p>" for block in blocks) if whole else ""


def _linked(match: re.Match[str]) -> str:
    url, tag, name, server = match.groups()
    if url:
        prefix = re.match(r"https?://(www\.)?", url)
        assert prefix is not None
        shown, rest = url[prefix.end() :][:30], url[prefix.end() :][30:]
        pieces = [html.escape(piece) for piece in (prefix.group(), shown, rest)]
        return (
            f'<a href="{html.escape(url)}" target="_blank" rel="nofollow noopener noreferrer">'
            f'<span class="invisible">{pieces[0]}</span><span class="{"ellipsis" if rest else ""}">'
            f'{pieces[1]}</span><span class="invisible">{pieces[2]}</span></a>'
        )
    if tag:
        there = f"https://social.example/tags/{tag}"
        return f'<a href="{there}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    there = f"https://{server}/@{name}"
    link = f'<a href="{there}" class="u-url mention">@<span>{name}</span></a>'
    return f'<span class="h-card">{link}</span>'


def _length(text: str) -> int:
    short = re.sub(r"(?<![\w/])@(\w+)@[\w.-]+\w", r"@\1", _URL.sub("x" * 23, text))
    return len(regex.findall(r"\X", short))


def _parts(came: Arrived) -> dict[str, tuple[bytes, str]]:
    """The fields of a form, each with its content type."""
    head = Message()
    head["content-type"] = came.headers["content-type"]
    boundary = str(head.get_param("boundary")).encode()
    found = {}
    for piece in came.body.split(b"--" + boundary)[1:-1]:
        raw, _, data = piece.partition(b"\r\n\r\n")
        lines = Message()
        for line in raw.decode().split("\r\n"):
            name, _, value = line.partition(":")
            if value:
                lines[name] = value.strip()
        name = str(lines.get_param("name", header="content-disposition"))
        found[name] = (data.removesuffix(b"\r\n"), lines.get_content_type())
    return found


def _handler(server: MastodonServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            self.close_connection = True
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            came = Arrived(self.command, parts.path, parse_qs(parts.query), headers, body)
            status, answer = server.answer(came)
            self.send_response_only(status)
            self.send_header("Date", format_datetime(server.now.astimezone(UTC), usegmt=True))
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, *_: object) -> None:
            pass

    return Handler
