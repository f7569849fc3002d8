"""What is sealed stays closed: to whoever lacks the key, and to whoever changes a row."""

from __future__ import annotations

import base64
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from clarion.settings import Settings
from clarion.store.accounts import Row
from clarion.store.ledger import SqlLedger
from clarion.store.sqlite import open_ledger
from clarion.vault.accounts import LockedError, SealedAccount, Vault, Waits
from clarion.vault.content import Destination
from clarion.vault.rotation import rotate
from clarion.vault.seal import (
    KeyRing,
    KeyRingError,
    create_ring,
    key_ring,
    new_key,
    replace_file,
)
from publishers.account import Grant, Secret
from publishers.errors import AuthExpired, Transient
from tests.project import ROOT

CANARY = "canary-4b1d-90aa"
NOW = datetime(2027, 7, 1, 7, tzinfo=UTC)
NAME, OTHER = "it/it-townhall", "fr/fr-townhall"
HERE = Destination("townhall")


@pytest.fixture
def place(tmp_path: Path) -> Settings:
    """A workspace with a key."""
    create_ring(tmp_path / "clarion.key")
    return Settings(tmp_path)


@pytest.fixture
def ledger(place: Settings) -> Iterator[SqlLedger]:
    with closing(open_ledger(place.ledger)) as opened:
        yield opened


@pytest.fixture
def vault(place: Settings, ledger: SqlLedger) -> Vault:
    return opened(place, ledger)


def opened(place: Settings, ledger: SqlLedger, now: datetime = NOW, lease: float = 30) -> Vault:
    waits = Waits(timedelta(seconds=lease), 0.01)
    return Vault(lambda: ledger.accounts, lambda: key_ring(place), lambda: now, "here", waits)


def put(vault: Vault, name: str = NAME, token: str = CANARY) -> SealedAccount:
    def make(version: int) -> Row:
        row = Row(name, "townhall", b"", "", version, "editor", NOW)
        return vault.sealed(row, HERE, {"token": Secret(token)})

    vault.rows.put(name, make, "editor", NOW)
    return vault.account(name, HERE)


def tamper(place: Settings, order: str, *values: object) -> None:
    with closing(sqlite3.connect(place.ledger, isolation_level=None)) as db:
        assert db.execute(order, values).rowcount == 1


def token(account: SealedAccount) -> str:
    return account.grant()["token"].reveal()


# --- the seal ---


def test_only_the_sealed_column_knows_the_secret_and_nobody_reads_it_there(
    vault: Vault, ledger: SqlLedger, place: Settings
) -> None:
    account = put(vault)
    assert token(account) == CANARY
    account.learn({"limit": 500})
    account.renew(account.grant(), lambda used: used)
    told = repr((account, vault, ledger.accounts.all(), ledger.journal(), vault.ring()))
    bytes_ = b"".join(file.read_bytes() for file in place.workspace.glob("clarion.sqlite*"))
    for shape in (CANARY, base64.b64encode(CANARY.encode()).decode(), CANARY.encode().hex()):
        assert shape not in told
        assert shape.encode() not in bytes_
    key = vault.ring().newest  # type: ignore[union-attr]
    assert key.text not in told
    assert repr(key.secret) not in told
    assert key.text.encode() not in bytes_


@pytest.mark.parametrize(
    "order",
    [
        "UPDATE clarion_accounts SET sealed = (SELECT sealed FROM clarion_accounts WHERE account = "
        "'fr/fr-townhall') WHERE account = 'it/it-townhall'",
        "UPDATE clarion_accounts SET version = version + 1 WHERE account = 'it/it-townhall'",
        "UPDATE clarion_accounts SET platform = 'other' WHERE account = 'it/it-townhall'",
        "UPDATE clarion_accounts SET sealed = x'00' WHERE account = 'it/it-townhall'",
    ],
)
def test_a_row_that_was_changed_or_swapped_does_not_open(
    vault: Vault, place: Settings, order: str
) -> None:
    put(vault, OTHER, "another")
    account = put(vault)
    tamper(place, order)
    with pytest.raises(AuthExpired, match=f"{NAME}: what is stored was changed.*add {NAME}"):
        account.grant()


def test_an_older_seal_does_not_come_back(vault: Vault, place: Settings) -> None:
    account = put(vault)
    [before] = vault.rows.all()
    account.renew(account.grant(), lambda used: Grant({"token": Secret("new")}))
    tamper(place, "UPDATE clarion_accounts SET sealed = ?", before.sealed)
    with pytest.raises(AuthExpired, match="was changed"):
        account.grant()


