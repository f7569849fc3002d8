"""What a personal data server's errors mean.

The name of the error decides, not the status: a spent token comes as 400. The names are those of
the lexicons and of the reference server
(https://github.com/bluesky-social/atproto/tree/main/packages/pds).
"""

from __future__ import annotations

import re

from publishers.http.client import Answer
from publishers.http.table import Means, Row, Table

_NAME = re.compile(r"[A-Z][A-Za-z]{2,40}")


def name_of(answer: Answer) -> str:
    """The field `error`, where it is a name and nothing else."""
    name = answer.fields().get("error")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


TABLE = Table(
    rows=(
        # Who we are.
        Row(None, "ExpiredToken", Means.RENEW, "the session has run out"),
        Row(None, "InvalidToken", Means.RENEW, "the session is not accepted"),
        Row(None, "AuthMissing", Means.RENEW, "the session is not accepted"),
        Row(
            None,
            "AuthenticationRequired",
            Means.SIGN_IN,
            "the handle or its app password is not accepted; make a new app password",
        ),
        Row(
            None,
            "AuthFactorTokenRequired",
            Means.SIGN_IN,
            "that is the account's own password; make an app password",
        ),
        Row(None, "AccountNotFound", Means.SIGN_IN, "the server does not know this account"),
        Row(None, "Forbidden", Means.SIGN_IN, "the account may not do this here"),
        Row(None, "AccountTakedown", Means.BLOCKED, "the account has been taken down"),
        Row(None, "AccountSuspended", Means.BLOCKED, "the account is suspended"),
        Row(None, "AccountDeactivated", Means.BLOCKED, "its owner has deactivated the account"),
        # Later.
        Row(None, "RateLimitExceeded", Means.WAIT_ACCOUNT, "too many requests"),
        Row(None, "BlobNotFound", Means.WAIT_POST, "the server no longer has an uploaded picture"),
        # Not like this.
        Row(None, "InvalidSwap", Means.NEVER, "another post stands under its key", "key"),
        Row(None, "InvalidRequest", Means.NEVER, "the request is not taken as it stands"),
        Row(None, "InvalidMimeType", Means.NEVER, "a picture is not what it says", "pictures"),
        Row(None, "InvalidSize", Means.NEVER, "a picture is not what it says", "pictures"),
        Row(None, "PayloadTooLarge", Means.NEVER, "a picture is too large here", "pictures"),
        Row(413, "", Means.NEVER, "a picture is too large here", "pictures"),
    ),
    name_of=name_of,
)
