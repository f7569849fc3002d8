"""Other people's programs for catalogues: GNU gettext from the path, translate-toolkit of our own.

translate-toolkit goes to ``build/translate-toolkit`` as ``requirements/tools.txt`` has it, once for
all processes; ``make clean`` removes it. It is run, never imported: its licence is the GPL.
"""

from __future__ import annotations

import functools
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from filelock import FileLock

from tests.project import ROOT

PATIENCE = 300.0
"""Seconds after which a program counts as stuck."""
GETTEXT = ("msgfmt", "msgmerge", "msgcat", "msgcmp")
_WANTED = ROOT / "requirements" / "tools.txt"

Found = Path | str


def program(what: str, name: str) -> Path:
    """A program such as ``msgfmt`` or ``po2csv``. Where it is not to be had the test is skipped and
    says that ``what`` was not tested; on Linux in CI it fails."""
    found = _gettext(name) if name in GETTEXT else _toolkit(name)
    if isinstance(found, Path):
        return found
    here = (platform.system(), os.environ.get("CI"))
    assert here != ("Linux", "true"), found
    pytest.skip(f"NOT TESTED: {what}: {found}")


def run(program: Path, *words: str | Path, at: Path) -> subprocess.CompletedProcess[str]:
    """The program to its end, in this folder and in plain English; what it says and its code."""
    return subprocess.run(
        [program, *words],
        cwd=at,
        env={"PATH": os.environ["PATH"], "HOME": str(at), "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE,
        check=False,
    )


def _gettext(name: str) -> Found:
    found = shutil.which(name)
    return Path(found) if found else f"there is no {name} on the path; install GNU gettext"


def _toolkit(name: str) -> Found:
    found = _environment()
    return _scripts(found) / name if isinstance(found, Path) else found


def _scripts(environment: Path) -> Path:
    return environment / ("Scripts" if os.name == "nt" else "bin")


@functools.cache
def _environment() -> Found:
    """An environment with translate-toolkit in it, made when it is first asked for."""
    place = ROOT / "build" / "translate-toolkit"
    place.parent.mkdir(exist_ok=True)
    with FileLock(place.parent / "translate-toolkit.lock"):
        return _installed(place)


def _installed(place: Path) -> Found:
    stamp = place / "installed"
    wanted = f"{sys.version} {sha256(_WANTED.read_bytes()).hexdigest()}"
    if stamp.exists() and stamp.read_text() == wanted:
        return place
    pip = (_scripts(place) / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    steps: tuple[Callable[[], str], ...] = (
        lambda: _said(Path(sys.executable), "-m", "venv", "--clear", str(place)),
        lambda: _said(*pip, "install", "--require-hashes", "-r", str(_WANTED)),
    )
    for step in steps:
        if complaint := step():
            return f"translate-toolkit cannot be installed: {complaint}"
    stamp.write_text(wanted)
    return place


def _said(program: Path, *words: str) -> str:
    """What the program complains of; empty when it does its work."""
    done = subprocess.run(
        [program, *words],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return done.stderr.strip()[-300:] or "no reason given" if done.returncode else ""