def test_secrets_do_not_go_to_another_server(vault: Vault) -> None:
    put(vault)
    elsewhere = vault.account(NAME, Destination("townhall", "https://other.example.org"))
    with pytest.raises(AuthExpired) as refused:
        elsewhere.grant()
    assert str(refused.value) == (
        f"{NAME}: its secrets are for townhall, and the channel is now townhall at "
        f"https://other.example.org: clarion accounts add {NAME}"
    )


def test_fingerprints_tell_secrets_apart_and_accounts_too(vault: Vault) -> None:
    def mark() -> str:
        return {row.account: row.fingerprint for row in vault.rows.all()}[NAME]

    put(vault)
    first = mark()
    put(vault)
    assert mark() == first
    assert len(first) == 8
    put(vault, token="another")
    assert mark() != first
    put(vault, OTHER)
    assert len({row.fingerprint for row in vault.rows.all()}) == 2


# --- what is stored ---


def test_nothing_stored_needs_a_person(vault: Vault) -> None:
    account = vault.account(NAME, HERE)
    with pytest.raises(AuthExpired, match=f"no secrets are stored: clarion accounts add {NAME}"):
        account.grant()
    account.learn({"limit": 1})
    assert account.facts() == {}


def test_a_version_never_goes_back(vault: Vault) -> None:
    account = put(vault)
    account.renew(account.grant(), lambda used: used)
    before = account.grant()
    assert vault.rows.remove(NAME, "editor", NOW)
    assert not vault.rows.remove(NAME, "editor", NOW)
    assert vault.rows.all() == []
    assert vault.rows.get(NAME) is None
    put(vault)
    assert account.grant().version > before.version


def test_what_was_removed_is_gone_from_the_row(vault: Vault, place: Settings) -> None:
    put(vault).learn({"id": "handle-7"})
    vault.rows.verified(NAME, "handle-7", NOW)
    vault.rows.remove(NAME, "editor", NOW)
    with closing(sqlite3.connect(place.ledger)) as db:
        [row] = db.execute("SELECT * FROM clarion_accounts")
    assert "handle-7" not in repr(row)
    assert b"" in row


def test_who_did_it_stands_in_the_journal(vault: Vault, ledger: SqlLedger) -> None:
    put(vault)
    vault.rows.remove(NAME, "officer", NOW)
    put(vault, OTHER)
    rotate(vault, "administrator", NOW)
    told = [(line.event, line.actor, line.detail) for line in ledger.journal()]
    assert told == [
        ("account-added", "editor", NAME),
        ("account-removed", "officer", NAME),
        ("account-added", "editor", OTHER),
        ("key-rotated", "administrator", "1 accounts"),
    ]


def test_a_store_that_does_not_answer_is_no_reason_to_park(tmp_path: Path) -> None:
    create_ring(tmp_path / "clarion.key")
    place = Settings(tmp_path)
    with closing(open_ledger(place.ledger)) as ledger:
        account = put(opened(place, ledger))
    place.ledger.write_bytes(b"no ledger" * 5000)
    for suffix in ("-wal", "-shm"):
        place.ledger.with_name(place.ledger.name + suffix).unlink(missing_ok=True)
    for ask in (account.grant, account.facts):
        with pytest.raises(Transient, match="backup"):
            ask()


# --- keys ---


def test_a_key_is_made_for_its_owner_alone_and_never_written_over(tmp_path: Path) -> None:
    file = tmp_path / "clarion.key"
    made = create_ring(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert key_ring(Settings(tmp_path)).keys == made.keys  # type: ignore[union-attr]
    before = file.read_bytes()
    with pytest.raises(KeyRingError, match=r"clarion\.key: cannot be made \(File exists\)"):
        create_ring(file)
    assert file.read_bytes() == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_key_that_others_may_read_is_refused(place: Settings, mode: int) -> None:
    place.key_path.chmod(mode)
    with pytest.raises(KeyRingError) as refused:
        key_ring(place)
    assert str(refused.value) == (
        f"{place.key_path}: others may read it (mode {mode:04o}): chmod 600 {place.key_path}"
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "holds no key"),
        ("# only words\n\n", "holds no key"),
        (f"{CANARY}\n", "holds what is no key"),
        (base64.b64encode(b"x" * 31).decode(), "holds what is no key"),
        ("\udcff", "it is no text"),
    ],
)
def test_a_file_without_a_key_says_so_and_shows_nothing(
    place: Settings, text: str, why: str
) -> None:
    place.key_path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(KeyRingError, match=why) as refused:
        key_ring(place)
    chain: BaseException | None = refused.value
    while chain is not None:
        assert CANARY not in repr(chain)
        chain = chain.__context__


