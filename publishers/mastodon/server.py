"""One server and one account on it: the requests that an adapter is made of."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from publishers.account import Account, Grant
from publishers.errors import AccountBlocked, Permanent, PublishError, Transient
from publishers.http.client import Act, Answer, Client
from publishers.http.table import doubt
from publishers.mastodon.answers import TABLE, name_of
from publishers.mastodon.lookup import PAGE
from publishers.mastodon.stored import id_of
from publishers.port import Pending, Picture

_LONG = 8
"""Characters from which on an id is taken for one wherever it stands; Mastodon's have 18."""


class Server:
    """Raises what the table of answers says, with the token in a header and nowhere else."""

    def __init__(self, client: Client, account: Account) -> None:
        self._client = client
        self._account = account
        self.host = client.host

    def me(self) -> Mapping[str, Any]:
        """The account that the token is for. AccountBlocked when it is suspended."""
        what = "asking who the token is for"
        answer = self._ask(Act.READ, "GET", what, "/api/v1/accounts/verify_credentials")
        me = answer.fields()
        if not answer.ok or id_of(me) is None:
            raise self._error(what, answer, Act.READ)
        if me.get("suspended") is True:
            text = f"{self.host}: the account is suspended; its owner signs in there and looks"
            raise AccountBlocked(text)
        return me

    def instance(self) -> Mapping[str, Any]:
        """What the server tells of itself; empty when it tells nothing."""
        what = "asking for the server's limits"
        for version in ("v2", "v1"):
            answer = self._ask(Act.READ, "GET", what, f"/api/{version}/instance")
            if answer.ok and answer.fields():
                return answer.fields()
        if answer.status == 429 or answer.status >= 500:
            raise self._error(what, answer, Act.READ)
        return {}

    def upload(self, number: int, picture: Picture, data: bytes, focus: str) -> dict[str, Any]:
        """What the server calls it, and whether it is ready to be posted."""
        what = f"uploading picture {number}"
        name = f"picture-{number}.{picture.media_type.rpartition('/')[2]}"
        answer = self._ask(
            Act.REPEATABLE,
            "POST",
            what,
            "/api/v2/media",
            data={"description": picture.alt, "focus": focus},
            files={"file": (name, data, picture.media_type)},
        )
        called = id_of(answer.fields())
        if not answer.ok or called is None:
            raise self._error(what, answer, Act.REPEATABLE)
        return {"id": called, "ready": answer.status != 202}

    def working_on(self, number: int, upload: str) -> Pending | None:
        """Whether the server still works on this upload. Transient when it is gone."""
        what = f"asking for picture {number}"
        answer = self._ask(Act.READ, "GET", what, f"/api/v1/media/{_safe(upload)}")
        if answer.status == 404:
            raise self._gone(what, answer)
        if not answer.ok:
            raise self._error(what, answer, Act.READ)
        if answer.status == 200:
            return None
        return Pending(1.0, f"{self.host} is still working on picture {number}")

    def post(self, body: Mapping[str, Any], key: str, now: datetime, *, keyed: bool) -> Answer:
        """The one request that makes a post; an answer that is a yes, though of what is to be
        looked at. `keyed`: the server knows keys, so 404 tells of the post under this one."""
        what, path = "publishing", "/api/v1/statuses"
        headers = {"Idempotency-Key": key}
        answer = self._ask(Act.ONCE, "POST", what, path, headers=headers, json=dict(body))
        if answer.ok:
            return answer
        uploads = body.get("media_ids", [])
        named = answer.status == 422 and any(_names(name_of(answer), one) for one in uploads)
        if named or (answer.status == 404 and uploads and not keyed):
            raise self._gone(what, answer)
        if answer.status == 404 and keyed:
            text = f"{self.host}: {what}: the post made under this key was taken down"
            raise Permanent(f"{text}; plan a new one [404]", code="key.gone", field="key")
        raise TABLE.error(self.host, what, answer, Act.ONCE, now)

    def unclear(self) -> PublishError:
        """What a yes means that names no post."""
        return doubt(f"{self.host}: publishing: the answer names no post", Act.ONCE)

    def posts(self, account: str, before: str | None) -> list[Any]:
        """A page of the account's posts, newest first, without those of others."""
        what, path = "looking for the post", f"/api/v1/accounts/{_safe(account)}/statuses"
        params = {"limit": str(PAGE), "exclude_reblogs": "true"}
        if before is not None:
            params["max_id"] = before
        answer = self._ask(Act.READ, "GET", what, path, params=params)
        posts = answer.json()
        if not answer.ok or not isinstance(posts, list):
            raise self._error(what, answer, Act.READ)
        return posts

    def take_down(self, post: str) -> None:
        """Gone afterwards, whether it was there or not."""
        what = "taking the post down"
        answer = self._ask(Act.REPEATABLE, "DELETE", what, f"/api/v1/statuses/{_safe(post)}")
        if not answer.ok and answer.status != 404:
            raise self._error(what, answer, Act.REPEATABLE)

    def _ask(self, act: Act, method: str, what: str, path: str, **parts: Any) -> Answer:
        grant = self._account.grant()
        bearer = {"Authorization": f"Bearer {grant['token'].reveal()}"}
        headers = bearer | parts.pop("headers", {})
        answer = self._client.send(act, method, what, path, headers=headers, **parts)
        return answer if answer.ok else _quotable(answer, grant)

    def _error(self, what: str, answer: Answer, act: Act) -> PublishError:
        return TABLE.error(self.host, what, answer, act, self._account.now())

    def _gone(self, what: str, answer: Answer) -> Transient:
        text = f"{self.host}: {what}: a picture is no longer there; it is sent anew"
        return Transient(f"{text} [{answer.status}]", scope="post")


def _quotable(answer: Answer, grant: Grant) -> Answer:
    """The answer with its sentence on one line and without the token."""
    error = answer.fields().get("error")
    if not isinstance(error, str):
        return answer
    body = json.dumps({**answer.fields(), "error": grant.masked(error)})
    return replace(answer, body=body.encode())


def _names(sentence: str, upload: str) -> bool:
    """Whether an error is about this upload: whatever its language, the sentence has the id."""
    return (
        len(upload) >= _LONG
        and re.search(rf"(?<!\w){re.escape(upload)}(?!\w)", sentence) is not None
    )


def _safe(number: str) -> str:
    return quote(number, safe="")
