"""The schedule's goals: at least, aim, and what this run gave, also where a goal is missed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.benchmarks.goals import Goal
from tests.benchmarks.schedule import field as who
from tests.benchmarks.schedule.post import SLOTS
from tests.benchmarks.schedule.programme import BURST, FLAT, PLANS, WAVE, Found, single
from tests.benchmarks.schedule.recovery import RELIEVED, RESTARTED
from tests.benchmarks.schedule.score import Score

_ANSWER = 0.05


def goals(found: Found) -> list[Goal]:
    """Every row; those that could not be measured say so."""
    return [
        *_lateness("embedded", single(found.scores, who.OURS), (5, 15), (3, 5)),
        *_lateness("distributed", single(found.scores, who.SPREAD), (10, 50), (6, 11)),
        *_burst(found.scores.get(BURST, {})),
        *_flat(found.scores.get(FLAT, {})),
        *_wave(found.scores.get(WAVE, {})),
        *_kills({one["how"]: one for one in found.kills}),
        *_plan({one["count"]: one for one in found.plans}),
    ]


def _lateness(
    what: str, score: Score | None, least: tuple[float, float], aim: tuple[float, float]
) -> Iterator[Goal]:
    middle, last, early = (score.ms(0.5), score.ms(0.99), score.early) if score else (None,) * 3
    yield Goal(f"lateness {what}, p50", middle, least[0], aim[0], "ms")
    yield Goal(f"lateness {what}, p99", last, least[1], aim[1], "ms")
    yield Goal(f"lateness {what}, posts before their instant", early, 0, unit="")


def _burst(scores: Mapping[str, Score]) -> Iterator[Goal]:
    ours, memory = scores.get(who.OURS), scores.get(who.MEMORY)
    to_memory = cpu = to_slots = None
    if ours:
        to_slots = ours.total / (ours.posts / SLOTS * _ANSWER)
    if ours and memory:
        to_memory, cpu = ours.total / memory.total, ours.cpu / memory.cpu
    yield Goal("5,000 at once: ours to APScheduler in memory", to_memory, 1.1, cpu=cpu)
    yield Goal("5,000 at once: ours to the ceiling of 64 slots", to_slots, 1.25, 1.1)


def _flat(scores: Mapping[str, Score]) -> Iterator[Goal]:
    for name, client in ((who.OURS, "requests"), (who.OURS_LEAN, "http.client")):
        score = scores.get(name)
        rate = score.posts / score.done if score else None
        yield Goal(f"durable posts a second, 0 ms, {client}", rate, 1000, 2000, "/s", more=True)


def _wave(scores: Mapping[str, Score]) -> Iterator[Goal]:
    ours = scores.get(who.OURS)
    total = ours.total if ours else None
    yield Goal("191 societies x 8 platforms at once", total, 1.8, 1.5, "s")


def _kills(found: Mapping[str, Mapping[str, Any]]) -> Iterator[Goal]:
    for how, least in ((RESTARTED, 250), (RELIEVED, 100)):
        one = found.get(how)
        late = one["p90_ms"] if one else None
        wrong = one["lost"] + one["twice"] + one["early"] if one else None
        yield Goal(f"killed every second, {how}: p90", late, least, unit="ms")
        yield Goal("  lost, doubled or early", wrong, 0, unit="")


def _plan(found: Mapping[int, Mapping[str, Any]]) -> Iterator[Goal]:
    small, large = found.get(min(PLANS)), found.get(max(PLANS))
    seconds, most = (large["put_s"], large["put_mb"]) if large else (None, None)
    growth = cpu = None
    if small and large:
        more = large["count"] / small["count"]
        growth = large["put_s"] / small["put_s"] / more
        cpu = large["put_cpu_s"] / small["put_cpu_s"] / more
    yield Goal(f"plan of {max(PLANS):,} deliveries", seconds, 20, unit="s")
    yield Goal("  memory of its process", most, 300, unit="MB")
    yield Goal(f"  time of each to each of {min(PLANS):,}", growth, 1.25, cpu=cpu)
