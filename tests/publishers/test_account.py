"""Secrets that show themselves to nobody, and what a grant says."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from publishers.account import FixedAccount, Grant, Renewing, Secret, expiry
from publishers.errors import AuthExpired

CANARY = "canary/7f3a+9c51"
GRANT = Grant({"token": Secret(CANARY)})


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, lambda it: f"{it}"])
@pytest.mark.parametrize(
    "what", [Secret(CANARY), GRANT, GRANT.secrets, FixedAccount("a", GRANT.secrets)]
)
def test_a_secret_does_not_show_itself(show: Callable[[object], str], what: object) -> None:
    shown = show(what)
    assert CANARY not in shown
    assert "Secret(...)" in shown


@pytest.mark.parametrize("take", [pickle.dumps, json.dumps, copy.deepcopy])
def test_a_secret_is_not_carried_away(take: Callable[[object], object]) -> None:
    with pytest.raises(TypeError) as refused:
        take(Secret(CANARY))
    assert CANARY not in str(refused.value)


def test_secrets_are_compared_by_what_they_are() -> None:
    assert Secret(CANARY) == Secret(CANARY) != Secret("another")
    assert len({Secret(CANARY), Secret(CANARY)}) == 1
    assert Secret(CANARY) != CANARY
    assert (bool(Secret("")), bool(Secret("x"))) == (False, True)
    assert Secret(CANARY).reveal() == CANARY


def test_a_secret_that_is_missing_or_empty_needs_a_person() -> None:
    assert GRANT["token"].reveal() == CANARY
    for grant in (GRANT, Grant({"code": Secret("")})):
        with pytest.raises(AuthExpired, match="no secret 'code': clarion accounts add") as found:
            grant["code"]
        assert not found.value.refreshable


def test_a_platforms_words_are_quoted_without_secrets() -> None:
    grant = Grant({"token": Secret(CANARY), "longer": Secret(f"{CANARY}-2"), "none": Secret("")})
    said = f"bad {CANARY}-2,\n {CANARY} at /x?t=canary%2F7f3a%2B9c51\t!"
    assert grant.masked(said) == "bad ***, *** at /x?t=*** !"
    assert grant.masked("a" * 195 + CANARY) == "a" * 195 + "***"
    assert grant.masked("a" * 300) == "a" * 199 + "…"


def test_an_instant_that_is_told_needs_a_zone() -> None:
    assert expiry({}) is None
    at = datetime(2027, 7, 30, 7, tzinfo=UTC)
    assert expiry({"expires_at": "2027-07-30T09:00:00+02:00"}) == at
    for wrong in ("2027-07-30T09:00:00", "soon", 1785400000, None):
        with pytest.raises(ValueError, match=r"isoformat|no instant"):
            expiry({"expires_at": wrong})


def test_what_can_renew_is_known_by_that() -> None:
    class Can:
        def renew(self, used: Grant) -> None: ...

    assert isinstance(Can(), Renewing)
    assert not isinstance(object(), Renewing)
