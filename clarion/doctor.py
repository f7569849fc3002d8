"""Is this installation fit to be relied on? One line a check, with the remedy.

Reads the machine: versions, time zone data, fonts, names, the workspace's disk, ledger and clock.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import packages_distributions, version
from pathlib import Path
from typing import Literal

from campaigns.errors import ContentError
from campaigns.figures import stale
from clarion.accounts import Standing, State, standings, stored, told
from clarion.errors import ClarionError
from clarion.outlook import CLOCK_COMMAND
from clarion.settings import Settings
from clarion.store.sqlite import engine_version
from clarion.wiring import Studio
from clarion.witness import boot_id, time_witnesses
from publishers import registry
from rendering.fonts import packaged
from scheduler.adapters.memory_clock_log import MemoryClockLog
from scheduler.clock import SystemTime, TimeSource
from scheduler.ledger import LedgerError
from scheduler.trust import ClockGate
from scheduler.witness import TimeWitness
from scheduler.zones import tzdata_version

Verdict = Literal["ok", "warning", "problem"]

NAMES = ("campaigns", "locales", "templates", "rendering", "publishers", "scheduler", "clarion")
_SYSTEM_ZONES = Path("/usr/share/zoneinfo/tzdata.zi")
_LEAST_DISK = 2 * 1024**3
_MILD = frozenset({State.SOON, State.MISSING, State.UNUSED})
"""Nothing that is ready to go out fails by these today."""


@dataclass(frozen=True)
class Check:
    """One look at one thing."""

    name: str
    verdict: Verdict
    text: str


def examine(settings: Settings | None) -> list[Check]:
    """All checks; with settings, those of their workspace too."""
    found = [check for look in _LOOKS for check in look()]
    if settings is not None:
        if settings.database:  # then nothing is kept in SQLite but rehearsals
            found = [check for check in found if check.name != "database"]
        found.extend(_workspace(settings))
    return found


def _python() -> Iterator[Check]:
    here = ".".join(map(str, sys.version_info[:3]))
    good = sys.version_info >= (3, 11)
    yield Check("python", "ok" if good else "problem", f"{here}; 3.11 or later is needed")


def _libraries() -> Iterator[Check]:
    names = ("pillow", "uharfbuzz", "icu4py", "babel", "apscheduler", "sqlalchemy")
    yield Check("libraries", "ok", ", ".join(f"{name} {version(name)}" for name in names))


def _zones() -> Iterator[Check]:
    ours = tzdata_version()
    theirs = _system_zones()
    text = f"package {ours} is used; the system has {theirs or 'none'}"
    newer = bool(theirs) and theirs > ours
    yield Check(
        "time zones",
        "warning" if newer else "ok",
        text + ("; upgrade the tzdata package" if newer else ""),
    )


def _system_zones() -> str:
    try:
        first = _SYSTEM_ZONES.read_text(encoding="utf-8", errors="replace").split("\n", 1)[0]
    except OSError:
        return ""
    return first.removeprefix("# version ").strip()


def _fonts() -> Iterator[Check]:
    problems = packaged().findings()
    for problem in problems:
        yield Check("fonts", "problem", problem)
    if not problems:
        yield Check("fonts", "ok", f"{len(packaged().scripts)} scripts, every file as shipped")


def _names() -> Iterator[Check]:
    owners = packages_distributions()
    for name in NAMES:
        others = sorted(set(owners.get(name, [])) - {"clarion"})
        if others:
            yield Check(
                "names", "problem",
                f"the name '{name}' also belongs to {', '.join(others)}; "
                "give Clarion an environment of its own",
            )  # fmt: skip
    yield Check("publishers", "ok" if registry.kinds() else "problem", ", ".join(registry.kinds()))


def _database() -> Iterator[Check]:
    fixed = engine_version() >= (3, 51, 3)
    text = "SQLite " + ".".join(map(str, engine_version()))
    if not fixed:
        text += "; before 3.51.3 several processes should not write one ledger at once"
    yield Check("database", "ok" if fixed else "warning", text)


_LOOKS: tuple[Callable[[], Iterator[Check]], ...] = (
    _python, _libraries, _zones, _fonts, _names, _database,
)  # fmt: skip


def _workspace(settings: Settings) -> Iterator[Check]:
    free = shutil.disk_usage(settings.workspace).free
    yield Check(
        "disk",
        "ok" if free > _LEAST_DISK else "warning",
        f"{free / 1024**3:.1f} GiB free at {settings.workspace}; 2 are comfortable",
    )
    with closing(Studio(settings)) as studio:
        yield from figure_checks(studio, studio.time.now().date())
    if not settings.database and not settings.ledger.exists():
        yield Check("ledger", "ok", "none yet; 'clarion plan' makes it")
        return
    try:
        with closing(Studio(settings)) as studio:
            count = len(studio.ledger.entries())
            yield clock_check(studio, SystemTime())
            yield from account_checks(_accounts(studio, studio.time.now()))
        where = "in its database" if settings.database else str(settings.ledger)
        yield Check("ledger", "ok", f"{where}: {count} deliveries")
    except (LedgerError, ClarionError) as error:
        yield Check("ledger", "problem", str(error))


def figure_checks(studio: Studio, today: date) -> Iterator[Check]:
    """Figures that cards of the workspace's campaigns print and that are to be looked at soon."""
    try:
        campaigns = studio.campaigns()
    except ContentError:  # 'clarion check' is about those
        return
    printed = {name for c in campaigns for card in c.cards for name in card.figures.values()}
    found = [one for one in stale(studio.library.figures, today) if one.figure.id in printed]
    for one in found:
        yield Check("figures", "warning", f"{one}: look at its source, then renew it")
    if not found:
        yield Check("figures", "ok", f"{len(printed)} printed, none to be reviewed soon")


