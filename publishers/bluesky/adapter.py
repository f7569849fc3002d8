"""The publisher for Bluesky.

A post is a record that we store under a key of our own making, with `swapRecord: null`: "only if
nothing is there". The same record again changes nothing and is answered as before, another one is
refused, so a request may be sent any number of times (Idempotency.NATIVE), and looking it up is
reading that key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publishers.account import Account, Wanted
from publishers.bluesky.answers import TABLE, name_of
from publishers.bluesky.record import (
    COLLECTION,
    echo,
    freeze,
    read_picture,
    uploads,
    uri,
    whole,
)
from publishers.bluesky.session import Session, Sessions
from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    SetupError,
    Transient,
)
from publishers.http.client import Act, Answer, Client
from publishers.http.table import doubt
from publishers.limits import check, missing, refuse
from publishers.platforms import capabilities
from publishers.port import (
    Absent,
    CannotTell,
    Capabilities,
    Finding,
    Found,
    Idempotency,
    Pending,
    Picture,
    Post,
    Prepared,
    Receipt,
    refuse_foreign,
)
from publishers.settings import Settings

_HANDLE = re.compile(
    r"did:[a-z]+:[A-Za-z0-9._:%-]+|(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*"
)
_TAG = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_URI = re.compile(rf"at://(did:[^/]+)/{re.escape(COLLECTION)}/([a-z2-7]{{13}})")


class BlueskyPublisher:
    """Posts to one account.

    Settings: `handle` (`name.bsky.social`, or a DID), `server` (where it signs in, default
    `https://bsky.social`), `local`, `ca_file`. Its secret is an app password. Posts go to the
    server that the account's DID document names; those of a local account to `server`.
    """

    kind = "bluesky"
    deadline = 30.0
    """Seconds for a whole exchange with the server."""
    wanted = (
        Wanted("app_password", "an app password: Settings, Privacy and security, App passwords"),
    )

    def __init__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account
    ) -> None:
        """SetupError when a setting is unknown or is not understood."""
        own = Settings(channel, settings)
        self._handle = own.text("handle", "").strip().removeprefix("@")
        if not self._handle.startswith("did:"):
            self._handle = self._handle.lower()
        if not _HANDLE.fullmatch(self._handle):
            text = f"channel {channel}: handle is '{self._handle}'; write it like name.bsky.social"
            raise SetupError(text)
        server = own.text("server", "https://bsky.social")
        self._local = own.flag("local")
        self._ca_file = own.file("ca_file", base)
        own.done()
        self._account = account
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.NATIVE)
        self._home = self._client(server)
        self._sessions = Sessions(account, self._home, self._handle, local=self._local)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        what = "looking at the account"
        path = "/xrpc/com.atproto.server.getSession"
        answer = self._as_account(
            what, lambda one: self._at(one).read(what, path, headers=one.headers)
        )
        if answer.fields().get("active") is False:
            text = f"{self._home.host}: @{self._handle} is deactivated or suspended; sign in there"
            raise AccountBlocked(text)
        return f"@{self._handle} at {self._home.host}"

    def validate(self, post: Post) -> list[Finding]:
        return check(post, self._capabilities) + _own_findings(post)

    def preview(self, post: Post) -> Prepared:
        return self._frozen(post)[0]

    def prepare(self, post: Post) -> Prepared:
        frozen, pictures = self._frozen(post)
        session = self._sessions.usable()
        blobs = [self._upload(*one) for one in pictures]
        return frozen.with_uploads({"repo": session.did, "blobs": blobs})

    def poll(self, prepared: Prepared) -> Pending | None:  # noqa: ARG002
        """An upload is ready when its answer is there."""
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        record, session = whole(prepared), self._own_session(prepared)
        request = {
            "repo": session.did,
            "collection": COLLECTION,
            "rkey": prepared.request["rkey"],
            "validate": True,
            "record": record,
            "swapRecord": None,
        }
        what = "posting"
        path = "/xrpc/com.atproto.repo.putRecord"
        answer = self._at(session).once("POST", what, path, json=request, headers=session.headers)
        if not answer.ok:
            raise self._refusal(what, answer, Act.ONCE, session)
        if answer.fields().get("uri") != uri(prepared):
            text = f"{self._home.host}: {what}: an answer that cannot be understood"
            raise doubt(text, Act.ONCE)
        return self._receipt(prepared, self._read_back(prepared))

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        what = "looking the post up"
        answer = self._stored(what, prepared)
        if name_of(answer) == "RecordNotFound":
            return Absent()
        if not answer.ok:
            error = self._refusal(what, answer, Act.READ)
            if isinstance(error, Transient):
                raise error
            return CannotTell(str(error))
        record = answer.fields().get("value")
        if record != whole(prepared):
            return CannotTell(f"{self._home.host}: another post stands under its key; look at it")
        return Found(self._receipt(prepared, record))

    def delete(self, receipt: Receipt) -> None:
        ours = _URI.fullmatch(receipt.remote_id)
        if not ours:
            return
        what = "taking the post down"
        path = "/xrpc/com.atproto.repo.deleteRecord"
        request = {"repo": ours[1], "collection": COLLECTION, "rkey": ours[2]}
        self._as_account(
            what,
            lambda one: self._at(one).repeatable(
                "POST", what, path, json=request, headers=one.headers
            ),
        )

    def _frozen(self, post: Post) -> tuple[Prepared, list[tuple[int, Picture, bytes]]]:
        """The request without its uploads, and what there is to upload."""
        refuse(self.validate(post))
        most = self._capabilities.max_bytes
        pictures = [
            (number, picture, read_picture(picture, number, most))
            for number, picture in enumerate(post.pictures, 1)
        ]
        return Prepared.of(post.key, self.kind, freeze(post)), pictures

    def _upload(self, number: int, picture: Picture, data: bytes) -> Mapping[str, Any]:
        """What the server calls the picture: the same for the same bytes."""
        what = f"uploading picture {number}"
        path = "/xrpc/com.atproto.repo.uploadBlob"
        answer = self._as_account(
            what,
            lambda one: self._at(one).repeatable(
                "POST",
                what,
                path,
                data=data,
                headers=one.headers | {"Content-Type": picture.media_type},
            ),
        )
        blob = answer.fields().get("blob")
        if not isinstance(blob, dict) or blob.get("size") != len(data):
            text = f"{self._home.host}: {what}: an answer that cannot be understood"
            raise doubt(text, Act.REPEATABLE)
        return blob

    def _as_account(self, what: str, ask: Callable[[Session], Answer]) -> Answer:
        """The answer to a request that may be made twice; made again, once, with a renewed session
        when the server does not accept the present one."""
        session = self._sessions.usable()
        answer = ask(session)
        if answer.ok:
            return answer
        error = self._refusal(what, answer, Act.REPEATABLE, session)
        if not (isinstance(error, AuthExpired) and error.refreshable):
            raise error
        session = self._sessions.renewed(session.grant)
        answer = ask(session)
        if not answer.ok:
            raise self._refusal(what, answer, Act.REPEATABLE, session)
        return answer

    def _own_session(self, prepared: Prepared) -> Session:
        session = self._sessions.stored()
        if session is None:
            raise AuthExpired(f"{self._home.host}: nobody is signed in", refreshable=True)
        if session.did != uploads(prepared)["repo"]:
            text = f"request {prepared.key} was prepared for another account; prepare it again"
            raise Permanent(text, code="request.foreign", field="settings")
        return session

    def _stored(self, what: str, prepared: Prepared) -> Answer:
        """What stands under the post's key; reading it needs no session."""
        session = self._sessions.stored()
        params = {
            "repo": uploads(prepared)["repo"],
            "collection": COLLECTION,
            "rkey": prepared.request["rkey"],
        }
        client = self._home if session is None else self._at(session)
        return client.read(what, "/xrpc/com.atproto.repo.getRecord", params=params)

    def _read_back(self, prepared: Prepared) -> Mapping[str, Any] | None:
        """The post as it is stored; None when it cannot be read now. It is out all the same."""
        try:
            record = self._stored("reading the post back", prepared).fields().get("value")
        except PublishError:
            return None
        return record if isinstance(record, dict) else None

    def _receipt(self, prepared: Prepared, record: Mapping[str, Any] | None) -> Receipt:
        created = prepared.request["record"]["createdAt"]
        at = datetime.strptime(created, "%Y-%m-%dT%H:%M:%S.000Z").replace(tzinfo=UTC)
        url = f"https://bsky.app/profile/{self._handle}/post/{prepared.request['rkey']}"
        return Receipt(uri(prepared), url, at, {} if record is None else echo(record))

    def _refusal(
        self, what: str, answer: Answer, act: Act, session: Session | None = None
    ) -> PublishError:
        error = TABLE.error(self._home.host, what, answer, act, self._account.now())
        if session is None:
            return error
        if isinstance(error, AuthExpired):
            self._sessions.refuse(session)
        if isinstance(error, Permanent):
            said = session.grant.masked(str(answer.fields().get("message", "")))
            code = "key.reused" if error.code == "InvalidSwap" else error.code
            return Permanent(f"{error}: {said}", code=code, field=error.field)
        return error

    def _at(self, session: Session) -> Client:
        """A client for the server that keeps the account."""
        try:
            return self._client(session.host)
        except SetupError as error:
            text = f"the account's own server cannot be used: {error}"
            raise Permanent(text, code="address.refused", field="settings") from None

    def _client(self, origin: str) -> Client:
        return Client(origin, local=self._local, deadline=self.deadline, ca_file=self._ca_file)


def _own_findings(post: Post) -> list[Finding]:
    found = []
    try:
        _ = post.due
    except ValueError:
        text = "the post does not tell the instant it is planned for; plan it"
        found.append(missing("fact.missing", "facts.utc_time", text))
    if post.language.strip() and not _TAG.fullmatch(post.language):
        text = f"language '{post.language}' is no language tag; write it like pt-BR"
        found.append(missing("language.malformed", "language", text))
    return found
