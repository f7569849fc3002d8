"""The Jinja2 environments: sandboxed, strict about missing names, workspace folder first."""

from __future__ import annotations

from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

SHIPPED = Path(__file__).parent

FAULTS = (
    TemplateError, ArithmeticError, AttributeError, LookupError, RecursionError, TypeError,
    ValueError,
)  # fmt: skip
"""What filling a template can raise that is the template's fault."""


def environment(
    workspace: Path | None = None, *, html: bool = False
) -> ImmutableSandboxedEnvironment:
    """An environment for captions, or with ``html`` for pages (escaping on).

    A template asking for a name it was not given raises instead of printing nothing, and none can
    draw lots: the same values always give the same text.
    """
    folders = [SHIPPED]
    if workspace is not None:
        folders.insert(0, workspace / "templates")
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folders),
        undefined=StrictUndefined,
        autoescape=html,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    del made.globals["lipsum"], made.filters["random"]
    return made
