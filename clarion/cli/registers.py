"""Commands about facts and help: sources, figures, referrals."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click

from campaigns.errors import ContentError, Place
from campaigns.figures import AHEAD, stale
from campaigns.importing import FIELDS, Draft, append, from_page, from_table, proposed
from campaigns.records import Figure
from campaigns.search import search as found_in
from clarion.cli.options import campaigns_option, common, now, societies_option, studio, today
from clarion.cli.output import as_json, table
from clarion.lines import Showing, showings
from locales.spreadsheet import read_table

_SHEETS = (".csv", ".tsv", ".xlsx")


@click.group()
def sources() -> None:
    """Sources: find one for a claim, bring in records of a resource library."""


@sources.command()
@click.argument("words", nargs=-1)
@common
@click.option("--year", default="", metavar="YEAR", help="One year, or two such as 2019-2022.")
@click.option("--category", default="", metavar="TEXT", help="Only categories that hold this.")
@click.option("--region", default="", metavar="TEXT", help="Only regions that hold this.")
def search(
    words: tuple[str, ...],
    workspace: Path | None,
    json_: bool,
    year: str,
    category: str,
    region: str,
) -> None:
    """Find sources that hold all words, in any field; without words, list them.

    Case and accents do not count.

    Example: clarion sources search forced labour --year 2019-2024
    """
    records = studio(workspace).library.sources.values()
    found = found_in(records, words, year=year, category=category, region=region)
    if json_:
        as_json({"sources": [asdict(source) for source in found]})
        return
    if not found:
        click.echo("no source has all of that; try fewer words, or another spelling")
        return
    table(
        ("id", "year", "category", "authors", "title"),
        [(s.id, s.year, s.category, s.authors, s.title) for s in found],
    )


@sources.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@common
@click.option(
    "--fill", "fills", multiple=True, metavar="FIELD=TEXT",
    help="For records that lack this field; repeat.",
)  # fmt: skip
@click.option("--write", is_flag=True, help="Write them; else only show what would be written.")
def import_(
    file: Path, workspace: Path | None, json_: bool, fills: tuple[str, ...], write: bool
) -> None:
    """Bring in records from a sheet (CSV, XLSX) or from the text of a page.

    Shows what each field would be, what was thrown away, what is missing and what is there
    already; writes into the workspace's campaigns/sources.yaml with --write. Exit 1 when a record
    lacks a field.

    Example: clarion sources import library.csv --fill category=Research --write
    """
    place = studio(workspace)
    drafts = proposed(_drafts(file), place.library.sources, _filled(fills))
    fit = [draft for draft in drafts if draft.fit]
    target = place.settings.workspace / "campaigns" / "sources.yaml"
    if write and fit:
        append(target, fit)
    if json_:
        as_json({"file": str(target), "written": write, "records": [_preview(d) for d in drafts]})
    else:
        for draft in drafts:
            _show(draft)
        done = f"written to {target}" if write else "would be written: repeat with --write"
        click.echo(f"{len(fit)} of {len(drafts)} records {done}")
    sys.exit(1 if any(draft.missing and not draft.same_as for draft in drafts) else 0)


@click.command()
@common
@click.option("--due", type=click.IntRange(0), metavar="DAYS", help="Only those due within DAYS.")
def figures(workspace: Path | None, json_: bool, due: int | None) -> None:
    """List the figures: what each counts, its year and source, and until when it holds.

    Example: clarion figures --due 60
    """
    place = studio(workspace)
    day = today(None)
    left = {
        one.figure.id: one.left
        for one in stale(place.library.figures, day, AHEAD if due is None else due)
    }
    rows = [f for f in place.library.figures.values() if due is None or f.id in left]
    if json_:
        as_json({"figures": [_figure(figure, left.get(figure.id)) for figure in rows]})
        return
    if due is not None and not rows:
        click.echo(f"no figure is due within {due} days")
        return
    table(
        ("id", "value", "year", "source", "grade", "until", "", "counts"),
        [
            (f.id, _value(f), f.year, f.source, f.grade, f.review_by, _standing(left.get(f.id)),
             f.counts)
            for f in rows
        ],
    )  # fmt: skip


@click.command()
@common
@societies_option
@campaigns_option
@click.option(
    "--due", type=click.IntRange(0), metavar="DAYS",
    help="Only lines whose check runs out within DAYS; exit 1 when there is one.",
)  # fmt: skip
def referrals(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    campaigns: tuple[str, ...],
    due: int | None,
) -> None:
    """Show which line each society's next post would show, until when, and why not another.

    Example: clarion referrals --society it --due 14
    """
    at = now()
    found = showings(studio(workspace), societies, campaigns, at)
    if due is not None:
        found = [one for one in found if one.due(at.date(), due)]
    if json_:
        as_json({"referrals": [one.as_dict() for one in found]})
    elif due is not None and not found:
        click.echo(f"no check of a line runs out within {due} days")
    else:
        table(
            ("society", "campaign", "next post", "shows", "until", "why not"),
            [
                (one.society, one.campaign, one.on, _line(one), one.until or "",
                 "; ".join(one.problems))
                for one in found
            ],
        )  # fmt: skip
    sys.exit(1 if due is not None and found else 0)


def _drafts(file: Path) -> list[Draft]:
    if file.suffix.lower() in _SHEETS:
        return from_table(read_table(file), file)
    try:
        text = file.read_text("utf-8-sig")
    except OSError as error:
        why = error.strerror or "cannot be read"
        raise ContentError(Place(file), "", why, "check the path and rights") from error
    except UnicodeDecodeError as error:
        raise ContentError(
            Place(file), "", "is neither a sheet nor UTF-8 text", "save it as CSV, XLSX or UTF-8"
        ) from error
    return from_page(text, file)


def _filled(fills: Sequence[str]) -> dict[str, str]:
    found = {}
    for typed in fills:
        name, _, value = typed.partition("=")
        if name not in FIELDS or not value.strip():
            raise click.UsageError(f"--fill {typed}: write FIELD=TEXT, of {', '.join(FIELDS)}")
        found[name] = value.strip()
    return found


def _show(draft: Draft) -> None:
    click.echo(f"{draft.id or 'not written'}  ({draft.where})")
    for name in (*FIELDS, "url"):
        if value := draft.text(name):
            click.echo(f"  {name:<9} {value}")
    if draft.dropped:
        click.echo(f"  thrown away: {' | '.join(draft.dropped)}")
    if draft.same_as:
        click.echo(f"  there already: {draft.same_as}")
    elif draft.missing:
        click.echo(f"  missing: {', '.join(draft.missing)}: add it to the file, or --fill it")
    click.echo()


def _preview(draft: Draft) -> dict[str, object]:
    return {
        "where": draft.where,
        "id": draft.id or None,
        "values": {name: list(held) for name, held in draft.values.items()},
        "thrown_away": list(draft.dropped),
        "missing": list(draft.missing),
        "there_already": draft.same_as or None,
    }


def _figure(figure: Figure, left: int | None) -> dict[str, object]:
    return {**asdict(figure), "value": str(figure.value), "standing": _standing(left) or "ok"}


def _value(figure: Figure) -> str:
    unit = "%" if figure.unit == "percent" else f" {figure.scale}" if figure.scale else ""
    return f"{figure.value:,}{unit}"


def _standing(left: int | None) -> str:
    if left is None:
        return ""
    return "expired" if left < 0 else f"{left} days left"


def _line(one: Showing) -> str:
    return f"{one.line.id}: {one.line.display}" if one.line else "no line"


COMMANDS: tuple[click.Command, ...] = (sources, figures, referrals)
