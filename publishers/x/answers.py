"""What X's answers mean.

X names a problem by an address (RFC 7807) or, where it gives none, by a sentence only; its token
endpoint by the words of RFC 6749.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from publishers.duplicates import DUPLICATE
from publishers.http.client import Answer
from publishers.http.table import Means, Row, Table

_SENTENCES = (
    ("duplicate content", DUPLICATE),
    ("suspended", "suspended"),
    ("temporarily locked", "locked"),
    ("media ids are invalid", "media-invalid"),
    ("text is too long", "too-long"),
)
"""Parts of X's sentences, in lower case, and what we call the problem."""
_NAME = re.compile(r"[\w-]{1,60}", re.ASCII)
"""What is no name is not told: it could hold anything."""


def name_of(answer: Answer) -> str:
    """The last part of the problem's address, else our name for its sentence, else nothing."""
    fields = answer.fields()
    error = fields.get("error")
    if isinstance(error, str):
        return error if _NAME.fullmatch(error) else ""
    said = _sentences(fields)
    for part, name in _SENTENCES:
        if part in said:
            return name
    kind = str(fields.get("type", ""))
    name = kind.rpartition("/")[2] if "/problems/" in kind else ""
    return name if _NAME.fullmatch(name) else ""


def _sentences(fields: Mapping[str, Any]) -> str:
    errors = fields.get("errors")
    several = [one for one in errors if isinstance(one, dict)] if isinstance(errors, list) else []
    parts = [fields.get("detail"), *(one.get("message") for one in several)]
    return " ".join(str(part) for part in parts).lower()


_SIGN_IN = "sign in to X anew and store both tokens: clarion accounts add"
_APP = "the app may not do this; look at it in X's developer console"

TABLE = Table(
    (
        Row(401, "", Means.RENEW, "the access token is not accepted"),
        Row(None, "invalid_request", Means.SIGN_IN, f"the refresh token is spent; {_SIGN_IN}"),
        Row(None, "invalid_grant", Means.SIGN_IN, f"the refresh token is spent; {_SIGN_IN}"),
        Row(None, "invalid_client", Means.SIGN_IN, "client id or secret is wrong; correct it"),
        Row(None, "unauthorized_client", Means.SIGN_IN, "client id or secret is wrong; correct it"),
        Row(402, "", Means.BLOCKED, "the app has no credits left; buy some in X's console"),
        Row(None, DUPLICATE, Means.UNKNOWN, "X has these words already: it may be this very post"),
        Row(403, "suspended", Means.BLOCKED, "the account is suspended; sign in to X and see why"),
        Row(403, "locked", Means.BLOCKED, "the account is locked; sign in to X and unlock it"),
        Row(403, "unsupported-authentication", Means.SIGN_IN, _SIGN_IN),
        Row(403, "oauth1-permissions", Means.BLOCKED, _APP),
        Row(403, "client-forbidden", Means.BLOCKED, _APP),
        Row(403, "too-long", Means.NEVER, "shorten the text", "text"),
        Row(403, "", Means.NEVER, "X refuses it; look at the account and the app on X"),
        Row(400, "too-long", Means.NEVER, "shorten the text", "text"),
        Row(400, "media-invalid", Means.WAIT_POST, "an upload is no longer there"),
        Row(400, "", Means.NEVER, "X does not take the request"),
        Row(413, "", Means.NEVER, "the picture is too large", "pictures"),
        Row(429, "usage-capped", Means.WAIT_APP, "the app has used up what its plan allows"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many requests"),
    ),
    name_of,
)
"""Names of the OpenAPI description; sentences as people report them, X lists none."""
