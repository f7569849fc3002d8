"""Accounts as people see them: connecting, how they stand, what ends when; no secret anywhere."""

from __future__ import annotations

import io
import json
import logging
import os
import pty
import re
import select
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from clarion.accounts import State, alike, standings
from clarion.connecting import connect
from clarion.errors import ClarionError
from clarion.outlook import on_hold
from clarion.readiness import judge
from clarion.renewing import keep_fresh, near_end, refresh
from clarion.report import naming
from clarion.settings import Settings, load_settings
from clarion.wiring import Studio
from publishers.account import Secret
from publishers.errors import PublisherError
from scheduler.adapters.manual_clock import ManualTime
from scheduler.ledger import Filter, Hold, HoldScope
from tests.clarion.ledgers import with_tables
from tests.clarion.townhall import announce
from tests.conftest import COMMAND, PATIENCE, Command, Done
from tests.postgres import Postgres
from tests.project import ROOT
from tests.publishers.servers.smtp import MailServer

CANARY = "canary-51ce-77ab"
HALL, CHAPEL = "mt/mt-hall", "mt/mt-chapel"
NOW = datetime(2027, 7, 1, 7, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The two platforms are installed; a screen of 120 columns."""
    announce(tmp_path / "site")
    monkeypatch.syspath_prepend(tmp_path / "site")
    monkeypatch.setenv("COLUMNS", "120")
    return tmp_path / "site"


@pytest.fixture(autouse=True)
def office(workspace: Path) -> Path:
    """Who may come in; and the society's channels."""
    file = workspace / "office.json"
    keep(file, tokens={CANARY: "@hall@example.org"}, says={}, mood="", lives=60, renewals=0)
    (workspace / "campaigns/societies.yaml").write_text(
        """\
societies:
  - id: mt
    names: {en: Malta Red Cross Society}
    emblem: cross
    locales: [en_GB]
    formats: {en_GB: en_GB}
    timezone: Europe/Malta
    weekend: [sat, sun]
    channels:
      - {id: mt-folder, platform: folder, locale: en_GB}
      - {id: mt-hall, platform: townhall, locale: en_GB, settings: {office: office.json}}
      - {id: mt-chapel, platform: chapel, locale: en_GB, settings: {office: office.json}}
""",
        "utf-8",
    )
    return file


def keep(file: Path, **changes: Any) -> dict[str, Any]:
    """Change what the office knows."""
    before = json.loads(file.read_text("utf-8")) if file.exists() else {}
    file.write_text(json.dumps(before | changes), "utf-8")
    return before | changes


@pytest.fixture
def piped(clarion: Command, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """``clarion accounts add`` with something on its standard input."""

    def add(*words: str, text: str = f"token={CANARY}\n") -> Done:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))
        return clarion("accounts", "add", *words)

    return add


@pytest.fixture
def studio(workspace: Path) -> Iterator[Studio]:
    """The workspace at an instant of the test's own."""
    with closing(Studio(load_settings(workspace), ManualTime(NOW))) as opened:
        yield opened


def stands(studio: Studio, now: datetime = NOW) -> dict[str, tuple[State, str]]:
    return {one.account: (one.state, one.why) for one in standings(studio, now)}


def give(studio: Studio, name: str, **options: Any) -> None:
    connect(studio, name, {"token": Secret(CANARY)}, "editor", **options)


# --- connecting ---


def test_an_account_is_asked_stored_and_told_without_its_secret(
    piped: Callable[..., Done], clarion: Command, workspace: Path
) -> None:
    done = piped(HALL, "--as", "web-editor", text=f"\ntoken = {CANARY} \r\ncode=12-34\n")
    assert done.code == 0, done
    lines = done.out.splitlines()
    assert lines[0] == f"{HALL}: connected as @hall@example.org"
    assert lines[1].startswith("its secrets are sealed with the key ")
    assert f"the key is new, in {workspace / 'clarion.key'}: keep a copy" in (
        " ".join(done.out.split())
    )
    assert (workspace / "clarion.key").stat().st_mode & 0o777 == 0o600
    again = piped(HALL)
    assert len(again.out.splitlines()) == 2
    [hall, _] = sorted(
        clarion("accounts", "list", "--json").value["accounts"],
        key=lambda one: str(one["account"]), reverse=True,
    )  # fmt: skip
    assert (hall["account"], hall["state"], hall["handle"], hall["added_by"]) == (
        HALL, "ok", "@hall@example.org", "",
    )  # fmt: skip
    assert hall["verified_at"]


