"""A Facebook Page: pictures uploaded unseen, then one request that shows them with their words.

The Graph interface has no key that keeps a post from doubling, so what became of a lost answer is
read back: the Page's feed since the planned time. A post with pictures is known by them: each
upload has an id of its own, which the feed tells.
Documentation: https://developers.facebook.com/docs/graph-api/reference/page/feed/ and /photos/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from publishers.account import Account, Wanted
from publishers.duplicates import looked_at
from publishers.errors import PublishError, SetupError, Transient, Unknown
from publishers.graph.client import VERSION, Graph, node
from publishers.graph.reading import at_of
from publishers.http.client import Act
from publishers.limits import check, refuse
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

_MEDIA = "attachments{media_type,target{id},subattachments{target{id}}}"
_FIELDS = f"id,message,created_time,permalink_url,{_MEDIA}"


class FacebookPublisher:
    """Posts to one Page.

    Settings: `page`, its number. `server`, `local` and `ca_file` are for tests.
    """

    kind = "facebook"
    deadline = 30.0
    wanted = (Wanted("token", "an access token of the Page"),)

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account,
    ) -> None:
        """SetupError when a setting is unknown, missing or not understood."""
        own = Settings(channel, settings)
        self._page = own.text("page", "")
        if not (self._page.isascii() and self._page.isdecimal()):
            raise SetupError(f"channel {channel}: page is '{self._page}'; write the Page's number")
        origin = own.text("server", "https://graph.facebook.com")
        options: dict[str, Any] = {"local": own.flag("local")}
        options |= {"ca_file": own.file("ca_file", base), "deadline": self.deadline}
        own.done()
        self._account = account
        self._graph = Graph(f"{origin}/{VERSION}", account, **options)
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.READBACK)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        fields = self._graph.read("looking up the Page", self._page, fields="id,name")
        name = " ".join(str(fields.get("name", "")).split())
        return f"Facebook Page {name} ({self._page})"

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self._capabilities)

    def preview(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        request = {
            "page": self._page,
            "text": post.text,
            "alts": [picture.alt for picture in post.pictures],
            "pictures": [picture.digest for picture in post.pictures],
            "due": post.due.isoformat(),
        }
        return Prepared.of(post.key, self.kind, request)

    def prepare(self, post: Post) -> Prepared:
        prepared = self.preview(post)
        uploads = [self._upload(post, number) for number in range(1, len(post.pictures) + 1)]
        return prepared.with_uploads(uploads)

    def poll(self, prepared: Prepared) -> Pending | None:
        """A picture is ready when its upload is answered; here is seen that it is still there."""
        uploads = [str(one) for one in prepared.request["uploads"]]
        if uploads:
            self._stored("asking for the uploads", uploads)
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        data = {"message": str(prepared.request["text"])}
        uploads = [str(one) for one in prepared.request["uploads"]]
        if uploads:
            data["attached_media"] = json.dumps([{"media_fbid": one} for one in uploads])
        try:
            fields = self._graph.once("posting", f"{self._page}/feed", **data)
        except Unknown as error:
            raise looked_at(error, lambda: self.find(prepared)) from None
        return self._seen(self._graph.made(Act.ONCE, "posting", fields), uploads, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """The post with these pictures; without pictures, the oldest with these words."""
        after = since(prepared.request)
        uploads = [str(one) for one in prepared.request["uploads"]]
        text = str(prepared.request["text"])
        params = {"fields": _FIELDS, "since": str(int(after.timestamp()))}
        found, alike = None, False
        for entry in self._graph.listed("looking the post up", f"{self._page}/feed", **params):
            if entry is None:
                return CannotTell("the Page has more posts than can be read back")
            if at_of(entry, "created_time") < after:
                continue
            shown, same = _shown(entry), same_text(str(entry.get("message", "")), text)
            if sorted(shown) == sorted(uploads) and (same or uploads):
                found = entry
            alike = alike or (same and (len(shown) == len(uploads) or bool(text.strip())))
        if found is not None:
            return Found(self._receipt(found, uploads))
        if alike:
            return CannotTell("the Page shows the same words, with other pictures")
        return Absent()

    def delete(self, receipt: Receipt) -> None:
        self._graph.remove("deleting the post", node(receipt.remote_id))

    def _upload(self, post: Post, number: int) -> str:
        """Nobody sees it until a post shows it."""
        picture = post.pictures[number - 1]
        data = read_whole(picture, number, self._capabilities.max_bytes)
        what = f"uploading picture {number}"
        fields = self._graph.make(
            what,
            f"{self._page}/photos",
            files={"source": (f"picture-{number}{picture.path.suffix}", data, picture.media_type)},
            published="false",
            alt_text_custom=picture.alt,
        )
        return self._graph.made(Act.REPEATABLE, what, fields)

    def _seen(self, remote_id: str, uploads: Sequence[str], now: datetime) -> Receipt:
        """It is posted, whatever comes of reading it back."""
        try:
            fields = self._graph.read("reading the post", node(remote_id), fields=_FIELDS)
        except PublishError:
            return Receipt(remote_id, None, now)
        return self._receipt(dict(fields) | {"id": remote_id}, uploads, now)

    def _receipt(
        self, entry: Mapping[str, Any], uploads: Sequence[str], at: datetime | None = None
    ) -> Receipt:
        echoed: dict[str, Any] = {}
        if "message" in entry:
            echoed["text"] = str(entry["message"])
        alts = self._alts(uploads)
        if alts is not None:
            echoed["alts"] = alts
        url = entry.get("permalink_url")
        return Receipt(
            str(entry["id"]), str(url) if url else None, at or at_of(entry, "created_time"), echoed
        )

    def _alts(self, uploads: Sequence[str]) -> list[str] | None:
        """The alt texts as stored; None when that cannot be asked."""
        try:
            return self._stored("reading the alt texts", uploads) if uploads else []
        except PublishError:
            return None

    def _stored(self, what: str, uploads: Sequence[str]) -> list[str]:
        """The alt text of each upload, empty where there is none."""
        told = self._graph.read(what, "", ids=",".join(uploads), fields="alt_text_custom")
        entries = [told.get(one) for one in uploads]
        if not all(isinstance(one, dict) for one in entries):
            text = f"{self._graph.host}: {what}: a picture is missing"
            raise Transient(text, scope="post")
        return [str(one.get("alt_text_custom") or "") for one in entries if one is not None]


def _shown(entry: Mapping[str, Any]) -> list[str]:
    """The ids of the pictures a post shows, in order; empty texts where they are not told. What a
    link in the words draws with it is no picture of ours."""
    ids = []
    for one in (entry.get("attachments") or {}).get("data") or []:
        if one.get("media_type") in ("photo", "album"):
            inner = (one.get("subattachments") or {}).get("data") or [one]
            ids += [str((each.get("target") or {}).get("id", "")) for each in inner]
    return ids
