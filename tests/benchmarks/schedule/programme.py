"""The whole of it: which contests, how often each engine takes part, the kills, the large plan.

By default about six minutes, in which the engines that our goals name run three times and the
others once; ``long`` gives everybody five rounds and the full number of posts.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.field import ROOT
from tests.benchmarks.schedule import field as who
from tests.benchmarks.schedule import recovery, scene, servers
from tests.benchmarks.schedule.race import Contest, Say, contest
from tests.benchmarks.schedule.recovery import Killing
from tests.benchmarks.schedule.score import Score, lines
from tests.benchmarks.schedule.visit import Platform, platform

BURST, FLAT, WAVE = (
    "5,000 at one instant, 50 ms",
    "5,000 at one instant, 0 ms",
    "1,528 at once, 50 ms",
)
SINGLE = "at random instants, 50 ms"
PLANS = (25_000, 50_000, 100_000)
_MANY = 5000
_RATE = 20
"""Posts a second at random instants; ``long`` has 10, as the study this goes back to."""
Scores = dict[str, dict[str, Score]]


@dataclass
class Found:
    """Everything one run of the programme gave."""

    scores: Scores = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    ceiling: dict[str, float] = field(default_factory=dict)
    kills: list[dict[str, Any]] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """For a file."""
        contests = {
            name: {engine: score.plain() for engine, score in scores.items()}
            for name, scores in self.scores.items()
        }
        return {
            "contests": contests, "not_here": self.missing, "platform": self.ceiling,
            "kills": self.kills, "plans": self.plans,
        }  # fmt: skip


def run(folder: Path, long: bool, say: Say) -> Found:
    """Do it all, and print each part as it is done."""
    folder.mkdir(parents=True, exist_ok=True)
    found = Found()
    found.plans = _plans(folder, long, say)
    print("", *_plan_lines(found.plans), sep="\n", flush=True)
    with ExitStack() as stack, platform() as place:
        field_ = who.entries(folder, servers.Postgres(folder / "postgres", stack))
        found.missing = {one.name: one.missing for one in field_ if one.missing}
        able = [one for one in field_ if not one.missing]
        found.ceiling = place.ceiling()
        print(_ceiling(found.ceiling), flush=True)
        for one in contests(long):
            found.scores[one.name] = contest(one, able, place, folder, say)
            gone = {name: why for name, why in found.missing.items() if one.runs.get(name)}
            print("", *lines(one.name, found.scores[one.name], gone), sep="\n", flush=True)
        found.kills = _kills(place, folder, long, say)
        print("", *recovery.lines(found.kills), sep="\n", flush=True)
    return found


def contests(long: bool) -> Iterator[Contest]:
    """Every contest, and how often each engine takes part in it."""
    everybody = dict.fromkeys(who.NAMES, 5 if long else 1)
    if not long:
        del everybody[who.PATIENT], everybody[who.BARE_LEAN], everybody[who.OURS_PICTURE]
    few = dict.fromkeys((who.OURS, who.MEMORY), 5 if long else 3)
    clients = dict.fromkeys((who.OURS_LEAN, who.BARE, who.BARE_LEAN), 5 if long else 2)
    no_lean = {name: runs for name, runs in everybody.items() if name != who.OURS_LEAN}
    yield Contest(BURST, [0.0] * _MANY, 50, no_lean | few, long)
    yield Contest(FLAT, [0.0] * _MANY, 0, (everybody if long else {}) | few | clients, long)
    wave = [0.0] * (scene.SOCIETIES * scene.PLATFORMS)
    ours = {name: runs for name, runs in no_lean.items() if name.startswith("ours")}
    yield Contest(WAVE, wave, 50, (no_lean if long else ours) | few | {who.OURS_PICTURE: 1}, long)
    yield _single(600 if long else 300, 10 if long else _RATE, _once(who.OURS, who.SPREAD))
    rivals = [name for name in no_lean if name not in (who.OURS, who.SPREAD, who.BARE)]
    yield _single(600 if long else 120, 10 if long else _RATE, _once(*rivals))


def _once(*names: str) -> dict[str, int]:
    return dict.fromkeys(names, 1)


def _single(posts: int, rate: int, runs: Mapping[str, int]) -> Contest:
    chance = random.Random(posts)
    offsets = sorted(chance.uniform(0, posts / rate) for _ in range(posts))
    return Contest(f"{posts} {SINGLE}", offsets, 50, runs)


def single(scores: Mapping[str, Mapping[str, Score]], engine: str) -> Score | None:
    """The score of an engine at random instants."""
    found = [one[engine] for name, one in scores.items() if SINGLE in name and engine in one]
    return found[0] if found else None


def _kills(place: Platform, folder: Path, long: bool, say: Say) -> list[dict[str, Any]]:
    found = []
    for standby in (False, True):
        try:
            found.append(recovery.killed(Killing(standby, 60 if long else 15), place, folder, say))
        except RuntimeError as error:
            say(f"OUT recovery: {error}")
    return found


def _plans(folder: Path, long: bool, say: Say) -> list[dict[str, Any]]:
    """A large plan, at three sizes, each in a process of its own; the smallest is approved too."""
    found = []
    for count in PLANS:
        say(f"a plan of {count:,} deliveries")
        more = ["approve"] if long or count == min(PLANS) else []
        ran = subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.schedule.planning", str(count), folder, *more],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if ran.returncode:
            say(f"OUT plan: {(ran.stderr.strip().splitlines() or ['failed'])[-1]}")
            break
        found.append(json.loads(ran.stdout))
    return found


def _plan_lines(found: Sequence[Mapping[str, Any]]) -> list[str]:
    head = f"{'put s':>8}{'CPU s':>8}{'us each':>9}{'MB':>7}{'MB before':>11}{'file MB':>9}"
    tail = f"{'again s':>9}{'approve s':>11}{'due ms':>8}{'next ms':>9}"
    rows = [f"{'a plan, put into a new ledger':44}{head}{tail}"]
    for one in found:
        rows.append(
            f"  {one['count']:7,} deliveries{'':23}{one['put_s']:8.2f}{one['put_cpu_s']:8.2f}"
            f"{one['put_s'] / one['count'] * 1e6:9.0f}{one['put_mb'] or 0:7.0f}"
            f"{one['made_mb'] or 0:11.0f}{one['file_mb']:9.0f}{one['again_s']:9.2f}"
        )
        if "approve_s" in one:
            looks = (one["due_s"] * 1000, one["next_due_s"] * 1000)
            rows[-1] += f"{one['approve_s']:11.2f}{looks[0]:8.1f}{looks[1]:9.1f}"
    return rows


def _ceiling(found: Mapping[str, float]) -> str:
    return (
        f"\nthe platform itself: {found['per_second']:.0f} posts a second from a client that does "
        f"nothing else, {found['cpu_us_each']:.0f} us of processor time each"
    )