def test_what_the_platform_refuses_is_not_stored(
    piped: Callable[..., Done], studio: Studio, office: Path
) -> None:
    assert piped(CHAPEL).code == 0
    before = studio.ledger.accounts.all()
    refused = piped(CHAPEL, text="token=mistyped-7781")
    assert refused.complaint == f"{CHAPEL}: nothing was stored: the office does not know ***"
    keep(office, mood="busy")
    assert "(the office is busy): try again, or store it unasked with --no-verify" in (
        piped(CHAPEL).complaint
    )
    keep(office, mood="bug")
    assert piped(CHAPEL).complaint == "unexpected ValueError: this is a bug"
    assert studio.ledger.accounts.all() == before


def test_it_can_be_stored_unasked(
    piped: Callable[..., Done], clarion: Command, office: Path
) -> None:
    keep(office, mood="busy")
    done = piped(CHAPEL, "--no-verify", "--expires", "2027-09-01", "--json").value
    assert (done["handle"], done["expires_at"]) == ("", "2027-09-01T00:00:00+00:00")
    assert done["new_key_file"]
    text = piped(CHAPEL, "--no-verify").out
    assert text.startswith(f"{CHAPEL}: not verified yet\n")
    assert text.endswith(f"next: clarion accounts verify {CHAPEL}\n")
    assert f"not verified yet: clarion accounts verify {CHAPEL}" in (
        " ".join(clarion("accounts", "list").out.split())
    )


@pytest.mark.parametrize(
    ("words", "text", "complaint"),
    [
        (["mt/mt-hal"], "", "there is no account 'mt/mt-hal' (SOCIETY/CHANNEL); did you mean"),
        (["fr"], "", "campaigns/societies.yaml first"),
        (["it/it-it-folder"], "", "add 'it' to 'societies' in clarion.toml first"),
        (["mt/mt-folder"], "", "mt/mt-folder: an account of 'folder' needs no secrets"),
        ([HALL], "", "mt/mt-hall: nothing was given; townhall takes token, code"),
        ([HALL], "code=1", "'token' is missing: what the office gave you"),
        (
            [HALL],
            f"code=1\n{CANARY}",
            "standard input, line 2: write token=VALUE, code=VALUE, each on a line of its own",
        ),
        ([HALL], f"{CANARY}={CANARY}", "standard input, line 1: write token=VALUE"),
        ([HALL], "token=", "standard input, line 1: write token=VALUE"),
    ],
)
def test_what_is_wrong_is_one_line(
    piped: Callable[..., Done], workspace: Path, words: list[str], text: str, complaint: str
) -> None:
    said = piped(*words, text=text).complaint
    assert complaint in said
    assert CANARY not in said
    assert not (workspace / "clarion.key").exists()


def test_a_secret_is_no_argument(clarion: Command) -> None:
    assert clarion("accounts", "add", HALL, f"token={CANARY}").code == 2


def test_on_a_terminal_each_is_asked_for_and_not_shown(workspace: Path, site: Path) -> None:
    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "accounts", "add", HALL],
        cwd=workspace, stdin=terminal, stdout=terminal, stderr=terminal, start_new_session=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{site}:{ROOT}", "COLUMNS": "120"},
    )  # fmt: skip
    os.close(terminal)
    said, answers = b"", [(b"gave you): ", CANARY), (b"Enter if there is none): ", "")]
    try:
        while True:
            if answers and answers[0][0] in said:
                os.write(controller, f"{answers.pop(0)[1]}\n".encode())
            assert select.select([controller], [], [], PATIENCE)[0], said
            said += os.read(controller, 1024)
    except OSError:  # the other side is closed: it has ended
        os.close(controller)
    assert process.wait(PATIENCE) == 0, said
    assert answers == []
    assert said.startswith(f"{HALL}: what you type or paste is not shown; Ctrl-C".encode())
    assert b"connected as @hall@example.org" in said
    assert CANARY.encode() not in said


