"""The Jinja2 environments: sandboxed, strict about missing names, workspace folder first."""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

SHIPPED = Path(__file__).parent


def environment(
    workspace: Path | None = None, *, html: bool = False
) -> ImmutableSandboxedEnvironment:
    """An environment for captions, or with ``html`` for pages (escaping on).

    A template asking for a name it was not given raises instead of printing nothing.
    """
    folders = [SHIPPED]
    if workspace is not None:
        folders.insert(0, workspace / "templates")
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
