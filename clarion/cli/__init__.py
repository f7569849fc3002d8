"""The command line. Each group of commands has its own module; here they meet, and errors end.

Exit codes: 0 ok, 1 findings (something to mend, said in one line each), 2 wrong usage.
"""

from __future__ import annotations

import errno
import io
import sys
from collections.abc import Sequence

import click

from campaigns.errors import ContentError
from clarion import __version__
from clarion.cli import content, running, schedule, whole
from clarion.errors import ClarionError
from publishers.errors import PublishError, SetupError
from rendering.errors import RenderError
from scheduler.ledger import LedgerError
from scheduler.plan import PlanError
from scheduler.rehearsal import RehearsalStuckError
from scheduler.zones import UnknownZone
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


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96})
@click.version_option(__version__, prog_name="clarion")
def cli() -> None:
    """Carry an awareness campaign, correct and in time, into every language and channel."""


for group in (whole, content, schedule, running):
    for command in group.COMMANDS:
        cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; an expected error becomes one line on stderr and exit code 1.

    ``arguments`` are those of the process when left out.
    """
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