def test_without_its_key_a_new_one_would_leave_the_others_behind(
    piped: Callable[..., Done], clarion: Command, workspace: Path
) -> None:
    assert piped(HALL).code == 0
    [key] = clarion("accounts", "list", "--json").value["keys"]
    (workspace / "clarion.key").rename(workspace / "elsewhere")
    assert f"no key is here, and other accounts are sealed with {key}" in piped(CHAPEL).complaint
    assert not (workspace / "clarion.key").exists()
    assert piped(HALL).code == 0  # the only one: nothing is left behind


def test_a_key_that_other_accounts_are_not_sealed_with_is_told(
    piped: Callable[..., Done], clarion: Command, workspace: Path, studio: Studio
) -> None:
    """As when another machine has changed the key, and this one still has the old one."""
    assert piped(HALL).code == 0
    key = (workspace / "clarion.key").read_text("ascii")
    assert clarion("accounts", "rotate-key").code == 0
    [hall] = studio.ledger.accounts.all()
    (workspace / "clarion.key").write_text(key, "ascii")
    told = " ".join(piped(CHAPEL).out.split())
    assert f"other accounts are sealed with {hall.key}, which is not here: machines" in told
    assert piped(CHAPEL, "--json").value["missing_keys"] == [hall.key]
    assert piped(HALL, "--json").value["missing_keys"] == []


def test_a_hold_on_the_account_is_told_with_the_command_that_lifts_it(
    piped: Callable[..., Done], studio: Studio
) -> None:
    studio.ledger.hold(Hold(HoldScope.ACCOUNT, HALL, None, "the token has expired"), NOW)
    out = piped(HALL).out
    assert f"ON HOLD: account {HALL} waits until somebody releases it: the token has" in out
    assert out.endswith(
        f"  to lift it: clarion release account {HALL} --as ROLE\n"
        "  posts that were refused before wait for you in 'clarion status'\n"
    )


def test_removed_is_removed(piped: Callable[..., Done], clarion: Command, studio: Studio) -> None:
    assert (
        "nothing is stored for 'mt/mt-hall'; none is"
        in clarion("accounts", "remove", HALL).complaint
    )
    piped(HALL)
    assert f"'mt/no'; stored are {HALL}" in clarion("accounts", "remove", "mt/no", HALL).complaint
    done = clarion("accounts", "remove", HALL, HALL, "--as", "editor")
    assert done.out == f"removed: {HALL}; revoke them on the platform too\n"
    assert stands(studio)[HALL][0] is State.MISSING


# --- how they stand ---


def test_a_workspace_without_such_accounts_says_so(workspace: Path, clarion: Command) -> None:
    file = workspace / "campaigns/societies.yaml"
    lines = [line for line in file.read_text("utf-8").splitlines() if "office" not in line]
    file.write_text("\n".join(lines), "utf-8")
    for words in (("list",), ("verify",)):
        done = clarion("accounts", *words)
        assert (done.code, done.out) == (0, "no account here needs a secret\n")


def test_the_table_has_a_line_for_each(piped: Callable[..., Done], clarion: Command) -> None:
    soon = datetime.now(UTC) + 10 * DAY
    piped(CHAPEL, "--expires", f"{soon:%Y-%m-%d}")
    told = " ".join(clarion("accounts", "list").out.split())
    assert told.startswith("account platform state ends verified what ---")
    assert f" {CHAPEL} chapel expires soon {soon:%Y-%m-%d} (9 d) {datetime.now(UTC):%Y-%m-%d} " in (
        told
    )
    assert f"connect it anew: clarion accounts add {CHAPEL} {HALL} townhall missing no" in told
    assert f"secrets are stored: clarion accounts add {HALL}" in told


