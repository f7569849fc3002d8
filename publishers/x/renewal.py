"""Tokens of OAuth 2.0 that live for two hours, and renew themselves in pairs.

Every renewal spends the refresh token and brings a new one. The account stores the new pair before
anybody uses it; when the answer to a renewal is lost, the pair is lost with it, and somebody has
to sign in again.
"""

from __future__ import annotations

from datetime import timedelta

from requests.auth import HTTPBasicAuth

from publishers.account import Account, Grant, Secret
from publishers.errors import AuthExpired, Transient
from publishers.http.client import Act, Client
from publishers.x.answers import TABLE

_EARLY = timedelta(minutes=10)
"""A token with less than this left is renewed before it is used: uploads take their time."""


class Tokens:
    """The account's grant, renewed when it ran out, will soon, or was refused."""

    def __init__(self, client: Client, account: Account) -> None:
        self._client = client
        self._account = account
        self._refused = -1

    def usable(self) -> Grant:
        """A grant to start work with. Asks X only where it must be renewed."""
        grant = self._account.grant()
        ends = grant.expires_at
        spent = ends is not None and ends - _EARLY <= self._account.now()
        if grant.version != self._refused and not spent:
            return grant
        if not self.renewable(grant):
            if grant.version == self._refused:
                raise AuthExpired("the account has no refresh token: sign in to X anew")
            return grant
        return self._account.renew(grant, self.fetch)

    def renewable(self, grant: Grant) -> bool:
        return bool(grant.secrets.get("refresh_token") and grant.secrets.get("client_id"))

    def refuse(self, grant: Grant) -> None:
        """X did not take this one: the next work starts with another."""
        self._refused = grant.version

    def fetch(self, grant: Grant) -> Grant:
        """A new pair for an old one (docs.x.com, OAuth 2.0 with PKCE)."""
        form = {"grant_type": "refresh_token", "refresh_token": grant["refresh_token"].reveal()}
        client_id, secret = grant["client_id"].reveal(), grant.secrets.get("client_secret")
        basic = HTTPBasicAuth(client_id, secret.reveal()) if secret else None
        if basic is None:
            form["client_id"] = client_id
        what = "renew the tokens"
        answer = self._client.repeatable("POST", what, "/2/oauth2/token", data=form, auth=basic)
        if not answer.ok:
            host = self._client.host
            raise TABLE.error(host, what, answer, Act.REPEATABLE, self._account.now())
        fields = answer.fields()
        access, refresh = fields.get("access_token"), fields.get("refresh_token")
        lasts = fields.get("expires_in")
        if not (isinstance(access, str) and isinstance(refresh, str) and isinstance(lasts, int)):
            raise Transient(f"{self._client.host}: {what}: the answer holds no pair of tokens")
        pair = {"access_token": Secret(access), "refresh_token": Secret(refresh)}
        ends = self._account.now() + timedelta(seconds=lasts)
        return Grant({**grant.secrets, **pair}, ends, grant.version)
