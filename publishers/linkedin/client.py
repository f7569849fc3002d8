"""Requests to LinkedIn, what its errors mean, and the token that is renewed.

A token lives for 60 days. Where the app may renew it, that is done in its last days, and after it
was refused; what renews it lives for a year from the sign-in, and then a person signs in again.
Documentation: https://learn.microsoft.com/en-us/linkedin/shared/authentication/
programmatic-refresh-tokens; errors also from reports of their users.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from publishers.account import Account, Grant, Secret
from publishers.duplicates import DUPLICATE
from publishers.errors import AuthExpired, Permanent, PublishError, SetupError, Unknown
from publishers.http.client import Act, Answer, Client, host_of
from publishers.http.table import Means, Row, Table, doubt

VERSION = "202605"
"""The version of the interface that requests are written for: May 2026. LinkedIn keeps one for at
least a year; the setting `api_version` names a newer one."""

_LAST = timedelta(days=5)
_CAP = 8 << 20
"""Bytes: a page of long posts, each letter of which may be written as six."""
_OURS = ".linkedin.com"
_URN = re.compile(r"urn:li:(?:share|ugcPost):\d+")
_NAME = re.compile(r"[\w.-]{1,60}", re.ASCII)


def name_of(answer: Answer) -> str:
    """`code`; of several errors in the input the first; for a sign-in `error`. Nothing where that
    is no name: it would be told to people as it is."""
    fields = answer.fields()
    details = fields.get("errorDetails")
    inputs = details.get("inputErrors") if isinstance(details, dict) else None
    if isinstance(inputs, list) and inputs and isinstance(inputs[0], dict):
        fields = inputs[0]
    name = str(fields.get("code") or fields.get("error") or "")
    return name if _NAME.fullmatch(name) else ""


_OLD = "LinkedIn has dropped this version of its interface; set api_version to a newer month"
_NEW_TOKEN = "give the account a new token"  # noqa: S105  words
_RIGHTS = "the token needs w_organization_social and r_organization_social, of an administrator"

TABLE = Table(
    rows=(
        Row(426, "", Means.BLOCKED, _OLD, "settings"),
        Row(None, "NONEXISTENT_VERSION", Means.BLOCKED, _OLD, "settings"),
        Row(None, "VERSION_MISSING", Means.BLOCKED, _OLD, "settings"),
        Row(401, "", Means.RENEW, "the token is not accepted"),
        Row(None, "EXPIRED_ACCESS_TOKEN", Means.RENEW, "the token ran out"),
        Row(None, "INVALID_ACCESS_TOKEN", Means.RENEW, "the token is not accepted"),
        Row(None, "REVOKED_ACCESS_TOKEN", Means.SIGN_IN, f"the token was revoked; {_NEW_TOKEN}"),
        Row(None, "invalid_grant", Means.SIGN_IN, f"it cannot be renewed any more; {_NEW_TOKEN}"),
        Row(None, "invalid_client", Means.SIGN_IN, "client_id or client_secret is wrong"),
        Row(403, "", Means.SIGN_IN, _RIGHTS),
        Row(429, "", Means.WAIT_ACCOUNT, "too many calls today; counted anew at midnight UTC"),
        Row(None, "DUPLICATE_POST", Means.UNKNOWN, "it says that it has this post already"),
        Row(409, "", Means.UNKNOWN, "it was busy with the same post"),
        Row(404, "", Means.NEVER, "it does not know what was asked for"),
        Row(400, "", Means.NEVER, "it does not take the request"),
        Row(422, "", Means.NEVER, "it does not take the post", "text"),
    ),
    name_of=name_of,
)


class LinkedIn:
    """LinkedIn's interface, as one account. `sign_in` is the origin where tokens are renewed."""

    def __init__(
        self, origin: str, sign_in: str, version: str, account: Account, **options: Any
    ) -> None:
        """`options` are those of `Client`. SetupError when an address is none."""
        self._client = Client(origin, cap=_CAP, **options)
        self._sign_in = Client(sign_in, **options)
        self._version = version
        self._account = account
        self._options = options

    @property
    def host(self) -> str:
        return self._client.host

    def read(self, what: str, path: str, **parts: Any) -> Mapping[str, Any]:
        """GET; the answer's fields."""
        fields = self.send(Act.READ, "GET", what, path, **parts).fields()
        if not fields:
            raise doubt(f"{self.host}: {what}: an answer that cannot be understood", Act.READ)
        return fields

    def send(
        self,
        act: Act,
        method: str,
        what: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        **parts: Any,
    ) -> Answer:
        """One request; an answer that is not a success is raised as what it means."""
        grant = self._account.grant()
        said = {
            "Authorization": _bearer(grant),
            "LinkedIn-Version": self._version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        answer = self._client.send(
            act, method, what, path, headers={**said, **(headers or {})}, **parts
        )
        if not answer.ok:
            raise self._refused(what, answer, act, grant)
        return answer

    def put(self, what: str, address: str, data: bytes, media_type: str) -> None:
        """Send bytes to an address that LinkedIn named. The token goes to LinkedIn and to nobody
        else, whatever an answer names."""
        parts = urlsplit(address)
        origin = f"{parts.scheme}://{parts.netloc}"
        local = bool(self._options.get("local"))
        try:
            host = host_of(origin, local=local)
        except SetupError:
            host = ""
        if not host or not (local or f".{host}".endswith(_OURS)):
            text = f"{self.host}: {what}: it names a place that is not LinkedIn's"
            raise Permanent(text, code="upload.elsewhere")
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        grant = self._account.grant()
        headers = {"Authorization": _bearer(grant), "Content-Type": media_type}
        there = Client(origin, **self._options)
        answer = there.repeatable("PUT", what, path, headers=headers, data=data)
        if not answer.ok:
            raise self._refused(what, answer, Act.REPEATABLE, grant)

    def _refused(self, what: str, answer: Answer, act: Act, grant: Grant) -> PublishError:
        """The error, and a note that this grant was refused: the next preparation renews it."""
        error = TABLE.error(self._client.host, what, answer, act, self._account.now())
        if isinstance(error, AuthExpired) and error.refreshable:
            self._account.learn({"refused_version": grant.version})
            if not _renewable(grant):
                return AuthExpired(f"{error}; {_NEW_TOKEN}")
        if isinstance(error, Unknown) and name_of(answer) == "DUPLICATE_POST":
            named = _URN.search(str(answer.fields().get("message", "")))
            return Unknown(f"{error}: {named.group()}" if named else str(error), phase=DUPLICATE)
        return error

    def renew_in_time(self) -> None:
        """Before it runs out, and after it was refused. As long as the old one works, a failure is
        no reason not to post. AuthExpired when there is none that works."""
        grant = self._account.grant()
        refused = self._account.facts().get("refused_version") == grant.version
        left = grant.expires_at - self._account.now() if grant.expires_at else None
        if not refused and (left is None or left > _LAST):
            return
        if refused or (left is not None and left <= timedelta(0)):
            self.renew(grant)
        elif _renewable(grant):
            with suppress(PublishError):
                self.renew(grant)

    def renew(self, used: Grant) -> None:
        """Have a newer token than this one. AuthExpired when the app may not do that."""
        if not _renewable(used):
            raise AuthExpired(f"{self.host}: the token cannot be renewed from here; {_NEW_TOKEN}")
        self._account.renew(used, self._fetch)

    def _fetch(self, grant: Grant) -> Grant:
        what = "renewing the token"
        form = {"grant_type": "refresh_token"}
        form |= {n: grant[n].reveal() for n in ("refresh_token", "client_id", "client_secret")}
        answer = self._sign_in.repeatable("POST", what, "/oauth/v2/accessToken", data=form)
        now = self._account.now()
        if not answer.ok:
            raise TABLE.error(self._sign_in.host, what, answer, Act.REPEATABLE, now)
        fields = answer.fields()
        token, life = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(life, int):
            raise doubt(f"{self._sign_in.host}: {what}: no token", Act.REPEATABLE)
        secrets = dict(grant.secrets) | {"token": Secret(token)}
        if isinstance(fields.get("refresh_token"), str):
            secrets["refresh_token"] = Secret(fields["refresh_token"])
        return Grant(secrets, now + timedelta(seconds=life))


def _renewable(grant: Grant) -> bool:
    return all(grant.secrets.get(name) for name in ("refresh_token", "client_id", "client_secret"))


def _bearer(grant: Grant) -> str:
    return f"Bearer {grant['token'].reveal()}"