@pytest.mark.parametrize(
    ("days", "state"),
    [(29, State.OK), (28, State.SOON), (1, State.SOON), (0, State.EXPIRED), (-1, State.EXPIRED)],
)
def test_who_must_be_renewed_by_a_person_is_told_four_weeks_ahead(
    studio: Studio, days: int, state: State
) -> None:
    give(studio, CHAPEL, expires_at=NOW + 100 * DAY)
    now = NOW + (100 - days) * DAY
    found, why = stands(studio, now)[CHAPEL]
    assert found is state
    assert (why == "") == (state is State.OK)
    if why:
        assert why.endswith(f": connect it anew: clarion accounts add {CHAPEL}")


def test_who_is_renewed_by_itself_is_told_when_that_did_not_happen(studio: Studio) -> None:
    give(studio, HALL, expires_at=NOW + 60 * DAY)
    assert stands(studio, NOW + 31 * DAY)[HALL] == (State.OK, "")
    state, why = stands(studio, NOW + 32 * DAY)[HALL]
    assert state is State.SOON
    assert why == (
        f"ends 2027-08-30, in 28 days: 'clarion run' renews it, or: clarion accounts verify {HALL}"
    )
    state, why = stands(studio, NOW + 60 * DAY)[HALL]
    assert (state, why) == (
        State.EXPIRED,
        f"ended 2027-08-30: connect it anew: clarion accounts add {HALL}",
    )


def test_when_the_platform_tells_its_end_that_is_what_counts(
    piped: Callable[..., Done], office: Path, studio: Studio
) -> None:
    keep(office, says={"expires_at": "2027-07-20T00:00:00+00:00", "limit": 500})
    give(studio, CHAPEL)
    [row] = studio.ledger.accounts.all()
    assert row.expires_at == datetime(2027, 7, 20, tzinfo=UTC)
    assert row.facts == {"limit": 500}
    assert stands(studio)[CHAPEL][0] is State.SOON


def test_status_and_doctor_say_what_ends_and_nothing_else(
    piped: Callable[..., Done], clarion: Command
) -> None:
    def told() -> tuple[list[str], list[tuple[str, str]], int]:
        doctor = clarion("doctor", "--json")
        checks = [
            (one["verdict"], one["text"])
            for one in doctor.value["checks"]
            if one["name"] == "accounts"
        ]
        out = clarion("status").out.splitlines()
        assert len(clarion("status", "--json").value["accounts"]) == len(
            [line for line in out if line.startswith("ACCOUNT: ")]
        )
        return [line for line in out if line.startswith("ACCOUNT: ")], checks, doctor.code

    clarion("status")
    none = ("warning", f"{CHAPEL}, {HALL}: no secrets are stored: clarion accounts add NAME")
    assert told() == ([], [none], 0)
    piped(HALL)
    missing = ("warning", f"{CHAPEL}: no secrets are stored: clarion accounts add {CHAPEL}")
    assert told() == ([], [missing], 0)
    piped(CHAPEL)
    assert told()[:2] == ([], [("ok", "the secrets of 2 can be opened, and serve")])
    soon, gone = (datetime.now(UTC) + days * DAY for days in (10, -1))
    piped(CHAPEL, "--expires", f"{soon:%Y-%m-%d}")
    lines, checks, code = told()
    assert [line.split(", in ")[0] for line in lines] == [
        f"ACCOUNT: {CHAPEL}: ends {soon:%Y-%m-%d}"
    ]
    assert ([verdict for verdict, _ in checks], code) == (["warning"], 0)
    piped(CHAPEL, "--expires", f"{gone:%Y-%m-%d}")
    lines, checks, code = told()
    assert lines[0].startswith(f"ACCOUNT: {CHAPEL}: ended {gone:%Y-%m-%d}: connect it anew")
    assert ([verdict for verdict, _ in checks], code) == (["problem"], 1)


