"""The group of commands about translations."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

import click

from campaigns.review import Finding
from clarion.check import catalogue_findings
from clarion.cli import exchange
from clarion.cli.findings import short
from clarion.cli.options import (
    as_option,
    campaigns_option,
    common,
    required_role,
    studio,
    today,
)
from clarion.cli.output import as_json, say, table
from clarion.coverage import MESSAGES, Reason, coverage
from clarion.messages import (
    Act,
    Signed,
    extract_workspace,
    hidden_workspace,
    known_locales,
    sign_workspace,
    update_workspace,
)

locales_option = click.option(
    "-l", "--locale", "locales", multiple=True, metavar="ID", help="Only this locale; repeat."
)


@click.group()
def messages() -> None:
    """Translations: extract, keep up to date, check, sign, and see how far they are."""


@messages.command()
@common
@campaigns_option
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, file_okay=False), help="Folder for the files."
)
def extract(
    workspace: Path | None, json_: bool, campaigns: tuple[str, ...], output: Path | None
) -> None:
    """Write a template (POT) of each campaign and of the shared messages.

    Example: clarion messages extract -o templates-for-translators
    """
    place = studio(workspace)
    folder = output or place.settings.workspace / "locales"
    _changed(extract_workspace(place, campaigns, folder), json_, "wrote", "templates")


@messages.command()
@common
@locales_option
@campaigns_option
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when something would change.")
def update(
    workspace: Path | None,
    json_: bool,
    locales: tuple[str, ...],
    campaigns: tuple[str, ...],
    check: bool,
) -> None:
    """Write or refresh the workspace's own catalogues; nothing a translator wrote is lost.

    A language that the workspace does not have yet is begun with --locale.

    Example: clarion messages update --locale fr
    """
    place = studio(workspace)
    changed = update_workspace(place, locales, campaigns, check=check)
    for file, names in hidden_workspace(place, locales, campaigns).items():
        say(f"{file}: {len(names)} translations differ from those that ship: {_some([*names])}")
    _changed(changed, json_, "would change" if check else "wrote", "catalogues")
    sys.exit(1 if check and changed else 0)


def _changed(files: list[Path], json_: bool, verb: str, what: str) -> None:
    if json_:
        as_json({"changed": [str(path) for path in files]})
        return
    for path in files:
        click.echo(f"{verb} {path}")
    many = what if len(files) != 1 else what.removesuffix("s")
    click.echo(f"{len(files)} {many} {'would change' if verb == 'would change' else 'changed'}")


@messages.command()
@common
@locales_option
@campaigns_option
def check(
    workspace: Path | None, json_: bool, locales: tuple[str, ...], campaigns: tuple[str, ...]
) -> None:
    """Check translations only; exit 1 when something must be mended.

    Example: clarion messages check --locale ar
    """
    place = studio(workspace)
    wanted = known_locales(place, locales)
    found = list(catalogue_findings(place, place.campaigns(campaigns), wanted))
    errors = sum(finding.level == "error" for finding in found)
    if json_:
        as_json({"errors": errors, "findings": [_plain(finding) for finding in found]})
    else:
        for finding in found:
            if finding.level != "info":
                click.echo(short(finding))
        warnings = sum(finding.level == "warning" for finding in found)
        click.echo(f"{errors} errors, {warnings} warnings")
    sys.exit(1 if errors else 0)


def _plain(found: Finding) -> dict[str, object]:
    place = found.place
    return {
        "file": str(place.file), "line": place.line, "rule": found.rule, "level": found.level,
        "field": found.field, "problem": found.problem, "why": found.why, "remedy": found.remedy,
    }  # fmt: skip


@messages.command()
@click.argument("state", type=click.Choice(["translated", "reviewed"]))
@common
@as_option
@click.option("-l", "--locale", required=True, metavar="ID", help="The locale that was worked on.")
@click.option(
    "-c", "--campaign", "campaigns", multiple=True, metavar="ID",
    help="Only this campaign, or 'shared'; repeat.",
)  # fmt: skip
@click.option("--card", "cards", multiple=True, metavar="ID", help="Only this card; repeat.")
def sign(
    workspace: Path | None,
    json_: bool,
    state: Literal["translated", "reviewed"],
    role: str | None,
    locale: str,
    campaigns: tuple[str, ...],
    cards: tuple[str, ...],
) -> None:
    """Say that a language was translated, or reviewed by somebody else. Exit 1 if any was refused.

    Example: clarion messages sign reviewed --as editor-fr --locale fr --campaign shared
    """
    place = studio(workspace)
    act = Act(state, required_role(role), locale)
    done = sign_workspace(place, act, campaigns, cards)
    refused = sum(len(names) for one in done for names in one.refused.values())
    if json_:
        as_json(
            {
                "signed": sum(one.signed for one in done),
                "refused": refused,
                "catalogues": [
                    {
                        "file": str(one.file), "signed": one.signed, "before": one.before,
                        "copied": one.copied, "refused": one.refused,
                    }
                    for one in done
                ],
            }
        )  # fmt: skip
    else:
        for one in done:
            _tell(one, state)
    sys.exit(1 if refused else 0)


def _tell(one: Signed, state: str) -> None:
    if one.copied:
        say(f"copied the shipped catalogue to {one.file}, which now takes its place")
    before = f", {one.before} were so before" if one.before else ""
    click.echo(f"{one.file}: {one.signed} messages signed as {state}{before}")
    for why, names in one.refused.items():
        click.echo(f"  refused, {why}: {_some(names)}")


@messages.command()
@common
@campaigns_option
def status(workspace: Path | None, json_: bool, campaigns: tuple[str, ...]) -> None:
    """How many cards each locale can carry today, how far its messages are, and why not further.

    Example: clarion messages status
    """
    found = coverage(studio(workspace), campaigns, today(None))
    if json_:
        as_json({"locales": [row.as_dict() for row in found]})
        return
    click.echo("cards publishable today, and the messages they need")
    table(
        ("campaign", "locale", "publishable", *MESSAGES),
        [
            (r.campaign, r.locale, f"{r.publishable} of {r.cards}", *r.messages.values())
            for r in found
        ],
    )
    held: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row in found:
        if row.reasons:
            held.setdefault((row.campaign, tuple(map(_why, row.reasons))), []).append(row.locale)
    for (campaign, reasons), locales in held.items():
        click.echo(f"\nwhy not, {campaign} in {', '.join(locales)}:")
        for reason in reasons:
            click.echo(f"  {reason}")


_NEXT = {
    "missing": "to be translated",
    "empty": "to be translated",
    "fuzzy": "the English changed or somebody doubts it: to be looked at",
    "stale": "the English changed: run 'clarion messages update'",
    "not reviewed": "see 'clarion messages sign --help'",
    "the helpline shown is only a sample": "see 'clarion referrals'",
}


def _why(reason: Reason) -> str:
    """One reason: how many cards it keeps back, which messages it is about, and what helps."""
    many = f"{reason.cards} card{'s' if reason.cards > 1 else ''}"
    about = f" ({_some(list(reason.messages), 1)})" if reason.messages else ""
    remedy = _NEXT.get(reason.why, "see 'clarion messages check'" if about else "")
    return f"{many}: {reason.why}{about}" + (f"; {remedy}" if remedy else "")


def _some(names: list[str], most: int = 5) -> str:
    more = len(names) - most
    return ", ".join(names[:most]) + (f" +{more} more" if more > 0 else "")


for _command in exchange.COMMANDS:
    messages.add_command(_command)

COMMANDS: tuple[click.Command, ...] = (messages,)
