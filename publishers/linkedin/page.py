"""The page of an organisation on LinkedIn: pictures uploaded unseen, then one post that shows them.

LinkedIn has no key that keeps a post from doubling, so what became of a lost answer is read back
from the organisation's posts; each upload has a name of its own, which the post tells. Its own
check for duplicates (422) leaves open whether the post it means is ours, so that is looked up too.
Documentation: https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/
posts-api, images-api and multiimage-post-api; errors also from reports of their users.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from publishers.account import Account, Grant, Wanted
from publishers.duplicates import looked_at
from publishers.errors import Permanent, PublishError, SetupError, Transient, Unknown
from publishers.http.client import UNSHAPED, Act
from publishers.http.table import doubt
from publishers.limits import check, refuse
from publishers.linkedin.client import VERSION, LinkedIn
from publishers.linkedin.little_text import escape, unescape
from publishers.pictures import check_files, read_whole
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Pending,
    Post,
    Prepared,
    Receipt,
    refuse_foreign,
)
from publishers.sameness import same_text, since
from publishers.settings import Settings

_PAGES = 5
_PAGE = 50


class LinkedInPublisher:
    """Posts to the page of one organisation.

    Settings: `organisation`, its number; `api_version`, a month such as `202605`. `server`,
    `sign_in_server`, `local` and `ca_file` are for tests.
    """

    kind = "linkedin"
    deadline = 30.0
    wanted = (
        Wanted("token", "an access token of an administrator of the page"),
        Wanted("refresh_token", "the token to renew it with", optional=True),
        Wanted("client_id", "the app's client id, to renew it", optional=True),
        Wanted("client_secret", "the app's client secret, to renew it", optional=True),
    )

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account,
    ) -> None:
        """SetupError when a setting is unknown, missing or not understood."""
        own = Settings(channel, settings)
        number = own.text("organisation", "")
        if not (number.isascii() and number.isdecimal()):
            raise SetupError(f"channel {channel}: organisation is '{number}'; write its number")
        version = own.text("api_version", VERSION)
        if not re.fullmatch(r"20\d{4}", version):
            raise SetupError(f"channel {channel}: api_version is '{version}'; write {VERSION}")
        self._linkedin = LinkedIn(
            own.text("server", "https://api.linkedin.com"),
            own.text("sign_in_server", "https://www.linkedin.com"),
            version,
            account,
            local=own.flag("local"),
            ca_file=own.file("ca_file", base),
            deadline=self.deadline,
        )
        own.done()
        self._author = f"urn:li:organization:{number}"
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.READBACK)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """Reads one post: what `find` will need is what is most often missing."""
        self._linkedin.renew_in_time()
        self._linkedin.read("reading the page", "/rest/posts", **self._search(0, 1))
        return f"LinkedIn organisation {self._author.rpartition(':')[2]}"

    def renew(self, used: Grant) -> None:
        """See `publishers.account.Renewing`."""
        self._linkedin.renew(used)

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self._capabilities)

    def preview(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        request = {
            "author": self._author,
            "commentary": escape(post.text),
            "alts": [picture.alt for picture in post.pictures],
            "pictures": [picture.digest for picture in post.pictures],
            "due": post.due.isoformat(),
        }
        return Prepared.of(post.key, self.kind, request)

    def prepare(self, post: Post) -> Prepared:
        prepared = self.preview(post)
        self._linkedin.renew_in_time()
        uploads = [self._upload(post, number) for number in range(1, len(post.pictures) + 1)]
        return prepared.with_uploads(uploads)

    def poll(self, prepared: Prepared) -> Pending | None:
        for number, urn in enumerate(_uploads(prepared), 1):
            state = self._state(number, urn)
            if state in ("PROCESSING", "WAITING_UPLOAD"):
                return Pending(2.0, f"LinkedIn still works on picture {number}")
            if state != "AVAILABLE":
                text = f"{self._linkedin.host}: picture {number} was not taken in ({state[:40]})"
                raise Transient(text, retry_after=30.0, scope="post")
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        body = {
            "author": prepared.request["author"],
            "commentary": prepared.request["commentary"],
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        content = _content(_uploads(prepared), prepared.request["alts"])
        if content:
            body["content"] = content
        try:
            answer = self._linkedin.send(Act.ONCE, "POST", "posting", "/rest/posts", json=body)
        except Unknown as error:
            raise looked_at(error, lambda: self.find(prepared)) from None
        urn = answer.headers.get("x-restli-id", "")
        if not urn or (answer.body and answer.json() is None):
            raise doubt(f"{self._linkedin.host}: posting: an answer without an id", Act.ONCE)
        return self._seen(urn, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """The post with these pictures; without pictures, the oldest with these words."""
        self._linkedin.renew_in_time()
        uploads, words = _uploads(prepared), unescape(prepared.request["commentary"])
        found, alike = None, False
        for entry in self._posts(since(prepared.request)):
            if entry is None:
                return CannotTell("the page has more posts than can be read back")
            shown = [str(one.get("id", "")) for one in _images(entry)]
            same = same_text(unescape(str(entry.get("commentary", ""))), words)
            if shown == uploads and (same or uploads):
                found = entry
            alike = alike or _may_be(entry, shown, uploads, same=same)
        if found is not None and found.get("lifecycleState", "PUBLISHED") != "PUBLISHED":
            return CannotTell("the page has the post, and says that it is not published")
        if found is not None:
            return Found(_receipt(found, str(found["id"]), _at(found)))
        return CannotTell("the page has a post that may be this one") if alike else Absent()

    def delete(self, receipt: Receipt) -> None:
        self._linkedin.renew_in_time()
        path = f"/rest/posts/{quote(receipt.remote_id, safe='')}"
        headers = {"X-RestLi-Method": "DELETE"}
        try:
            self._linkedin.send(
                Act.REPEATABLE, "DELETE", "deleting the post", path, headers=headers
            )
        except Permanent as error:
            if error.code != "404":
                raise

    # Uploads

    def _upload(self, post: Post, number: int) -> str:
        """Nobody sees it until a post shows it."""
        picture, what = post.pictures[number - 1], f"uploading picture {number}"
        data = read_whole(picture, number, self._capabilities.max_bytes)
        path = "/rest/images?action=initializeUpload"
        ask = {"initializeUploadRequest": {"owner": self._author}}
        answer = self._linkedin.send(Act.REPEATABLE, "POST", what, path, json=ask)
        value = answer.fields().get("value")
        address = value.get("uploadUrl") if isinstance(value, dict) else None
        urn = value.get("image") if isinstance(value, dict) else None
        if not isinstance(address, str) or not isinstance(urn, str):
            raise doubt(f"{self._linkedin.host}: {what}: no address for it", Act.REPEATABLE)
        self._linkedin.put(what, address, data, picture.media_type)
        return urn

    def _state(self, number: int, urn: str) -> str:
        path = f"/rest/images/{quote(urn, safe='')}"
        try:
            fields = self._linkedin.read(f"asking for picture {number}", path)
        except Permanent as error:
            if error.code != "404":
                raise
            return "gone"
        return str(fields.get("status", "nothing"))

    # Reading back

    def _search(self, start: int, count: int) -> dict[str, dict[str, str]]:
        params = {"q": "author", "author": self._author, "sortBy": "CREATED"}
        params |= {"start": str(start), "count": str(count)}
        return {"params": params, "headers": {"X-RestLi-Method": "FINDER"}}

    def _posts(self, after: datetime) -> Iterator[Mapping[str, Any] | None]:
        """The page's posts since then, newest first; None at the end when there may be more. A page
        of the list may be short, or lack what the token may not see: only an empty one ends it."""
        what = "looking the post up"
        for page in range(_PAGES):
            search = self._search(page * _PAGE, _PAGE)
            fields = self._linkedin.read(what, "/rest/posts", **search)
            entries = fields.get("elements")
            if not isinstance(entries, list):
                raise doubt(f"{self._linkedin.host}: {what}: an answer without a list", Act.READ)
            for entry in entries:
                if _at(entry) < after:
                    return
                yield entry
            if not entries:
                return
        yield None

    def _seen(self, urn: str, now: datetime) -> Receipt:
        """It is posted, whatever comes of reading it back."""
        try:
            entry = self._linkedin.read("reading the post", f"/rest/posts/{quote(urn, safe='')}")
            return _receipt(entry, urn, now)
        except (PublishError, *UNSHAPED):
            return _receipt({}, urn, now)


def _uploads(prepared: Prepared) -> list[str]:
    return [str(one) for one in prepared.request["uploads"]]


def _content(uploads: Sequence[str], alts: Sequence[str]) -> dict[str, Any]:
    images = [{"id": urn, "altText": alt} for urn, alt in zip(uploads, alts, strict=True)]
    if len(images) > 1:
        return {"multiImage": {"images": images}}
    return {"media": images[0]} if images else {}


def _images(entry: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = entry.get("content") or {}
    several = (content.get("multiImage") or {}).get("images")
    return list(several) if several else [content["media"]] if "media" in content else []


def _may_be(
    entry: Mapping[str, Any], shown: Sequence[str], uploads: Sequence[str], *, same: bool
) -> bool:
    """Whether it may be the post all the same: with the same words and pictures that are not told,
    or with words that somebody has changed since."""
    if uploads:
        return same and not all(shown or [""])
    return not shown and bool((entry.get("lifecycleStateInfo") or {}).get("isEditedByAuthor"))


def _at(entry: Mapping[str, Any]) -> datetime:
    """LinkedIn tells milliseconds since 1970."""
    return datetime.fromtimestamp(int(entry["createdAt"]) / 1000, UTC)


def _receipt(entry: Mapping[str, Any], urn: str, at: datetime) -> Receipt:
    echoed: dict[str, Any] = {}
    if "commentary" in entry:
        echoed["text"] = unescape(str(entry["commentary"]))
        echoed["alts"] = [str(one.get("altText", "")) for one in _images(entry)]
    return Receipt(urn, f"https://www.linkedin.com/feed/update/{urn}/", at, echoed)
