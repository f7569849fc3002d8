"""Tokens of Instagram and Threads: they live for 60 days, and are renewed before they end.

An expired one cannot be renewed, nor one younger than a day; so it is done in the last ten days.
Documentation: https://developers.facebook.com/docs/threads/get-started/long-lived-tokens/ and
https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from publishers.account import Account, Grant, Secret
from publishers.errors import AuthExpired, PublishError
from publishers.graph.client import TABLE
from publishers.http.client import Act, Client
from publishers.http.table import doubt

_LAST = timedelta(days=10)
_YOUNG = timedelta(hours=24)
_WHAT = "renewing the token"


class Renewal:
    """Renews the token of one account. `kind` is what the platform calls this way of doing it."""

    def __init__(self, client: Client, account: Account, kind: str) -> None:
        self._client = client
        self._account = account
        self._kind = kind

    def in_time(self) -> None:
        """Renew the token when it is about to run out. As long as the old one still works, a
        failure is no reason not to post. AuthExpired when it has run out."""
        grant, now = self._account.grant(), self._account.now()
        if grant.expires_at is None or grant.expires_at - now > _LAST:
            return
        if grant.expires_at <= now:
            text = f"{self._client.host}: the token ran out; give the account a new one"
            raise AuthExpired(text)
        if now - self._renewed() < _YOUNG:
            return
        with suppress(PublishError):
            self.renew(grant)

    def renew(self, used: Grant) -> None:
        """Have a newer token than this one, now."""
        self._account.renew(used, self._fetch)
        self._account.learn({"token_renewed": self._account.now().isoformat()})

    def _renewed(self) -> datetime:
        told = self._account.facts().get("token_renewed")
        if isinstance(told, str):
            return datetime.fromisoformat(told)
        return self._account.now() - timedelta(days=365)

    def _fetch(self, grant: Grant) -> Grant:
        """The platform wants the old token in the address here, and nowhere else: what is told of
        a failure holds no address."""
        params = {"grant_type": self._kind, "access_token": grant["token"].reveal()}
        answer = self._client.repeatable("GET", _WHAT, "/refresh_access_token", params=params)
        fields, now = answer.fields(), self._account.now()
        if not answer.ok:
            raise TABLE.error(self._client.host, _WHAT, answer, Act.REPEATABLE, now)
        token, life = fields.get("access_token"), fields.get("expires_in")
        if not isinstance(token, str) or not token or not isinstance(life, int):
            raise doubt(f"{self._client.host}: {_WHAT}: an answer without a token", Act.REPEATABLE)
        secrets = dict(grant.secrets) | {"token": Secret(token)}
        return Grant(secrets, now + timedelta(seconds=life))
