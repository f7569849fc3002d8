"""The adapter for Mastodon, and for what speaks like it.

    prepare   POST /api/v2/media for each picture, with its alt text and focus
    poll      GET  /api/v1/media/:id, where the server said 202
    publish   POST /api/v1/statuses, once, with an Idempotency-Key made from the post's key
    find      GET  /api/v1/accounts/:id/statuses, back to when the post was due

A post is never left to the server's own schedule: some servers publish it at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from publishers import platforms
from publishers.account import Account, Wanted
from publishers.errors import Permanent, PublishError, SetupError, Transient, Unknown
from publishers.facts import lacking
from publishers.http.client import Client
from publishers.limits import check, refuse
from publishers.mastodon.answers import SCOPES
from publishers.mastodon.instance import domain_of, keyed, known, told
from publishers.mastodon.languages import language_for
from publishers.mastodon.lookup import look
from publishers.mastodon.server import Server
from publishers.mastodon.stored import Stored, id_of, uploads_of
from publishers.pictures import check_files, read_whole
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Pending,
    Picture,
    Post,
    Prepared,
    Receipt,
    refuse_foreign,
)
from publishers.settings import Settings

_CAP = 16 << 20
"""Bytes: a page of 40 posts, on a server with long ones, each letter of which may be six."""
_SETTLE = 60.0
"""Seconds for which a busy server may keep a request in its queue after we gave up on it."""


class MastodonPublisher:
    """Posts to one account.

    Settings: `server`, its address (`https://example.org`); `visibility`: `public` (the default),
    `unlisted` or `private`; `ca_file`, certificates of an authority of one's own; `local`, whether
    the server is in our own network.
    """

    kind = "mastodon"
    wanted = (Wanted("token", f"an access token that allows {SCOPES}"),)
    deadline = 30.0
    """Seconds for one exchange."""

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        """SetupError when a setting is missing, unknown or not understood."""
        own = Settings(channel, settings)
        origin, local = own.text("server", ""), own.flag("local")
        ca_file = own.file("ca_file", base)
        self._visibility = own.choice("visibility", "public", ("public", "unlisted", "private"))
        own.done()
        if not origin:
            raise SetupError(f"channel {channel}: no server; write server: https://example.org")
        client = Client(
            origin,
            local=local,
            deadline=self.deadline,
            cap=_CAP,
            ca_file=ca_file,
        )
        self._account = account
        self._server = Server(client, account)

    def capabilities(self) -> Capabilities:
        """As the server told `verify`; before that, Mastodon's own and no trust in keys."""
        facts = known(self._account.facts())
        return platforms.capabilities(self.kind, settle_seconds=_SETTLE, **facts)

    def verify(self) -> str:
        """`@name@example.org`. What the server tells of itself is kept for later."""
        me, instance = self._server.me(), self._server.instance()
        name = str(me.get("username") or me.get("acct") or "").partition("@")[0]
        handle = " ".join(f"@{name}@{domain_of(instance, self._server.host)}".split())[:200]
        self._account.learn(told(instance, self._account.now().date()) | {"handle": handle})
        return handle

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self.capabilities()) + lacking(post)

    def preview(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        most = self.capabilities().max_bytes
        check_files(post, most)
        request = {
            "text": post.text,
            "language": post.language,
            "sent_as": language_for(post.language),
            "visibility": self._visibility,
            "pictures": [picture.digest for picture in post.pictures],
            "alts": [picture.alt for picture in post.pictures],
            "focus": [_focus(picture) for picture in post.pictures],
            "due": post.due.isoformat(),
        }
        return Prepared.of(post.key, self.kind, request)

    def prepare(self, post: Post) -> Prepared:
        prepared = self.preview(post)
        pictures = enumerate(post.pictures, 1)
        uploads = [self._upload(number, picture) for number, picture in pictures]
        return prepared.with_uploads(uploads) if uploads else prepared

    def poll(self, prepared: Prepared) -> Pending | None:
        for number, upload in enumerate(prepared.request.get("uploads", []), 1):
            if not upload["ready"]:
                pending = self._server.working_on(number, upload["id"])
                if pending is not None:
                    return pending
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        request, knows = prepared.request, keyed(self._account.facts())
        if len(uploads_of(request)) != len(request["alts"]):
            text = f"request {prepared.key}: its pictures are not uploaded; prepare it first"
            raise Permanent(text, code="uploads.missing")
        try:
            answer = self._server.post(_body(request), _key(prepared), now, keyed=knows)
        except Transient as error:
            if error.scope != "post":
                raise
            return self._with_its_pictures(prepared, error)
        stored = Stored.read(answer.fields())
        if stored is None:
            raise self._server.unclear()
        if knows and stored.is_another(request, answer):
            text = f"{self._server.host}: another post was made under the key {prepared.key}"
            raise Permanent(f"{text}; take that one down first", code="key.reused", field="key")
        return stored.receipt(request, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        # Asked anew each time: the token may be another account's by now, and whether it is still
        # good shows here, while the posts of an account are shown to anybody.
        me = id_of(self._server.me()) or ""
        return look(
            lambda before: self._server.posts(me, before),
            prepared.request,
            self._account.now(),
            by_pictures=keyed(self._account.facts()),
        )

    def delete(self, receipt: Receipt) -> None:
        self._server.take_down(receipt.remote_id)

    def _with_its_pictures(self, prepared: Prepared, gone: Transient) -> Receipt:
        """A picture that is in a post is refused as one that is gone, and sent anew it would be in
        a second post: so it is looked whether that post is this one."""
        try:
            found = self.find(prepared)
        except PublishError:
            raise Unknown(str(gone), phase="answer") from None
        if isinstance(found, Found):
            return found.receipt
        raise gone if isinstance(found, Absent) else Unknown(str(gone), phase="answer")

    def _upload(self, number: int, picture: Picture) -> dict[str, Any]:
        data = read_whole(picture, number, self.capabilities().max_bytes)
        return self._server.upload(number, picture, data, _focus(picture))


def _body(request: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of the post. What is empty is left out: some servers refuse it."""
    parts = {
        "status": request["text"],
        "language": request["sent_as"],
        "media_ids": uploads_of(request),
        "visibility": request["visibility"],
    }
    return {name: value for name, value in parts.items() if value}


def _key(prepared: Prepared) -> str:
    """Any text may be a key; a header holds ASCII."""
    return hashlib.sha256(prepared.key.encode()).hexdigest()


def _focus(picture: Picture) -> str:
    """From our 0 to 1, across and down, to Mastodon's -1 to 1, across and up."""
    across, down = picture.focus or (0.5, 0.5)
    return f"{2 * across - 1:.2f},{1 - 2 * down:.2f}"
