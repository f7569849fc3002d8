"""The command line. Each group of commands has its own module; here they meet, and errors end.

A module is imported when one of its commands is asked for: nobody waits for what others need.

Exit codes: 0 ok, 1 findings (something to mend, said in one line each), 2 wrong usage.
"""

from __future__ import annotations

import atexit
import errno
import gc
import io
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module

import click

from campaigns.errors import ContentError
from clarion import __version__
from clarion.errors import ClarionError
from publishers.errors import PublishError, SetupError
from rendering.errors import RenderError
from rendering.memory import settle
from scheduler.ledger import LedgerError
from scheduler.plan import PlanError
from scheduler.rehearsal import RehearsalStuckError
from scheduler.zones import UnknownZone, leave_the_system_s_zones_alone
from templates.layouts import LayoutError

EXPECTED = (
    ClarionError,
    ContentError,
    LayoutError,
    LedgerError,
    PlanError,
    PublishError,
    RenderError,
    SetupError,
    RehearsalStuckError,
    UnknownZone,
)
"""Errors a person can act on. Anything else is a bug and shows its trace."""


MODULES = {
    "whole": ("demo", "doctor"),
    "content": ("init", "check", "build", "pack"),
    "messages": ("messages",),
    "calendar": ("calendar",),
    "risk": ("risk",),
    "registers": ("sources", "figures", "referrals"),
    "schedule": ("plan", "approve", "status", "explain", "stop", "resume"),
    "running": ("rehearse", "run"),
    "deciding": ("resolve", "backlog", "release", "clock"),
    "keeping": ("backup", "restore", "move"),
    "accounts": ("accounts",),
}
"""The modules of this folder and the names of their commands."""


class OnDemand(MutableMapping[str, click.Command]):
    """Commands by name, each imported with its module when it is first looked up."""

    def __init__(self) -> None:
        self._module = {name: module for module, names in MODULES.items() for name in names}
        self._added: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._added:
            for command in import_module(f"{__name__}.{self._module[name]}").COMMANDS:
                self._added[command.name] = command
        return self._added[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._added[name] = command

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._module, **self._added})

    def __len__(self) -> int:
        return len({**self._module, **self._added})


@click.group(
    commands=OnDemand(),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
)
@click.version_option(__version__, prog_name="clarion")
def cli() -> None:
    """Carry an awareness campaign, correct and in time, into every language and channel."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; an expected error becomes one line on stderr and exit code 1.

    ``arguments`` are those of the process when left out.
    """
    settle()
    leave_the_system_s_zones_alone()
    atexit.register(gc.freeze)  # what is there at the end goes with the process, circles and all
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a text a terminal cannot show is no error
            stream.reconfigure(errors="backslashreplace")
    try:
        cli.main(arguments, prog_name="clarion", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except (click.Abort, KeyboardInterrupt):
        click.echo("clarion: stopped; what was finished is kept", err=True)
        sys.exit(130)
    except EXPECTED as error:
        click.echo(f"clarion: {error}", err=True)
        sys.exit(1)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise
        where = error.filename or "the output"
        click.echo(f"clarion: {where}: {error.strerror}; free some space", err=True)
        sys.exit(1)
