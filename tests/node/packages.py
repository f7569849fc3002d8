"""Servers and oracles from npm for the tests, installed when first asked for.

They go to ``build/node`` as ``package-lock.json`` has them, once for all processes; ``make clean``
removes them. Nothing of this is shipped.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from tests.project import ROOT

HERE = Path(__file__).parent
PATIENCE = 900.0
"""Seconds after which an installation counts as stuck."""
_OLDEST = 20
_NAMES = ("package.json", "package-lock.json")


def folder(what: str) -> Path:
    """The folder that holds ``node_modules``. Where there is no Node.js or no way to npm's
    packages, the test is skipped and says that ``what`` was not tested; on Linux x86-64 in CI it
    fails."""
    found = _installed()
    if isinstance(found, Path):
        return found
    here = (platform.system(), platform.machine(), os.environ.get("CI"))
    assert here != ("Linux", "x86_64", "true"), found
    pytest.skip(f"NOT TESTED: {what}: {found}")


def program(what: str, name: str) -> Path:
    """A program of one of the packages, such as ``prism``."""
    return folder(what) / "node_modules" / ".bin" / name


@functools.cache
def _installed() -> Path | str:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "there is no node and npm on the path"
    version = _said(node, "--version")
    if int(re.match(r"v(\d+)", version)[1]) < _OLDEST:
        return f"node is {version}; {_OLDEST} is the oldest that does"
    place = ROOT / "build" / "node"
    place.parent.mkdir(exist_ok=True)
    with FileLock(place.parent / "node.lock"):
        return _install(node, npm, version, place)


def _install(node: str, npm: str, version: str, place: Path) -> Path | str:
    wanted = sha256(b"\0".join((HERE / name).read_bytes() for name in _NAMES)).hexdigest()
    stamp = place / "installed"
    if stamp.exists() and stamp.read_text() == f"{version} {wanted}":
        return place
    place.mkdir(exist_ok=True)
    stamp.unlink(missing_ok=True)
    for name in _NAMES:
        shutil.copy(HERE / name, place / name)
    done = subprocess.run(
        [npm, "ci", "--no-audit", "--no-fund", "--no-progress", "--loglevel=error"],
        cwd=place,
        env=dict(os.environ) | _BUILD | _headers(node),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        return f"npm ci failed: {done.stderr.strip()[-300:]}"
    stamp.write_text(f"{version} {wanted}")
    return place


_BUILD = {"CFLAGS": "-O0", "CXXFLAGS": "-O0"}
"""SQLite is compiled here; for tests it need not be quick, and so is ready in a third of the
time."""


def _headers(node: str) -> dict[str, str]:
    """Where Node.js came with its headers, these: no others need be fetched."""
    prefix = Path(node).resolve().parents[1]
    there = (prefix / "include" / "node" / "node.h").exists()
    return {"npm_config_nodedir": str(prefix)} if there else {}


def _said(*words: str) -> str:
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()
