"""The command about calendars: days and planned posts for any calendar program."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from clarion.calendar import Wanted, diaries
from clarion.cli.options import (
    campaigns_option,
    common,
    day_option,
    societies_option,
    studio,
    today,
)
from clarion.cli.output import as_json, say, table


@click.command()
@common
@societies_option
@click.option(
    "-l", "--locale", "locales", multiple=True, metavar="ID",
    help="In this language, instead of the society's own; repeat.",
)  # fmt: skip
@click.option(
    "--years", type=click.IntRange(1, 50), default=10, show_default=True,
    help="How many years, from this one.",
)  # fmt: skip
@campaigns_option
@click.option("--posts", is_flag=True, help="Also the planned posts, with their times.")
@day_option("--after", help_="Begin with this date's year, and plan for the first day after it.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder (calendars).")
def calendar(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    locales: tuple[str, ...],
    years: int,
    campaigns: tuple[str, ...],
    posts: bool,
    after: datetime | None,
    output: Path | None,
) -> None:
    """Write the awareness days as .ics files, one for each society and language.

    With --campaign only the days of these campaigns. A day whose name is not translated is left
    out, and said.

    Example: clarion calendar --society fr --posts
    """
    place = studio(workspace)
    chosen = place.campaigns(campaigns) if campaigns or posts else []
    known = place.library.observances
    days = [known[name] for name in dict.fromkeys(one.observance for one in chosen)]
    wanted = Wanted(
        days if campaigns else list(known.values()), today(after), years, chosen if posts else ()
    )
    made, missing = diaries(place, place.societies(societies), locales, wanted)
    folder = output or place.settings.workspace / "calendars"
    written = [(diary, diary.write(folder)) for diary in made]
    for line in [*missing, *(diary.complaint for diary in made if diary.untold)]:
        say(line)
    if json_:
        records = [diary.as_dict() | {"file": str(file)} for diary, file in written]
        as_json({"calendars": records, "missing": missing})
    else:
        table(
            ("society", "locale", "entries", "left out", "file"),
            [
                (diary.society.id, diary.locale, len(diary.events), len(diary.untold), file)
                for diary, file in written
            ],
        )


COMMANDS: tuple[click.Command, ...] = (calendar,)
