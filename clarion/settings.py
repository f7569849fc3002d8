"""A workspace's settings: read once, at the edge, from ``clarion.toml`` and the environment.

CLARION_WORKSPACE  the workspace folder, when no --workspace is given
CLARION_WORKERS    processes that draw pictures; 0 for one a core
CLARION_AS         the role on whose behalf a command acts (approve, stop)
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from clarion.errors import ClarionError

FILE = "clarion.toml"
_MOST = 64
"""Workers at most: each takes some 100 MB."""


class SettingsError(ClarionError):
    """A setting cannot be used: one line with file, setting and remedy."""


class NoWorkspaceError(SettingsError):
    """There is no workspace in this folder."""


def usable_cores() -> int:
    """The processor cores this process may use, 64 at most."""
    if hasattr(os, "sched_getaffinity"):
        return min(len(os.sched_getaffinity(0)), _MOST)
    return min(os.cpu_count() or 1, _MOST)


@dataclass(frozen=True)
class Settings:
    """Everything a user can set.

    Empty ``societies`` or ``campaigns`` means all there are. ``formats`` are built for every
    society. With ``sample_helpline`` cards show a line that is marked as a sample, and such a card
    cannot be posted outside a rehearsal. ``workers`` are one a core
    unless somebody says otherwise.
    """

    workspace: Path
    societies: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("square",)
    encoding: str = "jpeg"
    workers: int = field(default_factory=usable_cores)
    sample_helpline: bool = False

    @property
    def file(self) -> Path:
        """Where the settings stand."""
        return self.workspace / FILE

    @property
    def assets(self) -> Path:
        """Where rendered pictures lie."""
        return self.workspace / "assets"

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.workspace / "clarion.sqlite"

    @property
    def rehearsals(self) -> Path:
        """Where a rehearsal keeps its own ledger and hand-off folders."""
        return self.workspace / "rehearsal"


_TYPES: Mapping[str, type] = {
    "societies": list, "campaigns": list, "formats": list, "encoding": str,
    "workers": int, "sample_helpline": bool,
}  # fmt: skip
_WORDS: Mapping[type, str] = {
    list: 'a list such as ["one", "two"]', str: "a text", int: "a whole number",
    bool: "true or false",
}  # fmt: skip


def load_settings(workspace: Path | None, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a workspace; a folder without ``clarion.toml`` is no workspace."""
    env = os.environ if environment is None else environment
    folder = workspace or Path(env.get("CLARION_WORKSPACE", "."))
    file = folder / FILE
    if not file.is_file():
        raise NoWorkspaceError(
            f"{folder}: no {FILE} here; run 'clarion init FOLDER' or give --workspace FOLDER"
        )
    values = _checked(file, _read(file))
    if workers := env.get("CLARION_WORKERS"):
        values["workers"] = _whole(workers)
    if values.get("workers") == 0:
        del values["workers"]
    return Settings(workspace=folder.resolve(), **values)


def setting_names() -> tuple[str, ...]:
    """The names that may stand in ``clarion.toml``."""
    known = {one.name for one in fields(Settings)}
    return tuple(name for name in _TYPES if name in known)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise SettingsError(f"{file}: {error}; mend the file") from error


def _checked(file: Path, raw: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in _TYPES:
            near = difflib.get_close_matches(name, _TYPES, 1)
            meant = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(_TYPES)}"
            raise SettingsError(f"{file}: unknown setting '{name}'; {meant}")
        if type(value) is not _TYPES[name]:
            raise SettingsError(f"{file}: '{name}' must be {_WORDS[_TYPES[name]]}")
        values[name] = _texts(file, name, value) if isinstance(value, list) else value
    if not 0 <= values.get("workers", 1) <= _MOST:
        raise SettingsError(
            f"{file}: 'workers' is {values['workers']}; write 1 to {_MOST}, or 0 for one a core"
        )
    if values.get("encoding", "jpeg") not in ("jpeg", "png"):
        raise SettingsError(f"{file}: 'encoding' is '{values['encoding']}'; write jpeg or png")
    return values


def _texts(file: Path, name: str, value: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{file}: '{name}' must be {_WORDS[list]}")
    return tuple(value)


def _whole(typed: str) -> int:
    if not typed.isdecimal() or int(typed) > _MOST:
        raise SettingsError(f"CLARION_WORKERS is '{typed}'; write a whole number from 1 to {_MOST}")
    return int(typed)