def test_a_date_is_no_go_when_an_account_ends_before_its_last_post(
    studio: Studio, clarion: Command
) -> None:
    assert clarion("plan", "--for", "2027-07-30").code == 0
    [day] = {entry.delivery.occurrence for entry in studio.ledger.entries()}
    entries = studio.ledger.entries(Filter(account=CHAPEL))
    last = max(entry.delivery.due_at for entry in entries)
    for name, expires_at in ((HALL, last - DAY), (CHAPEL, last)):
        give(studio, name, expires_at=expires_at)

    def accounts(now: datetime = last - 35 * DAY) -> list[tuple[str, str]]:
        found = judge(studio, day, now).checks
        return [(check.verdict, check.text) for check in found if check.name == "accounts"]

    (verdict, text), (other, doubt) = accounts()
    assert (verdict, other) == ("problem", "warning")
    assert "'clarion run' renews it" in doubt  # that has not been seen yet
    assert text == (
        f"{CHAPEL}: ends {last:%Y-%m-%d}, before its last post of that date "
        f"({last:%Y-%m-%d %H:%M} UTC): connect it anew: clarion accounts add {CHAPEL}"
    )
    assert [verdict for verdict, _ in accounts(last - 5 * DAY)] == ["problem", "problem"]
    give(studio, CHAPEL, expires_at=last + DAY)
    give(studio, HALL, expires_at=last + 90 * DAY)
    assert [verdict for verdict, _ in accounts()] == ["ok"]
    assert [verdict for verdict, _ in accounts(last - 5 * DAY)] == ["warning", "ok"]
    studio.ledger.accounts.remove(CHAPEL, "", NOW)
    missing = f"{CHAPEL}: no secrets are stored: clarion accounts add {CHAPEL}"
    assert accounts() == [("problem", missing)]


def test_a_plan_names_the_accounts_that_have_no_secrets_yet(
    clarion: Command, piped: Callable[..., Done]
) -> None:
    def told(*words: str) -> list[str]:
        out = " ".join(clarion(*words).out.split())
        return re.findall(r"ACCOUNT: (.*? clarion accounts add \S+)", out)

    both = [f"{CHAPEL}, {HALL}: no secrets are stored: clarion accounts add NAME"]
    assert told("plan", "--for", "2027-07-30") == told("status") == both
    assert clarion("plan", "--for", "2027-07-30", "--json").value["without_secrets"] == [
        CHAPEL, HALL,
    ]  # fmt: skip
    states = [one["state"] for one in clarion("status", "--json").value["accounts"]]
    assert states == ["missing", "missing"]
    assert piped(HALL).code == 0
    one = [f"{CHAPEL}: no secrets are stored: clarion accounts add {CHAPEL}"]
    assert told("plan", "--for", "2027-07-30") == told("status") == one
    assert piped(CHAPEL).code == 0
    assert told("plan", "--for", "2027-07-30") == told("status") == []


def test_many_accounts_are_named_by_the_first_few() -> None:
    pairs = [(f"s/c{number}", f"broken: clarion accounts add s/c{number}") for number in range(7)]
    assert list(alike([*pairs, ("s/x", "other")])) == [
        "s/c0, s/c1, s/c2, s/c3, s/c4 and 2 more: broken: clarion accounts add NAME",
        "s/x: other",
    ]


def test_a_remedy_names_its_account() -> None:
    assert naming("gone; then clarion accounts add [404]", HALL) == (
        f"gone; then clarion accounts add {HALL} [404]"
    )
    already = f"clarion accounts add {HALL}"
    assert naming(already, CHAPEL) == already
    assert naming("clarion accounts add", HALL) == already
    hold = Hold(HoldScope.ACCOUNT, HALL, None, "the token has ended: clarion accounts add")
    assert on_hold(hold).words.endswith(f"ended: {already}")


