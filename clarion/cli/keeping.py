"""Commands that keep the ledger safe, or take it elsewhere: backup, restore, move."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import click

from clarion.accounts import Standing, State, stored, told
from clarion.backing_up import Restored, back_up
from clarion.backing_up import restore as bring_back
from clarion.cli.options import as_option, common, now
from clarion.cli.output import as_json, say
from clarion.cli.prose import tell_all
from clarion.moving import Stage
from clarion.moving import move as carry
from clarion.settings import Settings, load_settings
from clarion.wiring import Studio

_FILE = click.Path(path_type=Path, dir_okay=False)
_TELLING = frozenset({Stage.COPIED, Stage.DECIDED})


@click.command()
@common
@click.argument("file", type=_FILE)
def backup(workspace: Path | None, json_: bool, file: Path) -> None:
    """Keep a copy of the whole ledger in one file, while 'clarion run' goes on.

    Example: clarion backup /srv/backups/clarion-2027-07-30.sqlite
    """
    settings = load_settings(workspace)
    made = back_up(settings, file, now())
    if json_:
        as_json(
            {
                "file": str(made.file), "source": made.source, "at": made.at.isoformat(),
                "deliveries": made.deliveries, "journal": made.lines,
            }
        )  # fmt: skip
    else:
        click.echo(
            f"{made.file}: {made.deliveries} deliveries and {made.lines} lines of the journal, "
            f"as of {made.at:%Y-%m-%d %H:%M:%S} UTC"
        )
        tell_all(_about_accounts(settings))


@click.command()
@common
@as_option
@click.option("--replace", is_flag=True, help="Put the present ledger aside, into a backup.")
@click.argument("file", type=_FILE)
def restore(
    workspace: Path | None, json_: bool, role: str | None, replace: bool, file: Path
) -> None:
    """Bring the ledger back from a backup, of this version or an earlier one.

    What was due before now may have gone out since the backup: it waits for a person's word.

    Example: clarion restore /srv/backups/clarion-2027-07-30.sqlite --replace
    """
    settings = load_settings(workspace)
    done = bring_back(settings, file, role or "", now(), replace=replace)
    if json_:
        as_json(
            {
                "ledger": done.target, "as_of": done.at.isoformat(),
                "deliveries": done.deliveries, "in_question": done.asked,
                "aside": str(done.aside) if done.aside else None,
            }
        )  # fmt: skip
        return
    click.echo(
        f"{done.target}: {done.deliveries} deliveries, as of {done.at:%Y-%m-%d %H:%M:%S} UTC"
    )
    if done.aside:
        click.echo(f"the ledger that was there is kept in {done.aside}")
    tell_all(_about_accounts(settings))
    click.echo(_in_question(done))


def _about_accounts(settings: Settings) -> Iterator[str]:
    """Secrets travel with the ledger, sealed; what opens them does not."""
    place = Studio(settings)
    click.get_current_context().call_on_close(place.close)
    found = stored(place, now())
    if not found:
        return
    yield (
        f"the sealed secrets of {len(found)} account{'s' * (len(found) != 1)} are in it, and "
        "their key is not: keep a copy of that elsewhere"
    )
    yield from (f"ACCOUNT: {line}" for line in told(one for one in found if _is_locked(one)))


def _is_locked(one: Standing) -> bool:
    return one.state is State.LOCKED


def _in_question(done: Restored) -> str:
    if not done.asked:
        return "nothing of it was due before now: 'clarion run' goes on with what comes"
    return (
        f"{done.asked} were due before now and may have gone out since the backup: nothing due "
        "before now goes out until you have looked at the accounts and said 'clarion backlog "
        "hold', 'skip' or 'post'"
    )


@click.command()
@common
@as_option
@click.option(
    "--to", required=True, metavar="PLACE", help="'file', or postgresql://user@host/database."
)
def move(workspace: Path | None, json_: bool, role: str | None, to: str) -> None:
    """Move the whole ledger from the workspace's file into a database, or back into the file.

    Stop 'clarion run' first. A move that is cut short is carried on by the same command.

    Example: clarion move --to postgresql://clarion@db.example.org/clarion
    """
    if to != "file" and not to.startswith(("postgresql://", "postgres://")):
        raise click.UsageError("--to takes 'file', or an address postgresql://user@host/database")

    def reached(stage: Stage) -> None:
        if stage in _TELLING:
            say(stage.value)

    settings = load_settings(workspace)
    done = carry(settings, to, role or "", now(), reached)
    if json_:
        as_json(
            {
                "source": done.source, "target": done.target, "deliveries": done.deliveries,
                "journal": done.lines, "aside": str(done.aside) if done.aside else None,
            }
        )  # fmt: skip
        return
    what = f"{done.deliveries} deliveries and {done.lines} lines of the journal"
    click.echo(
        f"moved {what} from {done.source} to {done.target}"
        if done.lines
        else f"the move from {done.source} to {done.target} is finished"
    )
    if done.aside:
        click.echo(f"an older ledger that was there is kept in {done.aside}")
    tell_all(_about_accounts(dataclasses.replace(settings, database="" if to == "file" else to)))
    click.echo(f"next: {done.setting}")


COMMANDS: tuple[click.Command, ...] = (backup, restore, move)
