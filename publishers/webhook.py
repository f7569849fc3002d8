"""A signed webhook: the post as one JSON request to a system that a society runs itself.

    POST <url>
    webhook-id: the key of the post             the same for every attempt: the receiver keeps it
    webhook-timestamp: seconds since 1970       when this attempt was made
    webhook-signature: v1,<base64>              HMAC-SHA256 of id.timestamp.body, one for each key
    {"data": {...}, "type": "post.created"}     frozen byte for byte when the post was prepared

The headers are those of Standard Webhooks (https://www.standardwebhooks.com). A receiver that
keeps to docs/howto/receive-a-webhook.md has the post once, however often it is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlsplit

from publishers.account import Account, Wanted
from publishers.errors import PublishError, SetupError
from publishers.facts import lacking
from publishers.http.client import Act, Answer, Client, host_of
from publishers.http.table import Means, Row, Table
from publishers.limits import check, refuse
from publishers.pictures import read_whole
from publishers.platforms import capabilities
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
    WithoutUploads,
    refuse_foreign,
)
from publishers.settings import Settings
from publishers.shelf import slug
from publishers.webhook_event import (
    body_of,
    created,
    frozen_body,
    signed,
    signing_key,
)

TABLE = Table(
    (
        Row(401, "", Means.SIGN_IN, "the signature is not accepted; give both the same secret"),
        Row(403, "", Means.SIGN_IN, "the receiver does not let us in; ask whoever runs it"),
        Row(404, "", Means.NEVER, "nothing listens there; correct the setting 'url'", "settings"),
        Row(405, "", Means.NEVER, "it takes no posts there; correct the setting 'url'", "settings"),
        Row(408, "", Means.UNKNOWN, "the receiver did not wait for the whole request"),
        Row(409, "", Means.NEVER, "the receiver has another post under this key", "key"),
        Row(410, "", Means.BLOCKED, "it wants nothing more; once it does again: clarion release"),
        Row(413, "", Means.NEVER, "too large; set 'pictures' to digest", "pictures"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many requests"),
        Row(503, "", Means.WAIT_HOST, "the receiver is not ready"),
    )
)


class WebhookPublisher(WithoutUploads):
    """Sends a post to one address, signed.

    Settings: `url`; `pictures`, `embed` (the default: base64 in the JSON) or `digest` (their
    SHA-256 alone, for a receiver that has them already); `max_bytes` of one picture; `ca_file`
    and `local` for a receiver inside one's own network. Secrets: `signing_secret` and, while it
    is being changed, `signing_secret_old`; both sign then.
    """

    kind = "webhook"
    deadline: ClassVar[float] = 30.0
    """Seconds for a whole exchange."""
    wanted = (
        Wanted("signing_secret", "the secret shared with the receiver, whsec_..."),
        Wanted("signing_secret_old", "the secret before it, while both are in use", optional=True),
    )

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        local, ca_file = own.flag("local"), own.text("ca_file", "")
        origin, self._path = _split(channel, own.text("url", ""), local=local)
        self._client = Client(
            origin,
            local=local,
            deadline=self.deadline,
            ca_file=str(base / ca_file) if ca_file else None,
        )
        self._embeds = own.choice("pictures", "embed", ("embed", "digest")) == "embed"
        limit = own.number("max_bytes")
        own.done()
        self._account = account
        self._capabilities = capabilities(
            self.kind,
            idempotency=Idempotency.NATIVE,
            can_find=False,
            **({"max_bytes": limit} if limit else {}),
        )

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """Whether there is a secret and somebody answers. Sends no event: only GET is asked."""
        self._keys()
        answer = self._client.read("looking whether it is there", self._path)
        if answer.status == 410:
            raise self._refused("looking whether it is there", answer, Act.READ)
        return f"webhook at {self._client.host}"

    def validate(self, post: Post) -> list[Finding]:
        return [*check(post, self._capabilities), *lacking(post)]

    def prepare(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        limit = self._capabilities.max_bytes
        data = [read_whole(picture, n, limit) for n, picture in enumerate(post.pictures, 1)]
        event = created(post)
        request = {
            "event": event,
            "embeds": self._embeds,
            "files": [str(picture.path.absolute()) for picture in post.pictures],
            "sha256": hashlib.sha256(body_of(event, data if self._embeds else None)).hexdigest(),
        }
        return Prepared.of(post.key, self.kind, request)

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        """Sending it again is safe: a receiver knows the key, and answers as it did first."""
        refuse_foreign(prepared, self.kind, now)
        body = frozen_body(prepared)
        what = f"sending post {prepared.key}"
        answer = self._client.once(
            "POST",
            what,
            self._path,
            data=body,
            headers=signed(slug(prepared.key), body, now, self._keys()),
        )
        if not answer.ok or not _acknowledges(answer):
            raise self._refused(what, answer, Act.ONCE)
        return _receipt(prepared.key, answer, now)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:  # noqa: ARG002
        return CannotTell("a webhook cannot be asked what it has; the same request again is safe")

    def delete(self, receipt: Receipt) -> None:
        """Tell the receiver that the post is withdrawn; what it does about that is its affair."""
        body = body_of({"type": "post.deleted", "data": {"id": receipt.remote_id}}, None)
        name = f"{slug(receipt.remote_id)}:deleted"
        what = f"withdrawing post {receipt.remote_id}"
        headers = signed(name, body, self._account.now(), self._keys())
        answer = self._client.repeatable("POST", what, self._path, data=body, headers=headers)
        if not answer.ok or not _acknowledges(answer):
            raise self._refused(what, answer, Act.REPEATABLE)

    def _keys(self) -> list[bytes]:
        grant = self._account.grant()
        keys = [signing_key("signing_secret", grant["signing_secret"].reveal())]
        if old := grant.secrets.get("signing_secret_old"):
            keys.append(signing_key("signing_secret_old", old.reveal()))
        return keys

    def _refused(self, what: str, answer: Answer, act: Act) -> PublishError:
        return TABLE.error(self._client.host, what, answer, act, self._account.now())


def _split(channel: str, url: str, *, local: bool) -> tuple[str, str]:
    """The origin of an address, and what comes after it. It may hold a query: its receiver may
    want one. It is never shown."""
    where = f"channel {channel}: url"
    if not url:
        raise SetupError(f"{where} is missing; write the address that takes the posts")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise SetupError(f"{where} is no address; write https://example.org/path") from None
    if parts.username or parts.fragment:
        raise SetupError(f"{where} must have no user name and no '#'; leave that out")
    origin = f"{parts.scheme}://{parts.netloc}"
    host_of(origin, local=local)
    return origin, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _acknowledges(answer: Answer) -> bool:
    """Nothing, JSON or plain words. A page of HTML was written by somebody between, and half a
    JSON by somebody who may have failed half-way."""
    return answer.body.strip()[:1] not in (b"<", b"{", b"[") or answer.json() is not None


def _receipt(key: str, answer: Answer, now: datetime) -> Receipt:
    """What the receiver says it did, where it says anything: `url`, `at`, `text`, `language`,
    `alts`."""
    said = answer.fields()
    url = said.get("url")
    linked = isinstance(url, str) and url.startswith(("https://", "http://"))
    echoed = {name: said[name] for name in ("text", "language") if isinstance(said.get(name), str)}
    if isinstance(alts := said.get("alts"), list):
        echoed["alts"] = alts
    return Receipt(key, url if linked else None, _instant(said.get("at")) or now, echoed)


def _instant(said: object) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return at.astimezone(UTC) if at.utcoffset() is not None else None