def account_checks(found: Sequence[Standing]) -> Iterator[Check]:
    """Accounts whose secrets cannot be used, or will not be able to for long, and those without."""
    needy = [one for one in found if one.state not in (State.OK, State.OPTIONAL)]
    verdicts: tuple[Verdict, ...] = ("problem", "warning")
    for verdict in verdicts:
        for line in told(one for one in needy if (one.state in _MILD) == (verdict == "warning")):
            yield Check("accounts", verdict, line)
    good = sum(one.state is State.OK for one in found)
    if good and not needy:
        yield Check("accounts", "ok", f"the secrets of {good} can be opened, and serve")


def _accounts(studio: Studio, now: datetime) -> list[Standing]:
    """Held against the channels there are; where these cannot be read, what is stored."""
    try:
        return standings(studio, now)
    except ContentError:  # 'clarion check' is about those
        return stored(studio, now)


def clock_check(studio: Studio, time: TimeSource) -> Check:
    """Whether the clock may be believed, and whether anybody vouches for it.

    Asked of a gate of its own, with a copy of the log: the real one stays as it is.
    """
    log = studio.ledger.clock_log
    heard: list[str] = []
    silent: list[str] = []

    def quiet(witness: TimeWitness) -> TimeWitness:
        def ask() -> datetime | None:
            try:
                answer = witness.ask()
            except Exception as error:  # noqa: BLE001  whoever cannot be asked has said nothing
                silent.append(f"{witness.name} ({type(error).__name__})")
                return None
            (silent if answer is None else heard).append(witness.name)
            return answer

        return TimeWitness(witness.name, ask, witness.vouches)

    witnesses = [quiet(one) for one in time_witnesses(time, studio.settings.time_check)]
    copy = MemoryClockLog(log.confirmed(), log.last())
    trust = ClockGate(
        time, copy, witnesses, boot=boot_id(), remedy=f"set it right, or: {CLOCK_COMMAND}"
    ).check()
    if not trust:
        return Check("clock", "problem", trust.why)
    if heard:
        return Check("clock", "ok", f"{', '.join(heard)} vouches for it")
    return Check(
        "clock", "warning",
        f"nobody vouches for it ({', '.join(silent)} not sure): switch a time service on, "
        "or set 'time_check'",
    )  # fmt: skip
