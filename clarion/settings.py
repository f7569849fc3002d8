"""A workspace's settings: read once, at the edge, from ``clarion.toml`` and the environment.

CLARION_WORKSPACE  the workspace folder, when no --workspace is given
CLARION_WORKERS    processes that draw pictures; 0 for one a core
CLARION_AS         the role on whose behalf a command acts (approve, stop)
CLARION_DATABASE   the address of the ledger's database, in place of the setting 'database'
CLARION_KEY        the keys that open the accounts' secrets, the newest first, with commas between

Where pictures are kept in a bucket, also what every S3 tool reads: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and AWS_REGION. Keys stand nowhere else.
"""

from __future__ import annotations

import difflib
import hashlib
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from clarion.errors import ClarionError

FILE = "clarion.toml"
_MOST = 64
"""Workers at most: each takes some 100 MB."""
_RANGES = {"slots": (1, 256), "spacing": (0, 86_400), "catch_up_spacing": (0, 86_400)}
_BUCKET = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._-]+)*)/?")
_SERVICE = re.compile(r"https?://[^\s/@]+(?:/[^\s?#]*)?")
_REGION = re.compile(r"https?://s3[.-]([a-z0-9-]+)\.")


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
    unless somebody says otherwise. ``assets_in`` is what the setting 'assets' says: a folder, in
    the workspace if it is not an absolute one, or ``s3://bucket/prefix`` at ``assets_endpoint``.

    ``database`` is the address of a PostgreSQL database; with none the ledger is a file of the
    workspace. ``slots`` posts go out side by side. ``spacing`` and ``catch_up_spacing`` are the
    least seconds between two posts of one account, always and when it is catching up.
    ``time_check`` is the web address that is asked what time it is; with none nobody is.
    ``key_file`` holds what opens the accounts' secrets, unless the environment gave ``keys``.
    """

    workspace: Path
    societies: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("square",)
    encoding: str = "jpeg"
    workers: int = field(default_factory=usable_cores)
    sample_helpline: bool = False
    assets_in: str = "assets"
    assets_endpoint: str = ""
    database: str = field(default="", repr=False)
    slots: int = 8
    spacing: int = 0
    catch_up_spacing: int = 30
    time_check: str = ""
    key_file: str = "clarion.key"
    keys: str = field(default="", repr=False)

    @property
    def file(self) -> Path:
        """Where the settings stand."""
        return self.workspace / FILE

    @property
    def assets(self) -> Path:
        """The folder of this machine in which rendered pictures lie; each bucket has its own."""
        if not self.bucket:
            return self.workspace / self.assets_in
        place = f"{self.assets_in.rstrip('/')} {self.assets_endpoint.rstrip('/')}"
        return self.workspace / "assets" / f"s3-{hashlib.sha256(place.encode()).hexdigest()[:8]}"

    @property
    def bucket(self) -> tuple[str, str] | None:
        """The bucket that pictures are shared in, and the prefix there; None for a folder."""
        found = _BUCKET.fullmatch(self.assets_in)
        return (found[1], found[2].strip("/")) if found else None

    @property
    def ledger(self) -> Path:
        """The ledger's file."""
        return self.workspace / "clarion.sqlite"

    @property
    def key_path(self) -> Path:
        """The file of keys."""
        return self.workspace / self.key_file

    @property
    def rehearsals(self) -> Path:
        """Where a rehearsal keeps its own ledger and hand-off folders."""
        return self.workspace / "rehearsal"


_TYPES: Mapping[str, type] = {
    "societies": list, "campaigns": list, "formats": list, "encoding": str,
    "workers": int, "sample_helpline": bool, "assets": str, "assets_endpoint": str,
    "time_check": str, "database": str, "slots": int, "spacing": int, "catch_up_spacing": int,
    "key_file": str,
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
    if database := env.get("CLARION_DATABASE"):
        values["database"] = database
    if keys := env.get("CLARION_KEY"):
        values["keys"] = keys
    _check_database(values.get("database", ""))
    if values.get("workers") == 0:
        del values["workers"]
    if "assets" in values:
        values["assets_in"] = values.pop("assets")
    return Settings(workspace=folder.resolve(), **values)


@dataclass(frozen=True)
class Access:
    """What opens a bucket; only its region may be shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    token: str = field(repr=False)
    region: str


def access(settings: Settings, environment: Mapping[str, str] | None = None) -> Access:
    """What the environment says about the bucket. Raises :class:`SettingsError` without keys."""
    env = os.environ if environment is None else environment
    key, secret = env.get("AWS_ACCESS_KEY_ID", ""), env.get("AWS_SECRET_ACCESS_KEY", "")
    if not key or not secret:
        raise SettingsError(
            f"{settings.file}: 'assets' is {settings.assets_in}, but its keys are not in the "
            "environment; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    told = _REGION.match(settings.assets_endpoint)
    region = env.get("AWS_REGION") or (told[1] if told else "us-east-1")
    return Access(key, secret, env.get("AWS_SESSION_TOKEN", ""), region)


def setting_names() -> tuple[str, ...]:
    """The names that may stand in ``clarion.toml``."""
    return tuple(_TYPES)


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
    for name, (least, most) in _RANGES.items():
        if not least <= values.get(name, least) <= most:
            raise SettingsError(
                f"{file}: '{name}' is {values[name]}; write a whole number from {least} to {most}"
            )
    _check_assets(file, values.get("assets", "assets"), values.get("assets_endpoint", ""))
    _check_time(file, values.get("time_check", ""))
    if not values.get("key_file", "clarion.key"):
        raise SettingsError(f"{file}: 'key_file' is empty; write a file, or leave it out")
    return values


def _check_database(database: str) -> None:
    # Not the address itself: it may hold a password.
    if database and not database.startswith(("postgresql://", "postgres://")):
        raise SettingsError(
            "'database' is not the address of a PostgreSQL database; write "
            "postgresql://user@host/name, or leave it out to keep the ledger in a file"
        )


def _check_time(file: Path, address: str) -> None:
    # Not the address itself: somebody may have put a password into it.
    if address and not _SERVICE.fullmatch(address):
        raise SettingsError(
            f"{file}: 'time_check' is no web address; write it like https://www.example.org/, "
            "without a name and password"
        )


def _check_assets(file: Path, assets: str, endpoint: str) -> None:
    bucket = _BUCKET.fullmatch(assets)
    if not assets or ("://" in assets and not bucket):
        raise SettingsError(
            f"{file}: 'assets' is '{assets}'; write a folder, or s3://bucket/prefix"
        )
    if endpoint and not _SERVICE.fullmatch(endpoint):
        raise SettingsError(
            f"{file}: 'assets_endpoint' is no address of a service; write it like "
            "https://s3.example.org, without keys"
        )
    if endpoint and not bucket:
        raise SettingsError(
            f"{file}: 'assets_endpoint' is set, but 'assets' is a folder; "
            'write assets = "s3://bucket/prefix", or leave the endpoint out'
        )


def _texts(file: Path, name: str, value: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(item, str) for item in value):
        raise SettingsError(f"{file}: '{name}' must be {_WORDS[list]}")
    return tuple(value)


def _whole(typed: str) -> int:
    if not typed.isdecimal() or int(typed) > _MOST:
        raise SettingsError(f"CLARION_WORKERS is '{typed}'; write a whole number from 1 to {_MOST}")
    return int(typed)
