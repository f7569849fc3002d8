"""Commands about the whole: demo, doctor."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click

from clarion.cli.options import (
    common,
    day_option,
    json_option,
    now,
    societies_option,
    studio,
    today,
)
from clarion.cli.output import as_json, progress, table
from clarion.cli.prose import columns
from clarion.demo import demonstrate
from clarion.doctor import examine
from clarion.readiness import judge
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
@day_option("--for", "day", help_="Go or no-go: can all that is planned for this date go out?")
@societies_option
def doctor(
    workspace: Path | None, json_: bool, day: datetime | None, societies: tuple[str, ...]
) -> None:
    """Examine this installation and, in a workspace, its disk and ledger; or one date.

    With --for: plan, approvals, translations, helplines, figures, pictures, texts, accounts,
    stops, rehearsal, clock and machine. Exit code 0 is go, 1 is no-go; a warning is no no-go.

    Example: clarion doctor --for 2027-07-30
    """
    if day is not None:
        _go_or_no_go(workspace, day.date(), societies, json_=json_)
    if societies:
        raise click.UsageError("--society goes with --for")
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
        columns(("check", "verdict", "what"), [(c.name, c.verdict, c.text) for c in found])
    sys.exit(1 if bad else 0)


def _go_or_no_go(
    workspace: Path | None, day: date, societies: tuple[str, ...], *, json_: bool
) -> NoReturn:
    place = studio(workspace)
    place.societies(societies)  # a mistyped one must not look like one without problems
    found = judge(place, day, now(), societies)
    if json_:
        as_json(
            {
                "date": day.isoformat(),
                "go": found.go,
                "checks": [vars(check) for check in found.checks],
                "problems": found.count("problem"),
                "warnings": found.count("warning"),
            }
        )
    else:
        columns(("check", "verdict", "what"), [(c.name, c.verdict, c.text) for c in found.checks])
        click.echo(str(found))
    sys.exit(0 if found.go else 1)


COMMANDS: tuple[click.Command, ...] = (demo, doctor)
