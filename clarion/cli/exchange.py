"""Commands that carry translations to those who make them, and back."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Any

import click

from campaigns.errors import one_line
from clarion.cli.options import (
    as_option,
    campaigns_option,
    common,
    required_role,
    studio,
    today,
)
from clarion.cli.output import as_json, progress, say
from clarion.exchange import Brought, Exported, Wish, bring_back
from clarion.exchange import export as export_to
from locales.bring import FINE, Outcome, Result
from locales.sheet import Only

_SHOWN = 120
"""Characters of a text in a report."""


@click.command()
@common
@click.option("-l", "--locale", required=True, metavar="ID", help="The language to translate into.")
@campaigns_option
@click.option(
    "--to",
    "form",
    type=click.Choice(["xlsx", "csv", "po"]),
    default="xlsx",
    help="A sheet, or a file for a PO editor.",
)
@click.option(
    "--only",
    type=click.Choice([one.value for one in Only]),
    default="all",
    help="Only what has no translation, or only what is marked fuzzy.",
)
@click.option("--screenshots", is_flag=True, help="Draw the cards too and name them in each row.")
@click.option("--glossary", type=click.Choice(["csv", "tbx"]), help="Write the glossary too.")
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder for the files.",
)
def export(
    workspace: Path | None,
    json_: bool,
    locale: str,
    campaigns: tuple[str, ...],
    form: Any,
    only: str,
    screenshots: bool,
    glossary: Any,
    output: Path,
) -> None:
    """Write a file for each campaign and one for the shared messages, to be translated.

    Example: clarion messages export --locale fr --screenshots -o sheets
    """
    wish = Wish(locale, campaigns, form, Only(only), screenshots, glossary)
    with progress("pictures") as show:
        done = export_to(studio(workspace), wish, output, today(None), show)
    if json_:
        as_json(_exported(done))
        return
    for line in done.album.lacking:
        say(one_line(line))
    for name in done.nothing:
        click.echo(f"{name}: nothing is {only}")
    for file, count in done.files.items():
        click.echo(f"wrote {file}" + (f": {count} messages" if count else ""))
    if done.album.files:
        click.echo(f"wrote {len(done.album.files)} pictures")


def _exported(done: Exported) -> dict[str, object]:
    return {
        "files": [{"file": str(file), "messages": n} for file, n in done.files.items()],
        "pictures": [str(done.folder / name) for name in done.album.files],
        "not drawn": done.album.lacking,
        "nothing wanted": done.nothing,
    }


@click.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, dir_okay=False))
@common
@as_option
@click.option("-l", "--locale", default="", metavar="ID", help="Take nothing but this language.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option(
    "--replace", is_flag=True, help="Let the file win where the catalogue has another text."
)
def import_(
    files: tuple[Path, ...],
    workspace: Path | None,
    json_: bool,
    role: str | None,
    locale: str,
    dry_run: bool,
    replace: bool,
) -> None:
    """Take translations back from CSV, XLSX or PO files; exit 1 when anything was not taken.

    Example: clarion messages import myths-and-facts.fr.xlsx --as translator-fr
    """
    role = required_role(role)
    done = bring_back(studio(workspace), files, role, locale, dry_run=dry_run, replace=replace)
    if json_:
        as_json({"files": [_brought(one) for one in done]})
    else:
        for one in done:
            _tell(one, "row" if one.file.suffix.lower() != ".po" else "line", dry_run=dry_run)
    sys.exit(0 if all(one.fine for one in done) else 1)


def _tell(one: Brought, unit: str, *, dry_run: bool) -> None:
    counts = Counter(result.outcome for result in one.results)
    summary = ", ".join(f"{counts[kind]} {kind}" for kind in Outcome if counts[kind])
    click.echo(f"{one.file}: {one.domain} in {one.locale}: {summary or 'no row'}")
    for result in one.results:
        if result.outcome not in FINE or result.why:
            _complain(result, unit)
    for found in one.findings:
        held = "; the card is held until it is mended" if found.level == "error" else ""
        said = f"{found.level} {found.rule} {found.field}: {found.problem}; {found.remedy}{held}"
        click.echo(f"  {one_line(said)}")
    if one.written:
        click.echo(f"  wrote {one.catalogue}")
    elif dry_run:
        click.echo("  nothing was written: dry run")


def _complain(result: Result, unit: str) -> None:
    why = f"; {result.why}" if result.why else ""
    lost = "" if result.outcome in FINE else ", not taken"
    said = f"{unit} {result.line} {result.context}: {result.outcome}{lost}{why}"
    click.echo(f"  {one_line(said)}")
    if result.outcome is Outcome.CONFLICT:
        click.echo(f"    file:      {_short(result.theirs)}")
        click.echo(f"    catalogue: {_short(result.ours)}")


def _short(text: str) -> str:
    line = one_line(text)
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"


def _brought(one: Brought) -> dict[str, object]:
    return {
        "file": str(one.file),
        "catalogue": str(one.catalogue),
        "locale": one.locale,
        "campaign": one.domain,
        "written": one.written,
        "rows": [
            {
                "row": r.line, "context": r.context, "outcome": r.outcome.value, "why": r.why,
                "theirs": r.theirs, "ours": r.ours,
            }
            for r in one.results
        ],
        "findings": [
            {
                "context": f.field, "rule": f.rule, "level": f.level, "problem": f.problem,
                "remedy": f.remedy,
            }
            for f in one.findings
        ],
    }  # fmt: skip


COMMANDS: tuple[click.Command, ...] = (export, import_)
