"""Which answer means what.

An error is `{"error": "a sentence"}`, in the language that the server is set to, so a sentence is
relied on only where Mastodon's code has it in English whatever is set, or where nothing is lost if
it is not understood. Other servers answer with HTML, plain text or nothing.
"""

from __future__ import annotations

from publishers.http.client import Answer
from publishers.http.table import Means, Row, Table

SCOPES = "read:accounts, read:statuses, write:media and write:statuses"
"""What a token has to be allowed."""

_SAID = {
    "outside the authorized scopes": "scopes",
    "insufficient": "scopes",  # Pleroma, GoToSocial, Hollo
    "requires an authenticated user": "no user",
    "invalid bearer token": "bad token",  # Takahē: 400, plain text
    "action is not allowed": "not allowed",
    "not found or already attached": "picture gone",
    "media not found": "picture gone",
    "have not finished processing": "not ready",
}


def name_of(answer: Answer) -> str:
    """A name of the rows below; else what the server said, cut short."""
    error = answer.fields().get("error")
    said = error if isinstance(error, str) else ""
    body = said or answer.body[:200].decode("utf-8", "replace")
    for piece, name in _SAID.items():
        if piece in body.lower():
            return name
    return " ".join(said.split())[:200]


_SIGN_IN = "make a new one, and: clarion accounts add"

TABLE = Table(
    rows=(
        Row(401, "", Means.SIGN_IN, f"the token is not accepted; {_SIGN_IN}"),
        Row(400, "bad token", Means.SIGN_IN, f"the token is not accepted; {_SIGN_IN}"),
        Row(422, "no user", Means.SIGN_IN, f"the token is of an app and no account; {_SIGN_IN}"),
        Row(403, "scopes", Means.SIGN_IN, f"the token must allow {SCOPES}; {_SIGN_IN}"),
        Row(403, "not allowed", Means.NEVER, "the account may not do this"),
        Row(403, "", Means.BLOCKED, "the account is disabled; its owner signs in there and looks"),
        Row(410, "", Means.BLOCKED, "the account or its server has been closed"),
        Row(422, "picture gone", Means.WAIT_POST, "a picture is no longer there; it is sent anew"),
        Row(422, "not ready", Means.WAIT_POST, "a picture is still being worked on"),
        Row(404, "", Means.NEVER, "there is no such thing on this server"),
        Row(408, "", Means.UNKNOWN, "the request came too slowly"),
        Row(413, "", Means.NEVER, "a picture is too large for this server", "pictures"),
        Row(422, "", Means.NEVER, "the server refuses it"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many requests"),
    ),
    name_of=name_of,
)
