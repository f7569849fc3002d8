"""A stand-in for LinkedIn, on this machine, written from its documentation.

From the documentation: paths, the headers that every request must have, the fields of a post and of
an upload, the states of an image, how posts are listed, the reserved characters of a text, how a
token is renewed. From reports of its users: the bodies of 422 DUPLICATE_POST and of 426, that a
text ends without a word at a reserved character that was not escaped.

Not to be verified without the platform: what exactly counts as a duplicate (here: the same words
still up), how soon a post is listed (here: at once), whether texts come back written as they were
sent (here: yes).
"""

from __future__ import annotations

import itertools
import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from tests.publishers.servers.graph import Call, Fields, serve, sniffed

NOW = datetime(2027, 7, 30, 7, 0, 4, tzinfo=UTC)
ORGANISATION = "2414183"
AUTHOR = f"urn:li:organization:{ORGANISATION}"
VERSIONS = ("202605", "202610")
_POST = {
    "author",
    "commentary",
    "visibility",
    "distribution",
    "content",
    "lifecycleState",
    "isReshareDisabledByAuthor",
}
_NEEDED = _POST - {"content", "isReshareDisabledByAuthor"}
_RESERVED = "\\|{}@[]()<>#*_~"
_ELEMENT = re.compile(r"\{hashtag\|\\?([#＃])\|((?:[^\\|{}]|\\.)+)\}|\\(.)", re.S)


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str = "refused", **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"status": status, "code": code, "message": message} | more


@dataclass
class Image:
    urn: str
    status: str = "WAITING_UPLOAD"
    data: bytes = b""


@dataclass
class Shown:
    """A post as it is up."""

    urn: str
    body: dict[str, Any]
    at: datetime

    @property
    def text(self) -> str:
        return shown(self.body["commentary"])

    @property
    def marked(self) -> list[str]:
        """The hashtags that lead somewhere."""
        found = _ELEMENT.finditer(self.body["commentary"])
        return [one[1] + shown(one[2]) for one in found if one[1]]

    @property
    def images(self) -> list[dict[str, Any]]:
        content = self.body.get("content", {})
        return content.get("multiImage", {}).get("images") or [
            one for one in [content.get("media")] if one
        ]