def test_a_key_may_come_from_any_tool_and_the_environment_wins(place: Settings) -> None:
    raw = bytes([251, 255] * 16)
    both = [base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode()]
    assert both[0] != both[1]
    rings = [key_ring(replace(place, keys=text)) for text in (*both, f" {both[0]} , {both[1]},")]
    assert len({ring.keys for ring in rings if ring}) == 1
    assert rings[0] is not None
    assert rings[0].file is None
    assert key_ring(Settings(place.workspace / "nowhere")) is None


def test_every_key_of_a_ring_opens_and_the_first_seals() -> None:
    old, new = new_key(), new_key()
    sealed = KeyRing([old]).seal(b"words")
    both = KeyRing([new, old])
    assert both.open(sealed) == b"words"
    assert KeyRing([new]).open(sealed) is None
    assert KeyRing([old]).open(both.seal(b"words")) is None
    assert (new.id in both, old.id in KeyRing([new])) == (True, False)


def test_without_the_key_an_account_says_which_one_it_needs(
    vault: Vault, place: Settings, ledger: SqlLedger
) -> None:
    account = put(vault)
    needed = vault.ring().newest.id  # type: ignore[union-attr]
    place.key_path.unlink()
    for have, make in ((": bring that key", None), (" (here is ", create_ring)):
        if make is not None:
            make(place.key_path)
        fresh = opened(place, ledger).account(NAME, account.destination)
        with pytest.raises(AuthExpired) as refused:
            fresh.grant()
        said = f"{NAME}: sealed with the key {needed}, which is not here{have}"
        assert str(refused.value).startswith(said)
        assert str(refused.value).endswith(f": clarion accounts add {NAME}")


# --- rotation ---


def test_all_rows_are_sealed_anew_and_the_old_key_is_put_away(
    vault: Vault, place: Settings, ledger: SqlLedger
) -> None:
    accounts = [put(vault), put(vault, OTHER, "another")]
    elsewhere = opened(place, ledger).account(NAME, HERE)  # as in a runner that goes on
    assert token(elsewhere) == CANARY
    old = vault.ring().newest  # type: ignore[union-attr]
    versions = [row.version for row in ledger.accounts.all()]
    done = rotate(vault, "administrator", NOW)
    assert (done.accounts, done.old) == (2, (old.id,))
    assert done.new != old.id
    assert {row.key for row in ledger.accounts.all()} == {done.new}
    assert [row.version for row in ledger.accounts.all()] == versions
    assert key_ring(place).keys[0].id == done.new  # type: ignore[union-attr]
    assert [token(one) for one in (*accounts, elsewhere)] == [CANARY, "another", CANARY]
    [kept] = done.kept
    assert old.text in kept.read_text("ascii")
    assert old.text not in place.key_path.read_text("ascii")
    assert {file.stat().st_mode & 0o777 for file in (kept, place.key_path)} == {0o600}


def test_a_key_that_a_person_put_first_is_taken(vault: Vault, place: Settings) -> None:
    account = put(vault)
    old, new = vault.ring().newest, new_key()  # type: ignore[union-attr]
    replace_file(KeyRing([new, old]), place.key_path)
    assert token(account) == CANARY
    assert rotate(vault, "", NOW).new == new.id
    assert token(account) == CANARY


def test_with_keys_in_the_environment_a_person_brings_the_new_one(
    place: Settings, ledger: SqlLedger
) -> None:
    old, new = new_key(), new_key()
    before = opened(replace(place, keys=old.text), ledger)
    account = put(before)
    with pytest.raises(KeyRingError, match="put a new key and a comma before it"):
        rotate(before, "", NOW)
    both = opened(replace(place, keys=f"{new.text},{old.text}"), ledger)
    done = rotate(both, "", NOW)
    assert (done.new, done.old, done.kept) == (new.id, (old.id,), ())
    after = opened(replace(place, keys=new.text), ledger)
    assert token(after.account(NAME, HERE)) == CANARY
    with pytest.raises(AuthExpired, match=f"sealed with the key {new.id}, which is not here"):
        account.grant()


def test_one_that_cannot_be_opened_stops_a_rotation_before_it_begins(
    vault: Vault, place: Settings, ledger: SqlLedger
) -> None:
    put(vault)
    key = place.key_path.read_bytes()
    replace_file(KeyRing([new_key()]), place.key_path)
    put(opened(place, ledger), OTHER)
    rows = ledger.accounts.all()
    away = place.key_path.rename(place.key_path.with_name("away"))
    with pytest.raises(LockedError, match=f"{rows[0].key}, which is not here: bring that key"):
        rotate(opened(place, ledger), "", NOW)
    away.rename(place.key_path)
    for text in (place.key_path.read_bytes(), key):
        place.key_path.write_bytes(text)
        with pytest.raises(LockedError, match="which is not here"):
            rotate(opened(place, ledger), "", NOW)
        assert ledger.accounts.all() == rows
        assert place.key_path.read_bytes() == text


