"""One suite, every account: in memory, and sealed in both stores."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clarion.store.accounts import Row
from clarion.store.sqlite import open_ledger
from clarion.vault.accounts import Vault, Waits
from clarion.vault.content import Destination
from clarion.vault.seal import KeyRing, new_key
from publishers.account import Account, FixedAccount, Grant, Secret
from publishers.errors import AuthExpired, Transient
from tests.postgres import new_database_ledger

NOW = datetime(2027, 7, 1, 7, tzinfo=UTC)
ENDS = NOW + timedelta(days=60)
NAME = "it/it-townhall"
HERE = Destination("townhall", "https://town.example.org")
SECRETS = {"token": Secret("first"), "code": Secret("κωδικός")}
KINDS = ["memory", "sqlite", "postgresql"]


@pytest.fixture(params=KINDS)
def account(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Account]:
    if request.param == "memory":
        yield FixedAccount(NAME, SECRETS, ENDS, lambda: NOW)
        return
    ledger = (
        open_ledger(tmp_path / "l.db")
        if request.param == "sqlite"
        else new_database_ledger(request.getfixturevalue("postgres"))
    )
    ring = KeyRing([new_key()])
    vault = Vault(lambda: ledger.accounts, lambda: ring, lambda: NOW, waits=Waits(look=0.01))
    ledger.accounts.put(
        NAME,
        lambda version: vault.sealed(
            Row(NAME, HERE.platform, b"", "", version, "editor", NOW, ENDS), HERE, SECRETS
        ),
        "editor",
        NOW,
    )
    yield vault.account(NAME, HERE)
    ledger.close()


def newer(used: Grant, token: str = "second") -> Grant:
    """What a platform gives for a grant."""
    return Grant({**used.secrets, "token": Secret(token)}, ENDS + timedelta(days=60))


def test_what_was_stored_is_given_out(account: Account) -> None:
    grant = account.grant()
    assert dict(grant.secrets) == SECRETS
    assert grant.expires_at == ENDS
    assert (account.name, account.now()) == (NAME, NOW)


def test_a_renewed_grant_is_stored_before_it_is_given_out(account: Account) -> None:
    used = account.grant()
    got = account.renew(used, newer)
    assert got == account.grant()
    assert got["token"].reveal() == "second"
    assert got["code"].reveal() == "κωδικός"
    assert got.expires_at == ENDS + timedelta(days=60)
    assert got.version > used.version


def test_who_comes_with_an_old_grant_gets_the_new_one_and_fetches_nothing(
    account: Account,
) -> None:
    used = account.grant()
    new = account.renew(used, newer)

    def never(_: Grant) -> Grant:
        raise AssertionError("it was renewed already")

    assert account.renew(used, never) == new


def test_fetching_begins_with_what_is_stored(account: Account) -> None:
    seen: list[Grant] = []

    def fetch(used: Grant) -> Grant:
        seen.append(used)
        return newer(used)

    account.renew(account.grant(), fetch)
    account.renew(account.grant(), fetch)
    assert [one["token"].reveal() for one in seen] == ["first", "second"]


@pytest.mark.parametrize("error", [Transient("busy"), AuthExpired("revoked"), ValueError("a bug")])
def test_a_fetch_that_fails_changes_nothing_and_keeps_nobody_waiting(
    account: Account, error: Exception
) -> None:
    used = account.grant()

    def fail(_: Grant) -> Grant:
        raise error

    with pytest.raises(type(error), match=str(error)):
        account.renew(used, fail)
    assert account.grant() == used
    assert account.renew(used, newer)["token"].reveal() == "second"


def test_of_many_at_once_one_fetches_and_all_get_what_it_got(account: Account) -> None:
    used, fetched, together = account.grant(), [], threading.Barrier(6)

    def fetch(grant: Grant) -> Grant:
        fetched.append(grant)
        return newer(grant)

    def renew(_: int) -> Grant:
        together.wait()
        return account.renew(used, fetch)

    with ThreadPoolExecutor(6) as pool:
        got = list(pool.map(renew, range(6)))
    assert len(fetched) == 1
    assert all(one == account.grant() for one in got)


def test_reading_does_not_wait_for_who_renews(account: Account) -> None:
    used = account.grant()

    def fetch(grant: Grant) -> Grant:
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(account.facts).result(5) == {}
        return newer(grant)

    account.renew(used, fetch)


def test_facts_are_added_to_those_that_are_known(account: Account) -> None:
    assert account.facts() == {}
    account.learn({"limit": 500, "software": "town"})
    account.learn({"limit": 1000, "names": ["à", "б"]})
    assert account.facts() == {"limit": 1000, "software": "town", "names": ["à", "б"]}
    account.renew(account.grant(), newer)
    assert account.facts()["limit"] == 1000


def test_what_is_learnt_while_it_is_renewed_is_kept(account: Account) -> None:
    def fetch(grant: Grant) -> Grant:
        with ThreadPoolExecutor(1) as pool:
            pool.submit(account.learn, {"id": "7"}).result(5)
        return newer(grant)

    if isinstance(account, FixedAccount):  # one lock for all: it would wait for itself
        account.learn({"id": "7"})
    else:
        account.renew(account.grant(), fetch)
    assert account.facts() == {"id": "7"}


def test_when_the_platform_says_it_ends_that_counts(account: Account) -> None:
    used = account.grant()
    account.learn({"expires_at": "2027-08-01T00:00:00+00:00", "id": "7"})
    grant = account.grant()
    assert grant.expires_at == datetime(2027, 8, 1, tzinfo=UTC)
    assert grant.version == used.version
    assert account.facts() == {"id": "7"}
    assert account.renew(used, newer).expires_at == ENDS + timedelta(days=60)
    with pytest.raises(ValueError, match="no instant with a zone"):
        account.learn({"expires_at": "2027-08-01"})