@dataclass
class LinkedInServer:
    """The page of one organisation. `token` works until it is `expired`; `refresh` renews it until
    it is `revoked`. `hidden` is how many posts of each page of the list are left out. `slow` is for
    how many looks an image is processed; `upload_to` is named as the place to upload to, when it is
    set; `meanwhile` happens before a token is refused."""

    token: str = "canary-token-linkedin"
    refresh: str = "canary-refresh-linkedin"
    client: tuple[str, str] = ("client-id-77", "canary-secret-linkedin")
    expired: bool = False
    revoked: bool = False
    hidden: int = 0
    slow: int = 0
    upload_to: str = ""
    renewals: int = 0
    meanwhile: Callable[[], None] = lambda: None
    posts: list[Shown] = field(default_factory=list)
    images: dict[str, Image] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = itertools.count(7_000_000_000_000_000_001)
        self._lock = threading.RLock()
        self._server = serve(self._answer)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _answer(self, call: Call) -> tuple[int, Fields, bytes]:
        with self._lock:
            self.calls.append(call)
            try:
                status, headers, body = self._do(call)
            except Refused as error:
                status, headers, body = error.status, {}, error.body
            return status, headers, json.dumps(body).encode() if body is not None else b""

    def _do(self, call: Call) -> tuple[int, Fields, Any]:
        if call.path == "/oauth/v2/accessToken":
            return 200, {}, self._renew(call)
        if call.token != self.token or self.revoked or self.expired:
            self.meanwhile()
            code = "REVOKED" if self.revoked else "EXPIRED" if self.expired else "INVALID"
            raise Refused(401, f"{code}_ACCESS_TOKEN", serviceErrorCode=65600)
        if call.path.startswith("/dms-uploads/"):
            return self._uploaded(call)
        version = call.headers.get("linkedin-version", "")
        if version not in VERSIONS:
            message = f"Requested version {version}01 is not active"
            raise Refused(426, "NONEXISTENT_VERSION", message)
        if call.headers.get("x-restli-protocol-version") != "2.0.0":
            raise Refused(400, "ILLEGAL_ARGUMENT")
        collection, _, key = call.path.removeprefix("/rest/").partition("/")
        acts = {
            ("POST", "images", False): self._initialise,
            ("GET", "images", True): self._image,
            ("POST", "posts", False): self._post,
            ("GET", "posts", False): self._list,
            ("GET", "posts", True): self._one,
            ("DELETE", "posts", True): self._delete,
        }
        act = acts.get((call.method, collection, bool(key)))
        if act is None:
            raise Refused(404, "RESOURCE_NOT_FOUND")
        return act(call, unquote(key))

    # Images

    def _initialise(self, call: Call, key: str) -> tuple[int, Fields, Any]:
        wanted = {"initializeUploadRequest": {"owner": AUTHOR}}
        if call.params != {"action": "initializeUpload"} or body_of(call) != wanted:
            raise Refused(400, "ILLEGAL_ARGUMENT")
        image = Image(f"urn:li:image:C{next(self._ids)}")
        self.images[image.urn] = image
        address = f"{self.upload_to or self.origin}/dms-uploads/{image.urn}?ca=vector&app=1"
        value = {"uploadUrl": address, "image": image.urn, "uploadUrlExpiresAt": 1816992000000}
        return 200, {}, {"value": value}

    def _uploaded(self, call: Call) -> tuple[int, Fields, Any]:
        image = self.images.get(unquote(call.path.removeprefix("/dms-uploads/")))
        if call.method != "PUT" or image is None or call.params != {"ca": "vector", "app": "1"}:
            raise Refused(404, "RESOURCE_NOT_FOUND")
        image.data = call.body
        known = sniffed(call.body) in ("image/jpeg", "image/png")
        image.status = "AVAILABLE" if known else "PROCESSING_FAILED"
        if known and self.slow:
            image.status = f"PROCESSING {self.slow}"
        return 201, {}, None

    def _image(self, call: Call, key: str) -> tuple[int, Fields, Any]:
        image = self.images.get(key)
        if image is None:
            raise Refused(404, "RESOURCE_NOT_FOUND")
        state, _, left = image.status.partition(" ")
        if left:
            more = int(left) - 1
            image.status = f"PROCESSING {more}" if more else "AVAILABLE"
        return 200, {}, {"id": image.urn, "owner": AUTHOR, "status": state}

    # Posts

    def _post(self, call: Call, key: str) -> tuple[int, Fields, Any]:
        body = body_of(call)
        if set(body) - _POST:
            raise Refused(422, "", f"ERROR :: /{min(set(body) - _POST)} :: unrecognized field")
        if _NEEDED - set(body):
            raise Refused(422, "", "ERROR :: field is required but not found")
        fixed = {"author": AUTHOR, "visibility": "PUBLIC", "lifecycleState": "PUBLISHED"}
        if any(body[name] != value for name, value in fixed.items()):
            raise Refused(403, "ACCESS_DENIED")
        post = Shown(f"urn:li:share:{next(self._ids)}", body, NOW)
        if len(post.text) > 3_000:
            raise Refused(422, "FIELD_LENGTH_TOO_LONG")
        self._check(post)
        twin = next((one for one in self.posts if one.text == post.text), None)
        if twin is not None:
            details = {"inputErrors": [{"code": "DUPLICATE_POST", "input": {}}]}
            message = f"Content is a duplicate of {twin.urn}"
            raise Refused(422, "", message, errorDetails=details)
        self.posts.append(post)
        return 201, {"x-restli-id": post.urn}, None

    def _check(self, post: Shown) -> None:
        content = post.body.get("content", {})
        if not content and not post.text.strip():
            raise Refused(422, "MISSING_FIELD")
        several = content.get("multiImage", {}).get("images")
        if several is not None and not 2 <= len(several) <= 20:
            raise Refused(400, "INVALID_CONTENT")
        for one in post.images:
            image = self.images.get(one["id"])
            if set(one) - {"id", "altText"} or image is None or image.status != "AVAILABLE":
                raise Refused(400, "INVALID_CONTENT")
            if len(one.get("altText", "")) > 4_086:
                raise Refused(400, "FIELD_LENGTH_TOO_LONG")

    def _list(self, call: Call, key: str) -> tuple[int, Fields, Any]:
        known = {"q", "author", "start", "count", "sortBy"}
        finder = call.headers.get("x-restli-method") == "FINDER"
        if set(call.params) != known or not finder or call.params["author"] != AUTHOR:
            raise Refused(400, "ILLEGAL_ARGUMENT")
        start, count = int(call.params["start"]), int(call.params["count"])
        if call.params["sortBy"] not in ("CREATED", "LAST_MODIFIED") or not 1 <= count <= 100:
            raise Refused(400, "ILLEGAL_ARGUMENT")
        entries = [told(one) for one in reversed(self.posts)][start : start + count]
        entries = entries[self.hidden :]
        return 200, {}, {"paging": {"start": start, "count": count}, "elements": entries}

    def _find(self, key: str) -> Shown:
        for one in self.posts:
            if one.urn == key:
                return one
        raise Refused(404, "RESOURCE_NOT_FOUND")

    def _one(self, call: Call, key: str) -> tuple[int, Fields, Any]:
        return 200, {}, told(self._find(key))

    def _delete(self, call: Call, key: str) -> tuple[int, Fields, Any]:
        if call.headers.get("x-restli-method") != "DELETE":
            raise Refused(400, "ILLEGAL_ARGUMENT")
        self.posts.remove(self._find(key))
        return 204, {}, None

    def _renew(self, call: Call) -> Any:
        wanted = {"grant_type": "refresh_token", "refresh_token": self.refresh}
        wanted |= {"client_id": self.client[0], "client_secret": self.client[1]}
        if self.revoked or call.params != wanted:
            error = {"error": "invalid_grant", "error_description": "expired or revoked"}
            raise _oauth(error)
        self.renewals += 1
        self.token, self.expired = f"canary-token-linkedin-{self.renewals}", False
        life = {"access_token": self.token, "expires_in": 5184000}
        return life | {"refresh_token": self.refresh, "refresh_token_expires_in": 439200}


def _oauth(error: dict[str, Any]) -> Refused:
    refused = Refused(400, "")
    refused.body = error
    return refused


def body_of(call: Call) -> Any:
    if call.headers.get("content-type") != "application/json":
        raise Refused(400, "ILLEGAL_ARGUMENT", "Request body could not be converted to data map")
    return json.loads(call.body)


def told(post: Shown) -> dict[str, Any]:
    at = int(post.at.timestamp() * 1000)
    return post.body | {"id": post.urn, "createdAt": at, "lastModifiedAt": at}


def shown(written: str) -> str:
    """What a visitor sees: a reserved character that is not escaped ends the text."""
    seen, at = "", 0
    while at < len(written):
        element = _ELEMENT.match(written, at)
        if element:
            seen += element[3] or element[1] + shown(element[2])
            at = element.end()
        elif written[at] in _RESERVED:
            return seen
        else:
            seen, at = seen + written[at], at + 1
    return seen