def test_a_rotation_while_an_account_is_renewed_loses_neither(
    vault: Vault, place: Settings, ledger: SqlLedger
) -> None:
    account = put(vault)

    def fetch(used: Grant) -> Grant:
        rotate(opened(place, ledger), "", NOW)
        return Grant({"token": Secret("second")})

    assert account.renew(account.grant(), fetch).version == 2
    fresh = opened(place, ledger).account(NAME, HERE)
    assert token(fresh) == "second"


def test_a_rotation_between_sealing_and_storing_loses_nothing(
    place: Settings, ledger: SqlLedger
) -> None:
    rotations = []

    def keys() -> KeyRing | None:
        ring = key_ring(place)
        if rotations and rotations.pop():
            rotate(opened(place, ledger), "", NOW)
        return ring

    vault = Vault(lambda: ledger.accounts, keys, lambda: NOW)
    account = put(vault)

    def fetch(used: Grant) -> Grant:
        rotations.append(True)
        return Grant({"token": Secret("second")})

    assert account.renew(account.grant(), fetch).version == 2
    assert rotations == []
    assert token(opened(place, ledger).account(NAME, HERE)) == "second"


# --- renewing ---


def test_who_was_given_new_secrets_meanwhile_keeps_those(vault: Vault) -> None:
    account = put(vault)

    def fetch(used: Grant) -> Grant:
        put(vault, token="from a person")
        return Grant({"token": Secret("from the platform")})

    got = account.renew(account.grant(), fetch)
    assert got["token"].reveal() == token(account) == "from a person"


def test_a_lease_ends_by_time_and_until_then_others_wait(
    place: Settings, ledger: SqlLedger
) -> None:
    account = put(opened(place, ledger))
    used, [row] = account.grant(), ledger.accounts.all()
    assert ledger.accounts.lease(row, "somebody dead", NOW + timedelta(seconds=30), NOW)
    soon = opened(place, ledger, NOW + timedelta(seconds=29), lease=0.05).account(NAME, HERE)
    with pytest.raises(Transient, match=f"{NAME}: another process still renews it") as refused:
        soon.renew(used, lambda grant: grant)
    assert refused.value.retry_after
    late = opened(place, ledger, NOW + timedelta(seconds=30)).account(NAME, HERE)
    assert late.renew(used, lambda grant: grant).version == used.version + 1


def test_one_who_comes_back_late_does_not_write_over_what_came_after(
    place: Settings, ledger: SqlLedger
) -> None:
    """It stood still for longer than its lease, and somebody else renewed the account."""
    account = put(opened(place, ledger))
    later = opened(place, ledger, NOW + timedelta(minutes=5)).account(NAME, HERE)

    def slow(used: Grant) -> Grant:
        later.renew(used, lambda _: Grant({"token": Secret("in time")}))
        return Grant({"token": Secret("too late")})

    assert account.renew(account.grant(), slow)["token"].reveal() == "in time"
    assert token(account) == "in time"


Child = Callable[[str], "subprocess.Popen[str]"]


@pytest.fixture
def child(place: Settings) -> Iterator[Child]:
    """Starts a process that waits for a line before it renews."""
    running = []

    def start(how: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.clarion.renewing_child", place.workspace, how],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={"PATH": os.defpath},
        )  # fmt: skip
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_of_several_processes_one_renews(vault: Vault, place: Settings, child: Child) -> None:
    account = put(vault)
    processes = [child("lives") for _ in range(3)]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = {process.communicate(timeout=60)[0] for process in processes}
    assert told == {f"2 from {CANARY}\n"}
    assert len((place.workspace / "fetched").read_text().split()) == 1
    assert token(account) == f"from {CANARY}"


def test_a_process_that_is_killed_while_it_renews_leaves_what_was_there(
    place: Settings, ledger: SqlLedger, child: Child
) -> None:
    account = put(opened(place, ledger))
    process = child("dies")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "fetching\n"
    process.kill()
    process.wait()
    assert token(account) == CANARY
    later = opened(place, ledger, datetime.now(UTC) + timedelta(minutes=1)).account(NAME, HERE)
    new = later.renew(later.grant(), lambda _: Grant({"token": Secret("second")}))
    assert new["token"].reveal() == token(account) == "second"