def test_an_account_whose_channel_was_renamed_is_told(
    piped: Callable[..., Done], clarion: Command, workspace: Path, studio: Studio
) -> None:
    assert piped(HALL).code == 0
    file = workspace / "campaigns/societies.yaml"
    file.write_text(file.read_text("utf-8").replace("id: mt-hall", "id: mt-house"), "utf-8")
    with closing(Studio(studio.settings, ManualTime(NOW))) as renamed:
        found = stands(renamed)
    assert found[HALL] == (
        State.UNUSED,
        f"no channel here has this name: clarion accounts remove {HALL}; if the channel was "
        "renamed, connect it under its new name first",
    )
    assert found["mt/mt-house"][0] is State.MISSING
    done = clarion("accounts", "verify")
    assert done.code == 1
    assert f"{HALL}: no channel here has this name: clarion accounts remove" in done.out
    examined = clarion("doctor", "--json").value
    assert [
        (one["verdict"], one["text"]) for one in examined["checks"] if one["name"] == "accounts"
    ] == [
        ("warning", "mt/mt-chapel, mt/mt-house: no secrets are stored: clarion accounts add NAME"),
        ("warning", f"{HALL}: {found[HALL][1]}"),
    ]
    assert examined["problems"] == 0
    file.write_text("societies: [", "utf-8")  # then only what is stored can be told
    assert "the secrets of 1 can be opened" in " ".join(clarion("doctor").out.split())


def test_one_lost_key_is_told_in_full_once(
    piped: Callable[..., Done], clarion: Command, workspace: Path
) -> None:
    piped(HALL)
    piped(CHAPEL)
    (workspace / "clarion.key").unlink()
    told = clarion("accounts", "list").out
    assert told.count("bring that key") == 1
    assert f"{HALL}    townhall  locked" in told
    assert "as the one before" in told
    for command in ("status", "doctor"):
        said = " ".join(clarion(command).out.split())
        assert said.count("bring that key") == 1
        assert f"{CHAPEL}, {HALL}: " in said
        assert said.count("clarion accounts add NAME") == 1
    found = clarion("accounts", "list", "--json").value["accounts"]
    assert all("bring that key" in one["why"] for one in found)


# --- asking, renewing ---


def test_what_may_do_without_secrets_is_asked_without(clarion: Command, workspace: Path) -> None:
    mail, shelf = "mt/mt-mail", "mt/mt-folder"
    with MailServer() as server:
        settings = f"server: 127.0.0.1, port: {server.port}, security: none, local: 'yes'"
        file = workspace / "campaigns/societies.yaml"
        file.write_text(
            file.read_text("utf-8") + "      - {id: mt-mail, platform: email, locale: en_GB, "
            f"settings: {{to: a@example.org, from: b@example.org, {settings}}}}}\n",
            "utf-8",
        )
        listed = {one["account"]: one for one in clarion("accounts", "list", "--json").value[
            "accounts"
        ]}  # fmt: skip
        assert listed[mail]["state"] == "optional"
        assert f"to try: clarion accounts verify {mail}" in listed[mail]["why"]
        assert shelf not in listed
        asked = clarion("accounts", "verify", mail, shelf)
        assert asked.code == 0
        assert asked.out.splitlines()[0].startswith(f"{mail}: mail from b@example.org to a@exa")
        assert asked.out.splitlines()[1].startswith(f"{shelf}: ")
        assert f"{mail}: mail from" in clarion("accounts", "verify").out
    gone = clarion("accounts", "verify", mail)
    assert gone.code == 1
    assert "ask again later" in " ".join(gone.out.split())


def test_verifying_asks_and_says_what_is_to_be_done(
    piped: Callable[..., Done], clarion: Command, office: Path
) -> None:
    piped(HALL)
    done = clarion("accounts", "verify")
    assert done.code == 1
    assert done.out.splitlines() == [
        f"{CHAPEL}: no secrets are stored: clarion accounts add {CHAPEL}",
        f"{HALL}: @hall@example.org",
    ]
    assert clarion("accounts", "verify", HALL).code == 0
    keep(office, mood="busy")
    assert clarion("accounts", "verify", HALL).out == (
        f"{HALL}: the office is busy; ask again later\n"
    )
    keep(office, mood="", tokens={})
    done = clarion("accounts", "verify", HALL, "--json")
    [one] = done.value["accounts"]
    assert (done.code, one["good"], one["text"]) == (1, False, "the office does not know ***")
    assert "there is no account 'mt/x'" in clarion("accounts", "verify", "mt/x").complaint


