"""Commands about whom a campaign could hurt: risk show, risk sign."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from clarion.cli.options import (
    as_option,
    campaigns_option,
    common,
    required_role,
    studio,
    today,
)
from clarion.cli.output import as_json
from clarion.cli.prose import tell, tell_all
from clarion.risk import Standing, sign, standing


@click.group()
def risk() -> None:
    """Who could be hurt by a campaign, what is done about it, and who assessed that."""


@risk.command()
@common
@campaigns_option
def show(workspace: Path | None, json_: bool, campaigns: tuple[str, ...]) -> None:
    """Show the risk notes; exit 1 when one of them lacks something.

    Example: clarion risk show --campaign myths-and-facts
    """
    place = studio(workspace)
    found = [standing(place.library, campaign) for campaign in place.campaigns(campaigns)]
    if json_:
        as_json({"campaigns": [one.as_dict() for one in found]})
    for one in [] if json_ else found:
        _tell(one)
        if one.problem:
            tell_all([one.problem, f"  {one.remedy}"])
        else:
            click.echo(f"assessed by {one.assessed_by}, {one.assessed_on}")
    sys.exit(any(one.problem for one in found))


@risk.command("sign")
@common
@campaigns_option
@as_option
@click.option("--note", default="", help="What else you looked at, in one line.")
def sign_(
    workspace: Path | None, json_: bool, campaigns: tuple[str, ...], role: str | None, note: str
) -> None:
    """Say that you have read a campaign's risk note and that it holds for your society.

    The signature is for these words: when they change, it has to be given again.

    Example: clarion risk sign --campaign myths-and-facts --as safeguarding-lead
    """
    by = required_role(role)
    if not campaigns:
        raise click.UsageError("say whose risk was assessed: --campaign ID")
    place = studio(workspace)
    signed = place.campaigns(campaigns)
    day = today(None)
    for campaign in signed:
        file = sign(place, campaign, by, day, note)
    if json_:
        names = [campaign.id for campaign in signed]
        as_json({"signed": names, "by": by, "on": day.isoformat(), "file": str(file)})
        return
    for campaign in signed:
        _tell(standing(place.library, campaign))
        click.echo(f"signed by {by}, {day}: {file}")


def _tell(one: Standing) -> None:
    """The words of a note."""
    click.echo(one.campaign)
    tell(f"  could be hurt: {one.could_be_hurt or '(not written yet)'}")
    tell(f"  mitigation: {one.mitigation or '(not written yet)'}")


COMMANDS: tuple[click.Command, ...] = (risk,)
