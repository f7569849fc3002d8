"""What commands share: the workspace, JSON, and lists of societies and campaigns."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from clarion.settings import load_settings
from clarion.wiring import Studio

Command = TypeVar("Command", bound=Callable[..., Any])

workspace_option = click.option(
    "-w",
    "--workspace",
    type=click.Path(path_type=Path, file_okay=False),
    help="The workspace folder; else CLARION_WORKSPACE, else the current folder.",
)
json_option = click.option("--json", "json_", is_flag=True, help="Print one JSON object.")
societies_option = click.option(
    "-s", "--society", "societies", multiple=True, metavar="ID", help="Only this society; repeat."
)
campaigns_option = click.option(
    "-c", "--campaign", "campaigns", multiple=True, metavar="ID", help="Only this campaign; repeat."
)

as_option = click.option(
    "--as", "role", envvar="CLARION_AS", metavar="ROLE", help="Who does this; or CLARION_AS."
)


def common(command: Command) -> Command:
    """--workspace and --json."""
    return workspace_option(json_option(command))


def day_option(*names: str, help_: str) -> Callable[[Command], Command]:
    """A date such as 2027-07-30."""
    return click.option(*names, type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help=help_)


def required_role(role: str | None) -> str:
    """Who does this; a usage error when nobody is named."""
    if not role:
        raise click.UsageError("say who does this: --as ROLE, or set CLARION_AS")
    return role


def studio(workspace: Path | None) -> Studio:
    """The workspace, opened; closed again when the command ends."""
    opened = Studio(load_settings(workspace))
    click.get_current_context().call_on_close(opened.close)
    return opened


def now() -> datetime:
    """The present instant; commands hand it down, nothing below asks."""
    return datetime.now(UTC)


def today(chosen: datetime | None) -> date:
    """The chosen date, else today's in UTC."""
    return chosen.date() if chosen is not None else now().date()