def test_verifying_renews_a_session_that_is_over_and_what_ends_soon(
    piped: Callable[..., Done], clarion: Command, office: Path
) -> None:
    piped(HALL)
    keep(office, mood="closed")
    done = clarion("accounts", "verify", HALL)
    assert (done.code, done.out) == (0, f"{HALL}: @hall@example.org, ends in 60 days\n")
    ends = datetime.now(UTC) + 20 * DAY
    piped(HALL, "--expires", f"{ends:%Y-%m-%d}", text=f"token={CANARY}+\n")
    done = clarion("accounts", "verify", HALL)
    assert (done.code, done.out) == (0, f"{HALL}: @hall@example.org, ends in 60 days\n")
    assert keep(office)["renewals"] == 2


def test_what_is_near_its_end_is_renewed_once_over_all_nodes(
    workspace: Path, studio: Studio, office: Path
) -> None:
    give(studio, HALL, expires_at=NOW + 60 * DAY)
    give(studio, CHAPEL, expires_at=NOW + 60 * DAY)
    later = NOW + 30 * DAY
    assert keep_fresh(studio, later - timedelta(seconds=1)) == []
    assert keep(office)["renewals"] == 0
    with closing(Studio(load_settings(workspace), ManualTime(later))) as other:
        seen = near_end(studio, later)
        assert [row.account for row in seen] == [CHAPEL, HALL]
        for node in (other, studio, other):
            assert keep_fresh(node, later) == []
        assert refresh(studio, seen, later) == []  # it had read them before the other was done
    assert keep(office)["renewals"] == 1
    ends = {row.account: row.expires_at for row in studio.ledger.accounts.all()}
    assert ends == {HALL: later + 60 * DAY, CHAPEL: NOW + 60 * DAY}


def test_a_session_is_renewed_in_passing_and_nobody_is_told(studio: Studio, office: Path) -> None:
    keep(office, lives=0.1)
    give(studio, HALL, expires_at=NOW)
    assert keep_fresh(studio, NOW) == []
    for days in (0, 1, 29):
        assert stands(studio, NOW + days * DAY)[HALL] == (State.OK, "")
        assert keep_fresh(studio, NOW + days * DAY) == []
    assert keep(office)["renewals"] == 1
    assert keep_fresh(studio, NOW + 30 * DAY) == []  # lest it runs out between two campaigns
    assert keep(office)["renewals"] == 2


def test_a_renewal_that_fails_is_told_when_people_should_know(studio: Studio, office: Path) -> None:
    give(studio, HALL, expires_at=NOW + 60 * DAY)
    keep(office, mood="busy")
    assert keep_fresh(studio, NOW + 49 * DAY) == []
    assert keep_fresh(studio, NOW + 51 * DAY) == [f"{HALL}: not renewed yet: the office is busy"]
    keep(office, mood="", tokens={})
    assert keep_fresh(studio, NOW + 40 * DAY) == [
        f"{HALL}: cannot be renewed: the office renews no token that it does not know"
    ]
    office.write_text("no JSON", "utf-8")
    assert keep_fresh(studio, NOW + 40 * DAY) == [
        f"{HALL}: cannot be renewed: unexpected JSONDecodeError: this is a bug"
    ]
    studio.ledger.close()
    (studio.settings.workspace / "campaigns/societies.yaml").write_text("societies: 7", "utf-8")
    with closing(Studio(studio.settings, ManualTime(NOW))) as broken:
        [line] = keep_fresh(broken, NOW + 40 * DAY)
    assert "societies.yaml" in line


# --- elsewhere ---


