"""The project as files: what belongs to it, whether or not git is there to ask."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@cache
def pyproject() -> dict[str, Any]:
    """``pyproject.toml``, read."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def packages() -> tuple[str, ...]:
    """The importable folders at the top, tests aside."""
    found = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"tests"}
    return tuple(sorted(found))


def files(*folders: str) -> Iterator[Path]:
    """Every file that is not ignored, below these folders of the project or below all of it."""
    for folder in folders or (".",):
        yield from sorted(_below(ROOT / folder))


def _below(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if path.name == ".git" or _ignored(path):
            continue
        if path.is_dir():
            yield from _below(path)
        else:
            yield path


def _ignored(path: Path) -> bool:
    return any(
        fnmatch(path.name, pattern.rstrip("/")) and (path.is_dir() or not pattern.endswith("/"))
        for pattern in _patterns()
    )


@cache
def _patterns() -> tuple[str, ...]:
    """``.gitignore`` holds plain names and patterns of names only; the tests hold it to that."""
    lines = (ROOT / ".gitignore").read_text("utf-8").split()
    assert not [line for line in lines if "/" in line.rstrip("/") or line.startswith(("!", "#"))]
    return tuple(lines)
