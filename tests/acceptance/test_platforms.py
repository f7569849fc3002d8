"""The whole way on real servers: connected, planned, approved, posted once each, whatever the
network and the machine do, with alt texts and language, and no secret anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from publishers.testing.faults import DropRequest, Fault, Late, LoseAnswer
from scheduler.delivery import State
from tests.acceptance.nodes import minutes_later, running
from tests.acceptance.platforms import Account, a_day_everywhere, everywhere
from tests.acceptance.today import CARDS
from tests.conftest import Command


@pytest.fixture
def accounts(workspace: Path) -> Iterator[Mapping[str, Account]]:
    with everywhere(workspace) as made:
        yield made


def once_each(accounts: Mapping[str, Account]) -> None:
    """Every card stands once on every platform, described."""
    for name, account in accounts.items():
        seen = account.seen()
        assert len(seen) == len(CARDS), name
        assert len({post.text for post in seen}) == len(CARDS), name
        assert all(len(post.alts) == 1 and post.alts[0].strip() for post in seen), name
        assert {post.language for post in seen} <= {"en-GB", "en", ""}, name


def befall(accounts: Mapping[str, Account], fault: Fault, times: int = 1) -> None:
    """Let this happen to the next posts of every platform."""
    for account in accounts.values():
        if account.lossy is not None:
            account.lossy.next(fault, account.posting, times)


def test_all_goes_well(
    workspace: Path, accounts: Mapping[str, Account], clarion: Command, process: Command
) -> None:
    a_day_everywhere(workspace, accounts, clarion)
    done = process("run", "--once", "--json").value
    assert [(one["channel"], one["reason"]) for one in done["waiting_for_a_person"]] == []
    assert len(done["posted"]) == len(accounts) * len(CARDS)
    once_each(accounts)
    assert process("run", "--once", "--json").value["posted"] == []
    once_each(accounts)


def test_lost_answers_double_nothing_and_lose_nothing(
    workspace: Path, accounts: Mapping[str, Account], clarion: Command, process: Command
) -> None:
    a_day_everywhere(workspace, accounts, clarion)
    befall(accounts, LoseAnswer())
    befall(accounts, DropRequest())
    process("run", "--once")
    found = minutes_later(workspace)
    unknowable = [one for one in accounts.values() if not one.knows]
    # Where nobody can say, of each platform one that is there and one that is not.
    assert found == {
        State.POSTED: len(accounts) * len(CARDS) - 2 * len(unknowable),
        State.NEEDS_HUMAN: 2 * len(unknowable),
    }
    once_each({name: one for name, one in accounts.items() if one.knows})
    assert [len(one.seen()) for one in unknowable] == [len(CARDS) - 1] * len(unknowable)


def test_a_killed_machine_doubles_nothing_and_loses_nothing(
    workspace: Path, accounts: Mapping[str, Account], clarion: Command
) -> None:
    a_day_everywhere(workspace, accounts, clarion)
    befall(accounts, Late(), len(CARDS))
    lossy = [one for one in accounts.values() if one.lossy is not None]

    def under_way() -> bool:
        return all(_posted(one) for one in lossy)

    with running(workspace) as node:
        node.until(under_way)
        node.kill()
    for one in lossy:
        assert one.lossy is not None
        one.lossy.clear()
    found = minutes_later(workspace)
    assert set(found) <= {State.POSTED, State.NEEDS_HUMAN}
    once_each({name: one for name, one in accounts.items() if one.knows})
    for one in accounts.values():
        texts = Counter(post.text for post in one.seen())
        assert max(texts.values()) == 1


def _posted(one: Account) -> bool:
    return one.lossy is not None and any(
        request.passed_on and one.posting(request.method, request.path)
        for request in one.lossy.requests
    )


def test_no_secret_lies_or_is_shown_anywhere(
    workspace: Path, accounts: Mapping[str, Account], clarion: Command, process: Command
) -> None:
    said = a_day_everywhere(workspace, accounts, clarion)
    befall(accounts, LoseAnswer())
    said.append(clarion("rehearse"))
    said.append(process("run", "--once"))
    said.append(clarion("status", "--all"))
    said.append(clarion("accounts", "list"))
    said.append(clarion("accounts", "verify"))
    said.append(clarion("doctor"))
    said.append(clarion("pack", "--society", "mt"))
    said.append(clarion("backup", "kept.sqlite"))
    for one in clarion("status", "--all", "--json").value["deliveries"]:
        said.append(clarion("explain", one["id"]))
    shown = "".join(done.out + done.err for done in said)
    secrets = [secret for one in accounts.values() for secret in one.secrets.values()]
    assert len(secrets) == 4
    files = [file for file in workspace.rglob("*") if file.is_file()]
    assert len(files) > 50
    assert [file.name for file in files if b"@croce_rossa" in file.read_bytes()]
    for secret in secrets:
        core = secret.removeprefix("whsec_")
        assert core not in shown
        assert [file for file in files if core.encode() in file.read_bytes()] == []
