"""What an answer means: the rows of a table, and the classes behind them."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from publishers.errors import (
    AccountBlocked,
    AuthExpired,
    Permanent,
    PublishError,
    Transient,
    Unknown,
)
from publishers.http.client import Act, Answer
from publishers.http.table import Means, Row, Table

NOW = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)
TABLE = Table(
    (
        Row(400, "Long", Means.NEVER, "the text is too long; shorten it", "text"),
        Row(None, "Expired", Means.RENEW, "the session has ended"),
        Row(403, "", Means.SIGN_IN, "the token may not do this"),
        Row(403, "Suspended", Means.BLOCKED, "the account is suspended"),
        Row(503, "", Means.WAIT_HOST, "the server rests"),
        Row(429, "", Means.WAIT_ACCOUNT, "too many posts"),
        Row(429, "App", Means.WAIT_APP, "too many posts of all"),
        Row(404, "Media", Means.WAIT_POST, "the upload is gone"),
        Row(403, "Twin", Means.UNKNOWN, "it says it has this post"),
    ),
    lambda answer: str(answer.fields().get("error", "")),
)


def error(status: int, name: str = "", act: Act = Act.ONCE, wait: str = "") -> PublishError:
    headers = {"retry-after": wait} if wait else {}
    answer = Answer(status, headers, json.dumps({"error": name}).encode())
    return TABLE.error("example.org", "posting", answer, act, NOW)


@pytest.mark.parametrize(
    ("status", "name", "kind"),
    [
        (400, "Long", Permanent),
        (400, "Expired", AuthExpired),
        (500, "Expired", AuthExpired),
        (403, "", AuthExpired),
        (403, "anything", AuthExpired),
        (403, "Suspended", AccountBlocked),
        (503, "", Transient),
        (429, "", Transient),
        (404, "Media", Transient),
        (403, "Twin", Unknown),
        (404, "", Permanent),
        (422, "Odd", Permanent),
        (401, "", AuthExpired),
        (500, "", Unknown),
        (502, "", Unknown),
        (599, "Odd", Unknown),
        # A proxy may say this after the server has acted.
        (408, "", Unknown),
        (409, "", Unknown),
        (499, "", Unknown),
        (425, "", Transient),
        (421, "", Transient),
        (200, "", Unknown),
        (204, "", Unknown),
    ],
)
def test_what_the_one_act_is_answered(status: int, name: str, kind: type) -> None:
    found = error(status, name)
    assert type(found) is kind
    assert str(found).startswith("example.org: posting: ")
    assert str(found).endswith(f"[{status} ({name})]" if name else f"[{status}]")


def test_a_row_says_how_far_it_reaches_and_how_long() -> None:
    scopes = {}
    for status, name in ((404, "Media"), (429, ""), (429, "App"), (503, "")):
        found = error(status, name, wait="7")
        assert isinstance(found, Transient)
        assert found.retry_after == 7
        scopes[name or status] = found.scope
    assert scopes == {"Media": "post", 429: "account", "App": "app", 503: "host"}


def test_a_row_names_the_part_to_change() -> None:
    found = error(400, "Long")
    assert isinstance(found, Permanent)
    assert (found.code, found.field) == ("Long", "text")


def test_only_what_renewing_mends_says_so() -> None:
    assert [error(400, name).__dict__.get("refreshable") for name in ("Expired",)] == [True]
    assert error(403).__dict__["refreshable"] is False


@pytest.mark.parametrize("act", [Act.READ, Act.REPEATABLE])
@pytest.mark.parametrize(
    ("status", "name"), [(500, ""), (502, ""), (200, ""), (408, ""), (409, ""), (403, "Twin")]
)
def test_what_may_be_asked_again_is_never_in_doubt(status: int, name: str, act: Act) -> None:
    found = error(status, name, act)
    assert isinstance(found, Transient)
    assert found.scope == "host"


def test_too_many_requests_needs_no_row() -> None:
    found = Table(()).error("h", "w", Answer(429, {"retry-after": "3"}, b""), Act.ONCE, NOW)
    assert isinstance(found, Transient)
    assert (found.retry_after, found.scope) == (3, "account")
