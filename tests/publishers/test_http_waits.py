"""How long to wait, in every way it is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publishers.http.client import Answer
from publishers.http.waits import wait_of

NOW = datetime(2027, 7, 30, 7, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=90)


def waits(
    headers: dict[str, str] | None = None, body: object = None, now: datetime = NOW
) -> float | None:
    return wait_of(Answer(429, headers or {}, json.dumps(body).encode()), now)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"retry-after": "90"}, None),
        ({"retry-after": " 90 "}, None),
        ({"retry-after": "90.0"}, None),
        ({"retry-after": format_datetime(SOON, usegmt=True)}, None),
        ({"retry-after": SOON.isoformat()}, None),
        ({"x-ratelimit-reset": "2027-07-30T07:01:30.000000Z"}, None),
        ({"x-ratelimit-reset": "2027-07-30T09:01:30+02:00"}, None),
        ({"ratelimit-reset": str(int(SOON.timestamp()))}, None),
        ({"x-rate-limit-reset": str(int(SOON.timestamp()))}, None),
        ({"x-ratelimit-reset": "90"}, None),
        ({}, {"ok": False, "parameters": {"retry_after": 90}}),
        ({}, {"message": "slow down", "retry_after": 90.0}),
    ],
)
def test_a_minute_and_a_half_in_every_way(headers: dict[str, str], body: object) -> None:
    assert waits(headers, body) == 90


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, None),
        ({}, []),
        ({}, {"parameters": None}),
        ({}, {"parameters": {"retry_after": True}}),
        ({}, {"retry_after": "soon"}),
        ({"retry-after": ""}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e400"}, None),
        ({"retry-after": f"Fri, 30 Jul {'9' * 20} 07:01:30 GMT"}, None),
        ({"retry-after": f"Fri, 30 Jul 2027 07:01:30 +{'9' * 20}", "date": "9" * 30}, None),
    ],
)
def test_nothing_that_can_be_understood_is_said(headers: dict[str, str], body: object) -> None:
    assert waits(headers, body) is None


def test_when_the_limit_is_counted_anew_matters_only_to_who_reached_it() -> None:
    """Mastodon and X tell it with every answer, up to hours ahead."""
    headers = {"x-ratelimit-reset": "2027-07-30T10:00:00.000000Z"}
    assert wait_of(Answer(429, headers, b""), NOW) == 3 * 3600
    assert wait_of(Answer(422, headers, b""), NOW) is None
    assert wait_of(Answer(422, headers | {"retry-after": "7"}, b""), NOW) == 7


def test_what_is_past_is_over() -> None:
    assert waits({"retry-after": format_datetime(NOW - timedelta(hours=1), usegmt=True)}) == 0


@pytest.mark.parametrize("off", [timedelta(minutes=-10), timedelta(), timedelta(minutes=10)])
def test_a_clock_of_ours_that_is_wrong_changes_nothing(off: timedelta) -> None:
    date = format_datetime(NOW, usegmt=True)
    headers = {"date": date, "ratelimit-reset": str(int(SOON.timestamp()))}
    assert waits(headers, now=NOW + off) == 90


def test_the_header_that_is_meant_for_it_comes_first() -> None:
    assert waits({"retry-after": "5", "x-ratelimit-reset": "900"}, {"retry_after": 60}) == 5


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_said_it_is_no_error(header: str, body: str) -> None:
    found = waits({"retry-after": header, "date": body}, {"retry_after": body})
    assert found is None or found >= 0
