"""Who takes part in the contests of the schedule: how each is started, and why one cannot be."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests import postgres
from tests.benchmarks.schedule import servers
from tests.benchmarks.schedule.servers import Server

OURS, OURS_LEAN = "ours, SQLite and threads", "ours, with http.client"
OURS_PICTURE = "ours, with a picture of 200 KB each"
SPREAD = "ours, PostgreSQL and Procrastinate"
BARE, BARE_LEAN = "no engine, requests", "no engine, http.client"
MEMORY, SQLITE = "APScheduler, memory store", "APScheduler, SQLite store"
PROCRASTINATE, PATIENT = "Procrastinate, looks every 0.1 s", "Procrastinate, as it comes (5 s)"
CELERY, HUEY = "Celery, Redis", "Huey, SQLite"
NAMES = (
    BARE, BARE_LEAN, OURS, OURS_LEAN, OURS_PICTURE, SPREAD, MEMORY, SQLITE, PROCRASTINATE, PATIENT,
    CELERY, HUEY,
)  # fmt: skip

PINNED = ("celery==5.7.0", "redis==8.1.0", "huey==3.5.4")
"""Rivals that Clarion itself has no use for; installed beside, not into, the environment: Celery
wants an older python-dateutil than Clarion does."""


@dataclass(frozen=True)
class Entry:
    """Somebody who could take part; ``missing`` says what for want of which it cannot.

    Planning a run takes ``base`` seconds and ``each`` seconds for every post, at most.
    """

    name: str
    command: tuple[str, ...]
    mode: str = ""
    missing: str = ""
    server: Server | None = None
    path: str = ""  # where else its Python finds packages
    base: float = 1.0
    each: float = 0.0004

    def lead(self, posts: int) -> float:
        """Seconds before the first due instant at which planning has to begin."""
        return self.base + self.each * posts


def entries(folder: Path, server: servers.Postgres) -> list[Entry]:
    """Everybody, rivals installed below ``folder`` first if that is possible."""
    beside = _install(folder / "rivals")
    path = os.pathsep.join(filter(None, (str(folder / "rivals"), os.environ.get("PYTHONPATH"))))
    database, spread = server.database, postgres.missing() or _lacking("procrastinate")
    own = _rival("procrastinate_own")
    return [
        Entry(BARE, _rival("bare")),
        Entry(BARE_LEAN, _rival("bare"), "lean"),
        Entry(OURS, _module("ours"), each=0.0016),
        Entry(OURS_LEAN, _module("ours"), "lean", each=0.0016),
        Entry(OURS_PICTURE, _module("ours"), "picture", each=0.0016),
        Entry(SPREAD, _module("spread"), "", spread, database, base=2.0, each=0.003),
        Entry(MEMORY, _rival("aps"), "memory"),
        Entry(SQLITE, _rival("aps"), "sqlite", each=0.0018),
        Entry(PROCRASTINATE, own, "0.1", spread, database, each=0.001),
        Entry(PATIENT, own, "5", spread, database, each=0.001),
        Entry(
            CELERY, _rival("celery_redis"), "", beside or servers.no_redis(), servers.redis, path,
            each=0.0012,
        ),
        Entry(HUEY, _rival("huey_sqlite"), "", beside, None, path, each=0.001),
    ]  # fmt: skip


def _module(name: str) -> tuple[str, ...]:
    return (sys.executable, "-m", f"tests.benchmarks.schedule.{name}")


def _rival(name: str) -> tuple[str, ...]:
    return _module(f"rivals.{name}")


def _lacking(package: str) -> str:
    return "" if importlib.util.find_spec(package) else f"no package {package}"


def _install(folder: Path) -> str:
    """Install the rivals at their pinned versions; what is missing if they cannot be."""
    done = folder / "installed.txt"
    if done.exists() and done.read_text("utf-8") == "\n".join(PINNED):
        return ""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    ran = subprocess.run(
        [*pip, "--upgrade", "--target", folder, *PINNED],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    if ran.returncode:
        return "pip: " + (ran.stderr.strip().splitlines() or ["failed"])[-1]
    done.write_text("\n".join(PINNED), "utf-8")
    return ""
