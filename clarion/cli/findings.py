"""What checks found, for a person who has little time, for programs and for build servers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click

from campaigns.review import Finding
from clarion.cli.output import say
from clarion.errors import ClarionError
from clarion.junit import junit

FIRST = {"error": 5, "warning": 1, "info": 1}
"""How many of a rule are shown before the rest is counted."""
PLACES = 6
"""How many locales or files a count names."""


all_option = click.option("--all", "all_", is_flag=True, help="Print every finding of every rule.")
info_option = click.option("--info", is_flag=True, help="Print what is only information, too.")
junit_option = click.option(
    "--junit", "report", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the findings as JUnit XML, for build servers.",
)  # fmt: skip


def show(found: Sequence[Finding], *, all_: bool, info: bool) -> None:
    """Errors first, then warnings: the first of each rule, and how many more there are where."""
    for level in ("error", "warning", *(("info",) if info else ())):
        by_rule: dict[tuple[str, str], list[Finding]] = {}
        for finding in found:
            if finding.level == level:
                by_rule.setdefault((finding.rule, finding.why), []).append(finding)
        for (rule, why), group in by_rule.items():
            shown = len(group) if all_ else FIRST[level]
            for finding in group[:shown]:
                click.echo(short(finding))
            if rest := group[shown:]:
                click.echo(f"  {len(rest)} more of {rule}: {_where(rest)} (--all shows them)")
            if why:
                click.echo(f"  why: {why}")


def short(finding: Finding) -> str:
    """A finding in one line, with its file as seen from the current folder."""
    return str(finding).removeprefix(f"{Path.cwd()}/")


def count(found: Sequence[Finding], *, info: bool = False) -> str:
    """How many of each level, in a few words."""
    numbers = Counter(finding.level for finding in found)
    notes = f", {numbers['info']} notes" if info else ""
    return f"{numbers['error']} errors, {numbers['warning']} warnings{notes}"


def write_report(file: Path, found: Sequence[Finding]) -> None:
    """The findings as JUnit XML."""
    try:
        file.write_bytes(junit(found))
    except OSError as error:
        raise ClarionError(
            f"{file}: {error.strerror}; name a file in a folder that exists"
        ) from error
    say(f"wrote {file}")


def _where(found: Sequence[Finding]) -> str:
    """In which locales, or else files, the most first."""
    places = Counter(_place(finding) for finding in found).most_common()
    named = ", ".join(f"{name} {number}" for name, number in places[:PLACES])
    others = len(places) - PLACES
    return f"{named} and {others} others" if others > 0 else named


def _place(finding: Finding) -> str:
    file = finding.place.file
    if file.suffix == ".po":
        return file.parent.parent.name
    return file.name if file.suffix else finding.field  # a folder, of which something is lacking
