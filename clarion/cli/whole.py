"""Commands about the whole: demo, doctor."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from clarion.cli.options import common, day_option, json_option, now, societies_option, today
from clarion.cli.output import as_json, progress, table
from clarion.demo import demonstrate
from clarion.doctor import examine
from clarion.settings import NoWorkspaceError, load_settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("build/demo"))
@societies_option
@day_option("--for", "after", help_="Use the first World Day on or after this date.")
@json_option
def demo(folder: Path, societies: tuple[str, ...], after: datetime | None, json_: bool) -> None:
    """The whole way for 26 societies: localise, render, approve, schedule, rehearse, post.

    Example: clarion demo build/demo --society lb --society it
    """
    done = demonstrate(folder, societies, now(), today(after), progress)
    if json_:
        as_json(done.as_dict())
    else:
        table(
            ("society", "locale", "local time", "UTC", "posted", "held", "why"),
            [(r.society.id, r.locale, r.local, r.utc, r.posted, r.held, r.why) for r in done.rows],
        )
        sums = done.as_dict()
        click.echo(
            "{planned} planned, {posted} posted once at their local minute, {held} held, "
            "{lost} lost, {duplicated} duplicated, {mistimed} mistimed".format(**sums)
        )
        for reason in done.not_drawn:
            click.echo(f"could not be drawn: {reason}")
        click.echo(f"gallery: {done.gallery}")
    sys.exit(0 if done.clean else 1)


@click.command()
@common
def doctor(workspace: Path | None, json_: bool) -> None:
    """Examine this installation and, in a workspace, its disk and ledger.

    Example: clarion doctor
    """
    try:
        settings = load_settings(workspace)
    except NoWorkspaceError:
        if workspace is not None:
            raise
        settings = None
    found = examine(settings)
    bad = [check for check in found if check.verdict == "problem"]
    if json_:
        as_json({"checks": [vars(check) for check in found], "problems": len(bad)})
    else:
        table(("check", "verdict", "what"), [(c.name, c.verdict, c.text) for c in found])
    sys.exit(1 if bad else 0)


COMMANDS: tuple[click.Command, ...] = (demo, doctor)
