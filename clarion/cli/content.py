"""Commands about what is said: init, check, build (its own module), pack, messages."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click

from clarion.check import check_workspace
from clarion.cli.build import build
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
from clarion.messages import coverage, update_workspace
from clarion.pack import make_pack
from clarion.planning import Trouble, drawings, editions, troubles
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
def check(workspace: Path | None, json_: bool, campaigns: tuple[str, ...], fit: bool) -> None:
    """Check campaigns, catalogues and layouts; exit 1 when something must be mended.

    Example: clarion check --campaign myths-and-facts --fit
    """
    place = studio(workspace)
    found = check_workspace(place, campaigns)
    readable = all(finding.rule != "unreadable" for finding in found)
    misfits = _misfits(place, campaigns) if fit and readable else []
    if fit and not readable:
        say("no picture was tried: mend first what cannot be read")
    errors = [finding for finding in found if finding.level == "error"]
    if json_:
        as_json(
            {
                "errors": len(errors) + len(misfits),
                "findings": [
                    {
                        "file": str(f.place.file), "line": f.place.line, "rule": f.rule,
                        "level": f.level, "field": f.field, "problem": f.problem,
                        "remedy": f.remedy,
                    }
                    for f in found
                ],
                "pictures": [misfit.as_dict() for misfit in misfits],
            }
        )  # fmt: skip
    else:
        for line in (*found, *misfits):
            click.echo(str(line))
        warnings = len(found) - len(errors)
        click.echo(f"{len(errors) + len(misfits)} errors, {warnings} warnings")
    sys.exit(1 if errors or misfits else 0)


def _misfits(place: Studio, campaigns: tuple[str, ...]) -> list[Trouble]:
    """The pictures that could not be made."""
    wanted, _ = drawings(
        place.press, editions(place.campaigns(campaigns), place.societies()), today(None),
        place.formats(),
    )  # fmt: skip
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


@click.group()
def messages() -> None:
    """Translations: bring catalogues up to date, see how far they are."""


@messages.command()
@common
@click.option("-l", "--locale", "locales", multiple=True, metavar="ID", help="Only this locale.")
@campaigns_option
def update(
    workspace: Path | None, json_: bool, locales: tuple[str, ...], campaigns: tuple[str, ...]
) -> None:
    """Write or refresh the workspace's own catalogues; nothing a translator wrote is lost.

    Example: clarion messages update --locale fr
    """
    changed = update_workspace(studio(workspace), locales, campaigns)
    if json_:
        as_json({"changed": [str(path) for path in changed]})
        return
    for path in changed:
        click.echo(f"wrote {path}")
    click.echo(f"{len(changed)} catalogues changed")


@messages.command()
@common
@campaigns_option
def status(workspace: Path | None, json_: bool, campaigns: tuple[str, ...]) -> None:
    """How many cards each locale can carry, and whether it is reviewed.

    Example: clarion messages status
    """
    found = coverage(studio(workspace), campaigns, today(None))
    if json_:
        as_json({"locales": [row.as_dict() for row in found]})
        return
    table(
        ("campaign", "locale", "cards ready", "of", "state", "why not"),
        [(r.campaign, r.locale, r.ready, r.cards, r.state, r.why) for r in found],
    )


COMMANDS: tuple[click.Command, ...] = (init, check, build, pack, messages)
