"""A Bluesky account on a real server, with a lossy way to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from publishers.account import FixedAccount, Grant, Secret
from publishers.bluesky.adapter import BlueskyPublisher
from publishers.bluesky.answers import TABLE
from publishers.port import Prepared
from publishers.testing.lab import HttpLab, Seen
from publishers.testing.lossy import LossyProxy
from tests.pds import Host, Member

SIGN_IN = "/xrpc/com.atproto.server.createSession"
RENEW = "/xrpc/com.atproto.server.refreshSession"
UPLOAD = "/xrpc/com.atproto.repo.uploadBlob"
PUT = "/xrpc/com.atproto.repo.putRecord"
GET = "/xrpc/com.atproto.repo.getRecord"
DELETE = "/xrpc/com.atproto.repo.deleteRecord"


class Impatient(BlueskyPublisher):
    deadline = 0.5


class BlueskyLab(HttpLab):
    """`secrets` are what the account has stored to begin with: an app password, or a session."""

    table = TABLE

    def __init__(self, member: Member, lossy: LossyProxy, secrets: Mapping[str, Secret]) -> None:
        self.member = member
        self.lossy = lossy
        self.account = FixedAccount(member.handle, secrets)
        self.never_was = f"at://{member.did}/app.bsky.feed.post/2222222222222"
        self.revoked = False

    @property
    def secrets(self) -> tuple[str, ...]:  # type: ignore[override]
        kept = self.account.grant().secrets
        names = ("app_password", "access", "refresh")
        return tuple(kept[name].reveal() for name in names if name in kept)

    @property
    def renewals(self) -> int:  # type: ignore[override]
        """Both ways to new tokens."""
        return sum(one.passed_on and one.path in (SIGN_IN, RENEW) for one in self.lossy.requests)

    def publisher(self, kind: type[BlueskyPublisher] = BlueskyPublisher) -> BlueskyPublisher:
        return self.at(self.lossy.origin, kind)

    def impatient(self) -> BlueskyPublisher:
        return self.publisher(Impatient)

    def elsewhere(self, origin: str, ca_file: str) -> BlueskyPublisher:
        grant = self.account.grant()
        if "pds" in grant.secrets:  # it would go on with its session at the server it is from
            moved = {"pds": Secret(origin), "login": Secret(f"{self.member.handle} {origin}")}
            self.account.renew(grant, lambda old: Grant({**old.secrets, **moved}))
        return self.at(origin, ca_file=ca_file)

    def at(
        self, origin: str, kind: type[BlueskyPublisher] = BlueskyPublisher, **more: str
    ) -> BlueskyPublisher:
        settings = {"server": origin, "handle": self.member.handle, "local": "yes", **more}
        return kind("it-it-bluesky", settings, Path(), self.account)

    def seen(self) -> list[Seen]:
        return [seen(one["value"]) for one in self.member.posts()]

    def over_limit(self, prepared: Prepared) -> Prepared:
        record = {**prepared.request["record"], "text": "a" * 301, "facets": []}
        return Prepared.of(prepared.key, prepared.kind, {**prepared.request, "record": record})

    def forget_uploads(self) -> None:
        self.member.forget_blobs()

    def expire(self) -> None:
        """The token that is stored has run out, by the server's clock alone."""
        self.store(access=self.member.host.aged(self.account.grant()["access"].reveal()))

    def revoke(self) -> None:
        """The owner takes the app password back."""
        self.revoked = True
        self.expire()
        self.member.change("com.atproto.server.revokeAppPassword", name="clarion")

    def store(self, **secrets: str) -> None:
        """Put these into the account's grant."""
        new = {name: Secret(text) for name, text in secrets.items()}
        self.account.renew(
            self.account.grant(), lambda old: dataclasses.replace(old, secrets=old.secrets | new)
        )


def seen(record: dict[str, Any]) -> Seen:
    """A record as a client shows it, its facets cut out of the bytes of its text."""
    data = record["text"].encode()
    spans = [facet["index"] for facet in record.get("facets", [])]
    marked = tuple(data[one["byteStart"] : one["byteEnd"]].decode() for one in spans)
    images = record.get("embed", {}).get("images", [])
    (language,) = record["langs"]
    return Seen(record["text"], language, tuple(image["alt"] for image in images), marked)


class Shared:
    """One account for many tests, each of which finds it without posts, and signed in."""

    def __init__(self, host: Host, lossy: LossyProxy) -> None:
        self._host = host
        self._lossy = lossy
        self._member: Member | None = None
        self._signed_in: Mapping[str, Secret] = {}

    @contextmanager
    def lab(self) -> Iterator[BlueskyLab]:
        member = self._member or self._join()
        self._lossy.clear()
        lab = BlueskyLab(member, self._lossy, self._signed_in)
        yield lab
        if lab.revoked:
            self._member = None
        for one in member.posts():
            member.delete(one["uri"])

    def _join(self) -> Member:
        lab = fresh(self._host, self._lossy)
        lab.publisher().verify()
        self._signed_in = lab.account.grant().secrets
        self._member = lab.member
        return lab.member


def fresh(host: Host, lossy: LossyProxy) -> BlueskyLab:
    """A lab on a new account that nobody has signed in to yet."""
    lossy.clear()
    member = host.join()
    return BlueskyLab(member, lossy, {"app_password": Secret(member.app_password)})
