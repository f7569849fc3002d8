"""The command that draws: pictures, pseudo-pictures, contact sheets; and what does not fit."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from clarion.cli.options import campaigns_option, common, societies_option, studio, today
from clarion.cli.output import as_json, progress
from clarion.planning import Edition, Trouble, drawings, editions, troubles
from clarion.press import Press
from clarion.pseudo import pseudo_editions, pseudo_folder, pseudo_press
from clarion.sheet import Sheets
from clarion.wiring import Studio
from locales import Held
from locales.pseudo import Pseudo, PseudoError, parse


class PseudoType(click.ParamType[Pseudo]):
    """``140%`` or ``rtl``."""

    name = "pseudo"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Pseudo:
        """The pseudo-locale meant; anything else is wrong usage."""
        if isinstance(value, Pseudo):
            return value
        try:
            return parse(str(value))
        except PseudoError as error:
            self.fail(str(error), param, ctx)


@click.command()
@common
@societies_option
@campaigns_option
@click.option("-f", "--format", "formats", multiple=True, metavar="NAME", help="Only this format.")
@click.option("--all-formats", is_flag=True, help="Every picture format.")
@click.option(
    "--pseudo",
    type=PseudoType(),
    metavar="140%|rtl",
    help="Instead of real languages: the source's texts 40 % longer, or from right to left.",
)
@click.option("--sheet", is_flag=True, help="Also write contact sheets of all languages.")
def build(
    workspace: Path | None,
    json_: bool,
    societies: tuple[str, ...],
    campaigns: tuple[str, ...],
    formats: tuple[str, ...],
    all_formats: bool,
    pseudo: Pseudo | None,
    sheet: bool,
) -> None:
    """Draw the pictures that are missing; a second build draws nothing.

    Example: clarion build --society fr --all-formats --sheet
    """
    place = studio(workspace)
    press, chosen = _what(place, campaigns, societies, pseudo)
    every = tuple(press.workshop.composer.theme.formats)
    forms = place.formats(every if all_formats else formats)
    wanted, held = drawings(press, chosen, today(None), forms)
    with progress("pictures") as show:
        report, failed = press.draw([one.request for one in wanted], place.settings.workers, show)
    found = troubles(press, wanted, failed) if failed else []
    summary: dict[str, Any] = {
        "drawn": report.drawn, "reused": report.reused, "failed": len(failed),
        "pictures": press.workshop.store.folder,
    }  # fmt: skip
    if sheet:
        writer = Sheets(press, _folder(place, pseudo), bool(societies), _note(pseudo))
        with progress("sheets") as show:
            index, made = writer.write(wanted, held, failed, show)
        summary |= {"sheets": made, "index": index}
    if json_:
        as_json(summary | {"held": _held(held), "problems": [one.as_dict() for one in found]})
    else:
        _print(summary, held, found, pseudo)
    sys.exit(1 if failed else 0)


def _what(
    place: Studio, campaigns: Sequence[str], societies: Sequence[str], pseudo: Pseudo | None
) -> tuple[Press, list[Edition]]:
    chosen = place.campaigns(campaigns)
    if pseudo is None:
        return place.press, editions(chosen, place.societies(societies))
    press = pseudo_press(place, pseudo, chosen)
    return press, pseudo_editions(place, pseudo, chosen, societies)


def _folder(place: Studio, pseudo: Pseudo | None) -> Path:
    """Where the sheets go: those of real languages are never mixed with others."""
    if pseudo is None:
        return place.settings.workspace / "sheets"
    return pseudo_folder(place.settings) / f"sheets-{pseudo.name}"


def _note(pseudo: Pseudo | None) -> str:
    return f"{pseudo.title}: not for posting" if pseudo else ""


def _held(held: Sequence[Held]) -> list[dict[str, Any]]:
    return [
        {"campaign": h.campaign, "card": h.card, "locale": h.locale, "why": h.reasons} for h in held
    ]


def _print(
    summary: dict[str, Any],
    held: Sequence[Held],
    found: Sequence[Trouble],
    pseudo: Pseudo | None,
) -> None:
    for trouble in found:
        click.echo(str(trouble))
    for locale, why in sorted({(h.locale, h.reasons[0]) for h in held}):
        click.echo(f"held in {locale}: {why.removeprefix(f'{locale}: ')}")
    click.echo("{drawn} drawn, {reused} already there, {failed} failed".format(**summary))
    if pseudo is None:
        click.echo(f"assets: {summary['pictures']} (readable names: clarion pack)")
    else:
        click.echo(f"{pseudo.title}, not for posting: {summary['pictures']}")
    if "index" in summary:
        click.echo(f"sheets: {summary['index']}")
