"""Requests to Meta's Graph interface, and what its errors mean.

Nearly every refusal comes as 400; what it means is in the body: `code`, `error_subcode` and
`is_transient` (https://developers.facebook.com/docs/graph-api/guides/error-handling and
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes).
The token goes in a header, so that no address holds it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from publishers.account import Account
from publishers.duplicates import DUPLICATE
from publishers.errors import Permanent, PublishError, Transient, Unknown
from publishers.http.client import Act, Answer, Client, parsed
from publishers.http.table import Means, Row, Table, doubt

VERSION = "v26.0"
"""The version of the interface that requests are written for; of 2026. A version that has been
taken out of service answers as the oldest one that has not."""

_PAGES = 5
_PAGE = 50
_CAP = 3 << 20
"""Bytes: a page of long posts, each letter of which may be written as six."""


def name_of(answer: Answer) -> str:
    """`190/463`, where a row has the pair, else `190`; `transient` where only that is told."""
    error = answer.fields().get("error")
    error = error if isinstance(error, dict) else {}
    code, pair = str(error.get("code", "")), f"{error.get('code')}/{error.get('error_subcode')}"
    code = code if _CODE.fullmatch(code) else ""
    if pair in _NAMES or code in _NAMES:
        return pair if pair in _NAMES else code
    if code and 200 <= int(code) <= 299:
        return "200"
    return "transient" if error.get("is_transient") is True else code


_GONE = "100/33"
_TWIN = "506"
_CODE = re.compile(r"-?[0-9]{1,10}")

TABLE = Table(
    rows=(
        # For the one act that posts, these leave open whether it was done.
        Row(None, "1", Means.UNKNOWN, "the platform failed"),
        Row(None, "2", Means.UNKNOWN, "the platform failed"),
        Row(None, "transient", Means.UNKNOWN, "the platform failed for the moment"),
        Row(None, "-1/2207001", Means.UNKNOWN, "the platform failed"),
        Row(None, _TWIN, Means.UNKNOWN, "the same words were posted just before"),
        Row(None, "24/2207006", Means.UNKNOWN, "what was uploaded cannot be found"),
        Row(None, "24/2207008", Means.UNKNOWN, "what was uploaded cannot be found for the moment"),
        # Too many calls.
        Row(None, "4", Means.WAIT_APP, "the app made too many calls"),
        Row(None, "341", Means.WAIT_APP, "the app has reached its limit"),
        Row(None, "17", Means.WAIT_ACCOUNT, "too many calls for this account"),
        Row(None, "32", Means.WAIT_ACCOUNT, "too many calls for this Page"),
        Row(None, "613", Means.WAIT_ACCOUNT, "too many calls"),
        Row(None, "80001", Means.WAIT_ACCOUNT, "too many calls for this Page"),
        Row(None, "80002", Means.WAIT_ACCOUNT, "too many calls for this Instagram account"),
        Row(None, "9/2207042", Means.WAIT_ACCOUNT, "no more posts through apps today"),
        # Who we are and what we may do.
        Row(None, "190", Means.SIGN_IN, "the token is expired or revoked; give a new one"),
        Row(None, "102", Means.SIGN_IN, "the token is expired or revoked; give a new one"),
        Row(None, "3", Means.SIGN_IN, "the app may not do this; have its use case approved"),
        Row(None, "10", Means.SIGN_IN, "a permission is missing; grant it and give a new token"),
        Row(None, "200", Means.SIGN_IN, "a permission is missing; grant it and give a new token"),
        Row(None, "190/459", Means.BLOCKED, "its owner must sign in on the platform"),
        Row(None, "190/464", Means.BLOCKED, "its owner must confirm the account on the platform"),
        Row(None, "368", Means.BLOCKED, "blocked for a while by the platform's rules"),
        Row(None, "4/2207051", Means.BLOCKED, "the platform takes it for spam; look at the app"),
        Row(None, "25/2207050", Means.BLOCKED, "the account is restricted; look at the app"),
        # The upload is not what it should be yet: the next preparation makes it anew.
        Row(None, _GONE, Means.WAIT_POST, "the platform does not know what was asked for"),
        Row(None, "803", Means.WAIT_POST, "the platform does not know what was asked for"),
        Row(None, "-2/2207003", Means.WAIT_POST, "fetching a picture took too long"),
        Row(None, "-2/2207020", Means.WAIT_POST, "what was uploaded has expired"),
        Row(None, "-1/2207032", Means.WAIT_POST, "the upload failed"),
        Row(None, "9004/2207052", Means.WAIT_POST, "a picture could not be fetched"),
        Row(None, "9007/2207027", Means.WAIT_POST, "the platform still works on the pictures"),
        # It will never go out like this.
        Row(None, "100", Means.NEVER, "a field is refused"),
        Row(None, "100/2207028", Means.NEVER, "this number of pictures is refused", "pictures"),
        Row(None, "1609005", Means.NEVER, "the link in the text is refused", "text"),
        Row(None, "36000/2207004", Means.NEVER, "a picture is too large", "pictures"),
        Row(None, "36001/2207005", Means.NEVER, "a picture has the wrong format", "pictures"),
        Row(None, "36003/2207009", Means.NEVER, "a picture is too wide or too tall", "pictures"),
        Row(None, "36004/2207010", Means.NEVER, "the text is too long", "text"),
    ),
    name_of=name_of,
)
_NAMES = {row.name for row in TABLE.rows}


class Graph:
    """The Graph interface of one host, as one account."""

    def __init__(self, origin: str, account: Account, **options: Any) -> None:
        """`origin` may end in a version; `options` are those of `Client`. SetupError when it is
        no address."""
        self._client = Client(origin, cap=_CAP, **options)
        self._account = account

    @property
    def host(self) -> str:
        return self._client.host

    def read(self, what: str, path: str, **params: str) -> Mapping[str, Any]:
        """GET `/path`; the answer's fields. `what` names the act in words for people."""
        return self._fields(Act.READ, "GET", what, path, params=params)

    def make(self, what: str, path: str, *, files: Any = None, **data: str) -> Mapping[str, Any]:
        """POST what nobody sees, or what may be made twice."""
        return self._fields(Act.REPEATABLE, "POST", what, path, data=data, files=files)

    def once(self, what: str, path: str, **data: str) -> Mapping[str, Any]:
        """POST the one act of a `publish`."""
        return self._fields(Act.ONCE, "POST", what, path, data=data)

    def remove(self, what: str, path: str) -> None:
        """DELETE; what is not there counts as deleted. What may not be deleted is answered as if it
        were not there, so that is looked at. Permanent when it is there and stays."""
        answer = self._send(Act.REPEATABLE, "DELETE", what, path)
        if answer.ok:
            return
        if name_of(answer) != _GONE:
            raise self._refused(what, answer, Act.REPEATABLE)
        if self._there(what, path):
            text = f"{self.host}: {what}: it is still there; delete it by hand, or give a new token"
            raise Permanent(text, code="delete.refused")

    def _there(self, what: str, path: str) -> bool:
        answer = self._send(Act.READ, "GET", what, path, params={"fields": "id"})
        if not answer.ok and name_of(answer) != _GONE:
            raise self._refused(what, answer, Act.READ)
        return answer.ok

    def made(self, act: Act, what: str, fields: Mapping[str, Any]) -> str:
        """The id in an answer. Where it has none, what became of the act is not known."""
        found = str(fields.get("id") or "")
        if not found:
            raise doubt(f"{self.host}: {what}: an answer without an id", act)
        return found

    def listed(self, what: str, path: str, **params: str) -> Iterator[Mapping[str, Any] | None]:
        """The entries of a list, page by page; None at the end when there are more than we read or
        can ask for."""
        more = dict(params) | {"limit": str(_PAGE)}
        for _ in range(_PAGES):
            fields = self.read(what, path, **more)
            data = fields.get("data")
            if not isinstance(data, list):
                raise doubt(f"{self.host}: {what}: an answer without a list", Act.READ)
            yield from (entry for entry in data if isinstance(entry, dict))
            # The address of the next page would hold the token; its cursor does not.
            paging = fields.get("paging") or {}
            if "next" not in paging:
                return
            after = (paging.get("cursors") or {}).get("after")
            if not after:
                break
            more["after"] = str(after)
        yield None

    def _fields(
        self, act: Act, method: str, what: str, path: str, **parts: Any
    ) -> Mapping[str, Any]:
        answer = self._send(act, method, what, path, **parts)
        if not answer.ok or not isinstance(answer.json(), dict) or "error" in answer.fields():
            raise self._refused(what, answer, act)
        return answer.fields()

    def _send(self, act: Act, method: str, what: str, path: str, **parts: Any) -> Answer:
        token = self._account.grant()["token"].reveal()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        return self._client.send(act, method, what, f"/{path}", headers=headers, **parts)

    def _refused(self, what: str, answer: Answer, act: Act) -> PublishError:
        error = TABLE.error(self.host, what, answer, act, self._account.now())
        if isinstance(error, Transient) and error.retry_after is None:
            error.retry_after = _regain(answer)
        if isinstance(error, Unknown) and name_of(answer) == _TWIN:
            return Unknown(str(error), phase=DUPLICATE)
        return error


def node(remote_id: str) -> str:
    """An id as a part of a path."""
    return quote(remote_id, safe="")


def _regain(answer: Answer) -> float | None:
    """Seconds until calls are taken again: minutes, in a header that holds JSON.
    https://developers.facebook.com/docs/graph-api/overview/rate-limiting"""
    try:
        usage = parsed(answer.headers.get("x-business-use-case-usage", "{}"))
        minutes = [
            float(one["estimated_time_to_regain_access"])
            for several in usage.values()
            for one in several
            if "estimated_time_to_regain_access" in one
        ]
    except (ValueError, TypeError, AttributeError):
        return None
    return max(minutes) * 60 if minutes and max(minutes) > 0 else None
