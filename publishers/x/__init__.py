"""X: posts with pictures and their descriptions, by version 2 of its API.

Pictures and descriptions are uploaded first, unseen; the one act is POST /2/tweets. X knows no
key: after a lost answer the account's own posts since the planned instant are read. Posting costs
money, and so does reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from publishers.account import Account, Grant, Wanted
from publishers.duplicates import DUPLICATE, looked_at
from publishers.errors import AuthExpired, Permanent, Transient, Unknown
from publishers.facts import lacking
from publishers.http.client import Act, Answer, Client
from publishers.http.table import doubt
from publishers.limits import check, missing, refuse
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
    Picture,
    Post,
    Prepared,
    Receipt,
    refuse_foreign,
)
from publishers.sameness import same_text
from publishers.settings import Settings
from publishers.x.answers import TABLE, name_of
from publishers.x.renewal import Tokens
from publishers.x.timeline import address, echo, edited, match, question

_PAGES = 5
_CAP = 16 << 20
"""Bytes: a page of long posts, each letter of which may be written as six."""
_FORBIDDEN = "\ufffe\uffff\ufeff"
"""Characters that X takes in no text (twitter-text, its list of invalid characters)."""


class XPublisher:
    """Posts as one account. Settings: `show_cost` (`yes` unless it says `no`: what the posts cost
    is told when they are planned), `server`, `ca_file`, `local`. Secrets: see `wanted`."""

    kind = "x"
    wanted = (
        Wanted("client_id", "the client id of your app on X (OAuth 2.0)"),
        Wanted("client_secret", "the client secret, where the app has one", optional=True),
        Wanted("access_token", "the user's access token"),
        Wanted("refresh_token", "the user's refresh token (scope offline.access)", optional=True),
    )

    def __init__(
        self,
        channel: str,
        settings: Mapping[str, object],
        base: Path,
        account: Account,
        *,
        deadline: float = 60.0,
    ) -> None:
        """SetupError when a setting is unknown or is not understood. `deadline` is for one
        request, in seconds."""
        own = Settings(channel, settings)
        self._account = account
        self._client = Client(
            own.text("server", "https://api.x.com"),
            local=own.flag("local"),
            ca_file=own.file("ca_file", base),
            deadline=deadline,
            cap=_CAP,
        )
        told = own.choice("show_cost", "yes", ("yes", "no")) == "yes"
        own.done()
        self._tokens = Tokens(self._client, account)
        free: dict[str, Any] = {} if told else {"prices": None}
        self._capabilities = capabilities(self.kind, idempotency=Idempotency.READBACK, **free)

    def capabilities(self) -> Capabilities:
        return self._capabilities

    def verify(self) -> str:
        """See `Publisher.verify`. X charges for looking up a user."""
        return f"X account @{self._me().get('username')}"

    def validate(self, post: Post) -> list[Finding]:
        found = [*check(post, self._capabilities), *lacking(post)]
        if any(character in _FORBIDDEN for character in post.text):
            said = "text: holds an invisible character that X refuses (U+FEFF, U+FFFE or U+FFFF)"
            found.append(missing("text.character", "text", f"{said}; take it out"))
        return found

    def preview(self, post: Post) -> Prepared:
        refuse(self.validate(post))
        check_files(post, self._capabilities.max_bytes)
        request = {
            "text": post.text,
            "due": post.due.isoformat(),
            "pictures": [picture.digest for picture in post.pictures],
            "alts": [picture.alt for picture in post.pictures],
        }
        return Prepared.of(post.key, self.kind, request)

    def prepare(self, post: Post) -> Prepared:
        frozen = self.preview(post)
        grant = self._tokens.usable()
        uploads = [
            self._upload(grant, number, picture) for number, picture in enumerate(post.pictures, 1)
        ]
        return frozen.with_uploads(uploads)

    def poll(self, prepared: Prepared) -> Pending | None:  # noqa: ARG002
        """X takes pictures in at once: None."""
        return None

    def publish(self, prepared: Prepared, now: datetime) -> Receipt:
        refuse_foreign(prepared, self.kind, now)
        request = prepared.request
        body: dict[str, Any] = {"text": request["text"]} if request["text"] else {}
        uploads = request.get("uploads", [])
        if uploads:
            body["media"] = {"media_ids": uploads}
        grant, what = self._account.grant(), "post"
        answer = self._client.once("POST", what, "/2/tweets", json=body, headers=_bearer(grant))
        try:
            stored = self._data(answer, what, Act.ONCE, grant)
        except Unknown as error:
            raise looked_at(error, lambda: self.find(prepared)) from None
        if not _is_id(stored.get("id")):
            raise doubt(f"{self._client.host}: {what}: the answer names no post", Act.ONCE)
        echoed = {"text": echo(request["text"], str(stored.get("text", "")))}
        return Receipt(stored["id"], address(stored["id"]), now.astimezone(UTC), echoed)

    def find(self, prepared: Prepared) -> Found | Absent | CannotTell:
        """Reads the account's posts since shortly before this one was due: X charges for each,
        and for telling who the account is."""
        grant, what = self._tokens.usable(), "look for a post"
        path, params = f"/2/users/{self._me()['id']}/tweets", question(prepared.request)
        found: Receipt | None = None
        doubted = ""
        for _ in range(_PAGES):
            answer = self._client.read(what, path, params=params, headers=_bearer(grant))
            page = self._page(answer, what, grant)
            # Newest first: an older page may hold an older match, which is the one that is ours.
            found = match(prepared.request, page) or found
            if page.get("errors"):
                doubted = "X shows only a part of the posts"
            if edited(page):
                doubted = "somebody has changed a post since it was due"
            onward = page["meta"].get("next_token")
            if onward is None:
                break
            params["pagination_token"] = onward
        else:
            doubted = "there are more posts since it was due than are looked at"
        if found:
            return Found(found)
        return CannotTell(f"{self._client.host}: {doubted}") if doubted else Absent()

    def delete(self, receipt: Receipt) -> None:
        if not _is_id(receipt.remote_id):
            return
        grant, what = self._tokens.usable(), "delete a post"
        path = f"/2/tweets/{receipt.remote_id}"
        answer = self._client.repeatable("DELETE", what, path, headers=_bearer(grant))
        if answer.status != 404 and not self._data(answer, what, Act.REPEATABLE, grant).get(
            "deleted"
        ):
            raise Transient(f"{self._client.host}: {what}: it is still there", scope="post")

    def renew(self, used: Grant) -> None:
        """See `publishers.account.Renewing`."""
        if not self._tokens.renewable(used):
            raise AuthExpired("the account has no refresh token: sign in to X anew")
        self._account.renew(used, self._tokens.fetch)

    def _upload(self, grant: Grant, number: int, picture: Picture) -> str:
        """One picture with its description; what X calls it."""
        data = read_whole(picture, number, self._capabilities.max_bytes)
        media_id = self._send(grant, f"upload picture {number}", picture.media_type, data)
        what = f"describe picture {number}"
        body = {"id": media_id, "metadata": {"alt_text": {"text": picture.alt}}}
        answer = self._client.repeatable(
            "POST", what, "/2/media/metadata", json=body, headers=_bearer(grant)
        )
        stored = self._data(answer, what, Act.REPEATABLE, grant)
        told = (stored.get("associated_metadata") or {}).get("alt_text") or {}
        if not same_text(str(told.get("text", picture.alt)), picture.alt):
            text = f"{self._client.host}: {what}: X stored another description; look at it"
            raise Permanent(text, code="alt.changed", field=f"pictures.{number}.alt")
        return media_id

    def _send(self, grant: Grant, what: str, media_type: str, data: bytes) -> str:
        answer = self._client.repeatable(
            "POST",
            what,
            "/2/media/upload",
            data={"media_category": "tweet_image", "media_type": media_type},
            files={"media": ("picture", data, media_type)},
            headers=_bearer(grant),
        )
        stored = self._data(answer, what, Act.REPEATABLE, grant)
        state = (stored.get("processing_info") or {}).get("state", "succeeded")
        if state == "failed":
            text = f"{self._client.host}: {what}: X cannot read the picture; build it again"
            raise Permanent(text, code="picture.unreadable", field="pictures")
        if state != "succeeded" or not _is_id(stored.get("id")):
            raise Transient(f"{self._client.host}: {what}: not taken in yet", scope="post")
        return str(stored["id"])

    def _me(self) -> Mapping[str, Any]:
        grant, what = self._tokens.usable(), "ask who the account is"
        answer = self._client.read(what, "/2/users/me", headers=_bearer(grant))
        me = self._data(answer, what, Act.READ, grant)
        if not _is_id(me.get("id")):
            raise Transient(f"{self._client.host}: {what}: the answer names nobody", scope="host")
        return me

    def _page(self, answer: Answer, what: str, grant: Grant) -> Mapping[str, Any]:
        """A page of posts; an answer that does not even count them is none."""
        self._accept(answer, what, Act.READ, grant)
        page = answer.fields()
        meta = page.get("meta")
        if not isinstance(meta, dict) or "result_count" not in meta:
            raise doubt(f"{self._client.host}: {what}: an answer without content", Act.READ)
        return page

    def _data(self, answer: Answer, what: str, act: Act, grant: Grant) -> Mapping[str, Any]:
        self._accept(answer, what, act, grant)
        data = answer.fields().get("data")
        if not isinstance(data, dict):
            raise doubt(f"{self._client.host}: {what}: an answer without content", act)
        return data

    def _accept(self, answer: Answer, what: str, act: Act, grant: Grant) -> None:
        if answer.ok:
            return
        if answer.status == 401:
            self._tokens.refuse(grant)
        error = TABLE.error(self._client.host, what, answer, act, self._account.now())
        if isinstance(error, AuthExpired) and error.refreshable:
            raise AuthExpired(str(error), refreshable=self._tokens.renewable(grant))
        if isinstance(error, Unknown) and name_of(answer) == DUPLICATE:
            raise Unknown(str(error), phase=DUPLICATE)
        raise error


def _bearer(grant: Grant) -> dict[str, str]:
    return {"Authorization": f"Bearer {grant['access_token'].reveal()}"}


def _is_id(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) <= 19
