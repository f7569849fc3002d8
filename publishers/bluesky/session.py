"""Signing in with an app password, and renewing what that gave.

A sign-in gives an access token for about two hours and a refresh token for about three months;
both are kept in the account's grant, so that all processes share one session. Servers allow few
sign-ins (30 in 5 minutes): one is made when there is no session or when it cannot be renewed.
https://docs.bsky.app/docs/api/com-atproto-server-create-session
"""

from __future__ import annotations

import base64
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from publishers.account import Account, Grant, Secret
from publishers.bluesky.answers import TABLE
from publishers.errors import AuthExpired, PublishError
from publishers.http.client import Act, Answer, Client, parsed
from publishers.http.table import doubt

_SIGN_IN = "/xrpc/com.atproto.server.createSession"
_RENEW = "/xrpc/com.atproto.server.refreshSession"
_MARGIN = timedelta(minutes=5)
"""A session that ends sooner is renewed before a post is prepared, so that it outlives the post."""


@dataclass(frozen=True)
class Session:
    """`did` is the account's name for ever, `host` the origin of the server that keeps it."""

    did: str
    host: str
    grant: Grant

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.grant["access"])


class Sessions:
    """The one session of an account. Safe to use from several threads."""

    def __init__(self, account: Account, client: Client, handle: str, *, local: bool) -> None:
        """`client` talks to the server that `handle` signs in at. A local account stays with that
        server, whatever its documents say."""
        self._account = account
        self._client = client
        self._handle = handle
        self._local = local
        self._refused = -1
        self._lock = threading.Lock()

    def stored(self) -> Session | None:
        """The session as it is kept, perhaps spent; None when there is none of this handle."""
        try:
            return self._of(self._account.grant())
        except AuthExpired:
            return None

    def usable(self) -> Session:
        """One that is not known to be refused or about to end. AuthExpired when none can be had,
        and whatever signing in may meet."""
        grant = self._account.grant()
        session = self._of(grant)
        if session is None or grant.version <= self._refused or self._ending(grant):
            return self.renewed(grant)
        return session

    def renewed(self, used: Grant) -> Session:
        """A newer one than that of `used`; raises as `usable` does."""
        session = self._of(self._account.renew(used, self._fetch))
        if session is None:
            raise AuthExpired(f"{self._client.host}: somebody else signed in; try again")
        return session

    def refuse(self, session: Session) -> None:
        """The server did not accept it: the next `usable` renews it."""
        with self._lock:
            self._refused = max(self._refused, session.grant.version)

    def _of(self, grant: Grant) -> Session | None:
        kept = {name: secret.reveal() for name, secret in grant.secrets.items()}
        if kept.get("login") != self._login or not kept.get("access"):
            return None
        return Session(kept["did"], kept["pds"], grant)

    @property
    def _login(self) -> str:
        return f"{self._handle} {self._client.origin}"

    def _ending(self, grant: Grant) -> bool:
        until = grant.secrets.get("until")
        if not until:
            return False
        return datetime.fromisoformat(until.reveal()) - self._account.now() < _MARGIN

    def _fetch(self, grant: Grant) -> Grant:
        """Both tokens anew: with the refresh token, else with the app password."""
        answer = self._refreshed(grant) or self._signed_in(grant)
        told = answer.fields()
        kept = {
            "app_password": grant["app_password"].reveal(),
            "access": _text(told, "accessJwt"),
            "refresh": _text(told, "refreshJwt"),
            "did": _text(told, "did"),
        }
        if not all(kept.values()):
            text = f"{self._client.host}: signing in: an answer that cannot be understood"
            raise doubt(text, Act.REPEATABLE)
        kept |= {
            "pds": self._client.origin if self._local else _pds(told) or self._client.origin,
            "until": self._until(kept["access"]),
            "login": self._login,
        }
        return Grant({name: Secret(text) for name, text in kept.items()}, grant.expires_at)

    def _refreshed(self, grant: Grant) -> Answer | None:
        """None when only signing in helps."""
        if self._of(grant) is None:
            return None
        what = "renewing the session"
        answer = self._client.repeatable("POST", what, _RENEW, headers=bearer(grant["refresh"]))
        if answer.ok:
            return answer
        error = self._refusal(what, answer)
        if isinstance(error, AuthExpired):
            return None
        raise error

    def _signed_in(self, grant: Grant) -> Answer:
        what = "signing in"
        login = {"identifier": self._handle, "password": grant["app_password"].reveal()}
        answer = self._client.repeatable("POST", what, _SIGN_IN, json=login)
        if answer.ok:
            return answer
        error = self._refusal(what, answer)
        # To try again at once would be to sign in again: nothing that renews itself.
        raise AuthExpired(str(error)) if isinstance(error, AuthExpired) else error

    def _refusal(self, what: str, answer: Answer) -> PublishError:
        return TABLE.error(self._client.host, what, answer, Act.REPEATABLE, self._account.now())

    def _until(self, token: str) -> str:
        """When the token ends by our own clock; empty when it does not tell. Only its span is
        believed: the server's clock may differ from ours."""
        try:
            body = token.split(".")[1]
            claims = parsed(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
            span = timedelta(seconds=claims["exp"] - claims["iat"])
            return (self._account.now() + span).isoformat()
        except (ValueError, LookupError, TypeError, OverflowError):
            return ""


def bearer(token: Secret) -> dict[str, str]:
    """The header that shows a token."""
    return {"Authorization": f"Bearer {token.reveal()}"}


def _text(told: Mapping[str, Any], name: str) -> str:
    found = told.get(name)
    return found if isinstance(found, str) else ""


def _pds(told: Mapping[str, Any]) -> str:
    """The server that keeps the account, out of its DID document; empty when none is named.
    https://atproto.com/specs/did#did-documents"""
    document = told.get("didDoc")
    services = document.get("service") if isinstance(document, dict) else None
    for service in services if isinstance(services, list) else ():
        if isinstance(service, dict) and _text(service, "id").endswith("#atproto_pds"):
            return _text(service, "serviceEndpoint").rstrip("/")
    return ""
