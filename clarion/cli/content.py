"""Commands about what is said: init, check, build (its own module), pack."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from clarion.check import check_workspace, misfits
from clarion.cli.build import build
from clarion.cli.findings import all_option, count, info_option, junit_option, show, write_report
from clarion.cli.options import (
    campaigns_option,
    common,
    day_option,
    json_option,
    societies_option,
    studio,
    today,
)
from clarion.cli.output import as_json, progress, say, table
from clarion.init import create_workspace
from clarion.pack import make_pack
from clarion.parity import parity
from clarion.planning import Drawing, Trouble, drawings, editions, troubles
from clarion.wiring import Studio


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@json_option
def init(folder: Path, json_: bool) -> None:
    """Make a workspace with a first campaign of your own.

    Example: clarion init our-campaigns
    """
    made = create_workspace(folder)
    if json_:
        as_json({"workspace": str(folder), "files": [str(path) for path in made]})
        return
    for path in made:
        click.echo(f"wrote {path}")
    click.echo(f"next: cd {folder} && clarion check && clarion build")


@click.command()
@common
@campaigns_option
@click.option("--fit", is_flag=True, help="Compose every picture too, without keeping any.")
@info_option
@all_option
@junit_option
def check(
    workspace: Path | None,
    json_: bool,
    campaigns: tuple[str, ...],
    fit: bool,
    info: bool,
    all_: bool,
    report: Path | None,
) -> None:
    """Check campaigns, catalogues and layouts; exit 1 when something must be mended.

    Errors come first, the first five of a rule; docs/reference/rules.md has every rule.

    Example: clarion check --campaign myths-and-facts --fit
    """
    place = studio(workspace)
    found = check_workspace(place, campaigns, today(None))
    readable = all(finding.rule != "unreadable" for finding in found)
    wanted = _wanted(place, campaigns) if fit and readable else []
    found += parity(place.press, wanted)
    failed = _misfits(place, wanted)
    if fit and not readable:
        say("no picture was tried: mend first what cannot be read")
    every = [*found, *misfits(place, failed)]
    if report is not None:
        write_report(report, every)
    errors = sum(finding.level == "error" for finding in every)
    if json_:
        as_json(
            {
                "errors": errors,
                "findings": [finding.as_dict() for finding in found],
                "pictures": [misfit.as_dict() for misfit in failed],
            }
        )
    else:
        show(found, all_=all_, info=info)
        for line in failed:
            click.echo(str(line))
        click.echo(count(every, info=info))
    sys.exit(1 if errors else 0)


def _wanted(place: Studio, campaigns: tuple[str, ...]) -> list[Drawing]:
    """Every picture of everybody, in every format."""
    chosen = editions(place.campaigns(campaigns), place.societies())
    return drawings(place.press, chosen, today(None), place.formats())[0]


def _misfits(place: Studio, wanted: list[Drawing]) -> list[Trouble]:
    """The pictures that could not be made."""
    if not wanted:
        return []
    with progress("pictures") as show:
        failed = place.press.try_out([one.request for one in wanted], show)
    return troubles(place.press, wanted, failed)


@click.command()
@common
@societies_option
@campaigns_option
@click.option("-f", "--format", "formats", multiple=True, metavar="NAME", help="Only this format.")
@day_option("--after", help_="Use the first date of the day on or after this one.")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder for the zips (packs)."
)
def pack(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    campaigns: tuple[str, ...],
    formats: tuple[str, ...],
    after: datetime | None,
    output: Path | None,
) -> None:
    """Make a zip per society: pictures, captions, alt texts, sources, checksums.

    Example: clarion pack --society it
    """
    place = studio(workspace)
    chosen = place.campaigns(campaigns)
    observances = place.library.observances
    days = {c.id: observances[c.observance].on_or_after(today(after)) for c in chosen}
    made = []
    for society in place.societies(societies):
        zipped = make_pack(
            place.press, society, chosen, days, place.formats(formats), place.settings.workers
        )
        target = (output or place.settings.workspace / "packs") / f"clarion-{society.id}.zip"
        zipped.write(target)
        say(f"wrote {target}")
        made.append((society.id, len(zipped.files), len(zipped.held), str(target)))
    if json_:
        keys = ("society", "files", "held", "file")
        as_json({"packs": [dict(zip(keys, row, strict=True)) for row in made]})
    else:
        table(("society", "files", "held cards", "zip"), made)


COMMANDS: tuple[click.Command, ...] = (init, check, build, pack)
