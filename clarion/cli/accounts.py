"""Commands about accounts and their secrets: add, list, verify, remove, rotate-key.

A secret is typed without being shown, or read from standard input; never given as an argument,
where other users of the machine and the shell's history would see it. None is ever printed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from clarion.accounts import Standing, State, standings
from clarion.cli.options import as_option, common, day_option, now, studio
from clarion.cli.output import as_json
from clarion.cli.prose import columns, tell, tell_all
from clarion.connecting import Connected, Verified, connect, verify_accounts, wanted
from clarion.errors import ClarionError
from clarion.outlook import on_hold
from publishers.account import Secret, Wanted


@click.group()
def accounts() -> None:
    """The accounts that posts go to, and their secrets."""


@accounts.command()
@common
@as_option
@day_option("--expires", help_="The last day on which the secrets serve, if a person knows.")
@click.option("--no-verify", "unasked", is_flag=True, help="Store them without asking.")
@click.argument("account", metavar="SOCIETY/CHANNEL")
def add(
    workspace: Path | None,
    json_: bool,
    role: str | None,
    expires: datetime | None,
    unasked: bool,
    account: str,
) -> None:
    """Give an account its secrets, in the place of any before; they are never shown again.

    Asks for each on a terminal; elsewhere reads lines NAME=VALUE from standard input. The platform
    is asked whether they serve, and what it refuses is not stored.

    Example: clarion accounts add it/it-mastodon --as web-editor
    """
    place = studio(workspace)
    found = wanted(place, account)
    given = _typed(account, found) if sys.stdin.isatty() else _piped(sys.stdin.read(), found)
    done = connect(
        place, account, given, role or "",
        expires_at=expires.replace(tzinfo=UTC) if expires else None, verify=not unasked,
    )  # fmt: skip
    if json_:
        as_json(
            {
                "account": account, "handle": done.row.handle, "key": done.row.key,
                "fingerprint": done.row.fingerprint, "new_key_file": done.new_key or None,
                "expires_at": done.row.expires_at.isoformat() if done.row.expires_at else None,
                "on_hold": done.hold is not None, "missing_keys": list(done.strangers),
            }
        )  # fmt: skip
    else:
        tell_all(_connected(account, done))


@accounts.command(name="list")
@common
def list_(workspace: Path | None, json_: bool) -> None:
    """Every account that needs secrets: how it stands, until when it serves.

    Example: clarion accounts list
    """
    place = studio(workspace)
    at = now()
    found = standings(place, at)
    if json_:
        ring = place.vault.ring() if found else None
        keys = [key.id for key in ring.keys] if ring else []
        as_json({"accounts": [one.as_dict(at) for one in found], "keys": keys})
    elif not found:
        click.echo("no account here needs a secret")
    else:
        columns(("account", "platform", "state", "ends", "verified", "what"), _table(found, at))


@accounts.command()
@common
@click.argument("names", metavar="ACCOUNT", nargs=-1)
def verify(workspace: Path | None, json_: bool, names: tuple[str, ...]) -> None:
    """Ask the platforms whether these accounts serve, all if none is named; nothing is posted.

    Renews what is near its end and can be renewed without a person. Exit code 1 when something
    has to be done.

    Example: clarion accounts verify it/it-mastodon
    """
    place = studio(workspace)
    at = now()
    found = verify_accounts(place, names, at)
    if json_:
        as_json({"accounts": [_answer(one, at) for one in found]})
    elif not found:
        click.echo("no account here needs a secret")
    else:
        for one in found:
            tell(f"{one.standing.account}: {one.text}")
    sys.exit(0 if all(one.good for one in found) else 1)


@accounts.command()
@common
@as_option
@click.argument("names", metavar="ACCOUNT", nargs=-1, required=True)
def remove(workspace: Path | None, json_: bool, role: str | None, names: tuple[str, ...]) -> None:
    """Forget the secrets of accounts; on the platform they stay valid until revoked there.

    Example: clarion accounts remove it/it-mastodon --as web-editor
    """
    rows = studio(workspace).ledger.accounts
    known = [row.account for row in rows.all()]
    for name in names:
        if name not in known:
            stored = f"stored are {', '.join(known)}" if known else "none is"
            raise ClarionError(f"nothing is stored for '{name}'; {stored}")
    for name in dict.fromkeys(names):
        rows.remove(name, role or "", now())
    if json_:
        as_json({"removed": list(dict.fromkeys(names))})
    else:
        click.echo(f"removed: {', '.join(dict.fromkeys(names))}; revoke them on the platform too")


@accounts.command(name="rotate-key")
@common
@as_option
def rotate_key(workspace: Path | None, json_: bool, role: str | None) -> None:
    """Seal every account with a new key, all or none.

    With CLARION_KEY, or on several machines: put the new key first on each of them, then say this
    once, then take the old key away.

    Example: clarion accounts rotate-key --as administrator
    """
    from clarion.vault.rotation import rotate

    place = studio(workspace)
    before = place.vault.ring()
    done = rotate(place.vault, role or "", now())
    if json_:
        as_json(
            {
                "accounts": done.accounts, "key": done.new, "old_keys": list(done.old),
                "kept": [str(file) for file in done.kept],
            }
        )  # fmt: skip
        return
    many = "s" * (done.accounts != 1)
    click.echo(f"sealed anew with the key {done.new}: {done.accounts} account{many}")
    if place.settings.database and before and done.new not in before:
        tell(f"other machines open nothing until they have it: copy {place.settings.key_path}")
    if done.kept:
        files = ", ".join(map(str, done.kept))
        tell(f"backups made before now need the old one, kept in {files}: put it in a safe place")
    elif done.old:
        tell(f"{', '.join(done.old)} may be taken out of CLARION_KEY; older backups still need it")


# --- what is given ---


def _typed(account: str, found: Sequence[Wanted]) -> dict[str, Secret]:
    """Asked for one by one, without being shown."""
    click.echo(f"{account}: what you type or paste is not shown; Ctrl-C stores nothing", err=True)
    given = {}
    for one in found:
        optional = "; Enter if there is none" if one.optional else ""
        typed = click.prompt(
            f"{one.name} ({one.words}{optional})", default="" if one.optional else None,
            hide_input=True, show_default=False, err=True,
        )  # fmt: skip
        if typed.strip():
            given[one.name] = Secret(typed.strip())
    return given


def _piped(text: str, found: Sequence[Wanted]) -> dict[str, Secret]:
    """Lines ``name=value``. What is wrong is named by its number: a line may be all secret."""
    given = {}
    for number, line in enumerate(text.splitlines(), 1):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not line.strip():
            continue
        if not equals or name not in [one.name for one in found] or not value:
            known = ", ".join(f"{one.name}=VALUE" for one in found)
            each = ", each on a line of its own" * (len(found) > 1)
            raise ClarionError(f"standard input, line {number}: write {known}{each}")
        given[name] = Secret(value)
    return given


# --- what is told ---


def _connected(account: str, done: Connected) -> Iterator[str]:
    row = done.row
    yield f"{account}: connected as {row.handle}" if row.handle else f"{account}: not verified yet"
    yield f"its secrets are sealed with the key {row.key}; their fingerprint is {row.fingerprint}"
    if done.new_key:
        yield (
            f"the key is new, in {done.new_key}: keep a copy in a safe place, away from backups "
            "and out of version control; without it nobody can open the secrets again"
        )
    if done.strangers:
        yield (
            f"other accounts are sealed with {', '.join(done.strangers)}, which is not here: "
            "machines that have that key may lack this one; give all of them the same"
        )
    if not row.handle:
        yield f"next: clarion accounts verify {account}"
    if done.hold is not None:
        yield f"ON HOLD: {on_hold(done.hold).words}"
        yield f"  to lift it: {on_hold(done.hold).command}"
        yield "  posts that were refused before wait for you in 'clarion status'"


def _table(found: Sequence[Standing], at: datetime) -> list[tuple[str, ...]]:
    """A line for each. What has the same reason as the one before, such as one lost key, says so
    and no more."""
    rows, before = [], ""
    for one in found:
        cells, why = _listed(one, at), one.why.replace(one.account, "")
        rows.append((*cells[:-1], "as the one before") if why and why == before else cells)
        before = why if one.state is State.LOCKED else ""
    return rows


def _listed(one: Standing, at: datetime) -> tuple[str, ...]:
    row, days = one.row, one.days(at)
    ends = "" if days is None or row is None or row.expires_at is None else (
        f"{row.expires_at:%Y-%m-%d} ({days} d)"
    )  # fmt: skip
    verified = f"{row.verified_at:%Y-%m-%d}" if row and row.verified_at else ""
    handle = row.handle if row else ""
    untried = f"not verified yet: clarion accounts verify {one.account}"
    what = one.why or handle or untried
    return one.account, one.platform, str(one.state), ends, verified, what


def _answer(one: Verified, at: datetime) -> dict[str, object]:
    return {**one.standing.as_dict(at), "good": one.good, "text": one.text}


COMMANDS: tuple[click.Command, ...] = (accounts,)