def test_backup_restore_and_move_take_the_seals_and_not_the_key(
    piped: Callable[..., Done], clarion: Command, workspace: Path, tmp_path: Path,
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    piped(HALL)
    [key] = clarion("accounts", "list", "--json").value["keys"]
    backup = tmp_path / "b.sqlite"
    told = "the sealed secrets of 1 account are in it, and their key is not"
    assert told in clarion("backup", backup).out
    assert CANARY.encode() not in backup.read_bytes()
    (workspace / "clarion.key").rename(tmp_path / "clarion.key")
    locked = f"ACCOUNT: {HALL}: sealed with the key {key}, which is not here: bring that key"
    restored = clarion("restore", backup, "--replace").out
    assert told in restored
    assert locked in " ".join(restored.split())
    assert locked in " ".join(clarion("status").out.split())
    assert clarion("accounts", "list", "--json").value["accounts"][1]["state"] == "locked"
    assert clarion("accounts", "verify", HALL).code == 1
    database = postgres.fresh_database(with_tables)
    moved = clarion("move", "--to", database)
    assert locked in " ".join(moved.out.split())
    monkeypatch.setenv("CLARION_DATABASE", database)
    (tmp_path / "clarion.key").rename(workspace / "clarion.key")
    assert clarion("accounts", "verify", HALL).out == f"{HALL}: @hall@example.org\n"
    rotated = clarion("accounts", "rotate-key", "--as", "administrator", "--json").value
    assert (rotated["accounts"], rotated["old_keys"]) == (1, [key])
    assert clarion("accounts", "verify", HALL).code == 0
    text = " ".join(clarion("accounts", "rotate-key").out.split())
    assert text.startswith("sealed anew with the key ")
    assert (
        f"other machines open nothing until they have it: copy {workspace / 'clarion.key'}" in text
    )
    assert "backups made before now need the old one, kept in " in text


def test_keys_from_the_environment_leave_no_file(
    piped: Callable[..., Done], clarion: Command, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = "A" * 43 + "=", "B" * 42 + "A="
    monkeypatch.setenv("CLARION_KEY", old)
    assert "the key is new" not in piped(HALL).out
    assert "put a new key and a comma before it" in clarion("accounts", "rotate-key").complaint
    monkeypatch.setenv("CLARION_KEY", f"{new},{old}")
    assert "may be taken out of CLARION_KEY" in clarion("accounts", "rotate-key").out
    monkeypatch.setenv("CLARION_KEY", new)
    assert clarion("accounts", "verify", HALL).code == 0
    assert not (workspace / "clarion.key").exists()


def test_the_canary_is_nowhere(
    piped: Callable[..., Done], clarion: Command, workspace: Path, office: Path, tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """Neither printed nor logged nor written, whatever is done with an account."""
    caplog.set_level(logging.DEBUG)
    said: list[Done] = []
    for mood in ("", "bug", "busy", "closed"):
        keep(office, mood=mood)
        for name in (HALL, CHAPEL):
            said += [piped(name), piped(name, "--no-verify")]
        said += [clarion("accounts", "verify"), clarion("accounts", "verify", "--json")]
    for words in (
        ("accounts", "list"), ("accounts", "list", "--json"), ("accounts", "rotate-key"),
        ("status",), ("status", "--json"), ("check",),
    ):  # fmt: skip
        said.append(clarion(*words))
    said += [clarion("plan", "--for", "2027-07-30"), clarion("pack"), clarion("backup", "b.sqlite")]
    said.append(clarion("doctor", "--for", "2027-07-30"))
    assert any("this is a bug" in done.err for done in said)
    for done in said:
        assert CANARY not in done.out + done.err
        assert "Traceback" not in done.err
    assert CANARY not in caplog.text
    files = [file for file in workspace.rglob("*") if file.is_file() and file != office]
    assert {file.name for file in files} >= {"b.sqlite", "clarion.sqlite", "clarion.key"}
    assert [file for file in files if file.suffix == ".zip"]
    assert [file.name for file in files if CANARY.encode() in file.read_bytes()] == []


def test_errors_hold_no_secret_in_any_of_their_causes(studio: Studio, office: Path) -> None:
    for mood, name in (("bug", HALL), ("busy", CHAPEL), ("", "mt/nobody")):
        keep(office, mood=mood, tokens={})
        with pytest.raises((ClarionError, PublisherError)) as refused:
            give(studio, name)
        chain: BaseException | None = refused.value
        while chain is not None:
            assert CANARY not in f"{chain!r} {chain} {vars(chain)}"
            chain = chain.__cause__ or chain.__context__


def test_checking_content_opens_no_store(clarion: Command, workspace: Path) -> None:
    assert clarion("check").code == 0
    assert not (workspace / "clarion.sqlite").exists()


def test_settings_do_not_show_keys(workspace: Path) -> None:
    assert CANARY not in repr(replace(Settings(workspace), keys=CANARY))
