"""``make bench``: pictures in one interleaved race, what a campaign and catalogues cost, how the
schedule keeps.

Prints each race, then the goals with what this run gave, and writes all of it to
``build/bench/bench.json``. It never fails for being slow.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.benchmarks import campaign, cards, field, messages
from tests.benchmarks.goals import Goal, goals, lines
from tests.benchmarks.race import Score, race, warm
from tests.benchmarks.schedule import programme
from tests.benchmarks.schedule.goals import goals as schedule_goals
from tests.reference import samples

FOLDER = field.ROOT / "build" / "bench"
PARTS = ("race", "campaign", "messages", "schedule")
_PATIENCE = 50.0
"""Seconds after which a race ends with the rounds it has."""


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="at most this many; default 7")
    parser.add_argument("--languages", type=int, default=40, help="of the campaign; default 40")
    parser.add_argument(
        "--long", action="store_true", help="a campaign ten times as large, five rounds of posts"
    )
    parser.add_argument(
        "--skip", choices=PARTS, action="append", default=[], help="leave a part out"
    )
    parser.add_argument("--only", choices=PARTS, action="append", default=[], help="just this part")
    parser.add_argument("--samples", type=Path, default=samples.FOLDER)
    asked = parser.parse_args(words)
    asked.parts = set(asked.only or PARTS) - set(asked.skip)
    return asked


def main(words: Sequence[str] | None = None) -> None:
    """Measure, print, write."""
    asked = _arguments(words)
    FOLDER.mkdir(parents=True, exist_ok=True)
    begun = time.monotonic()
    found: dict[str, Any] = {}
    races: dict[str, dict[str, Score]] = {"jpeg": {}, "png": {}}
    if "race" in asked.parts:
        races, found["first_picture_s"], found["memory_mb"] = _races(asked.samples, asked.rounds)
        _print_races(races, found)
    whole = None
    if "campaign" in asked.parts:
        drawn, refused = cards.drawable(asked.samples, asked.languages)
        for reason in refused:
            _say(f"left out: {reason}")
        whole = campaign.run(drawn, asked.long, _say)
        print("", *_campaign_lines(whole), sep="\n")
    drawn_parts = asked.parts & {"race", "campaign"}
    table = goals(races["jpeg"], races["png"], whole) if drawn_parts else []
    if "messages" in asked.parts:
        updates = messages.run(asked.rounds, _say)
        found["messages"] = asdict(updates)
        table += updates.goals()
    if "schedule" in asked.parts:
        posts = programme.run(FOLDER / "schedule", asked.long, _say)
        found["schedule"] = posts.plain()
        table += schedule_goals(posts)
    head = f"{'goal':52} {'at least':>10} {'aim':>10} {'now':>10} {'CPU':>8}"
    print("", head, *(goal.row() for goal in table), sep="\n")
    _write(races, whole, found, table)
    print(f"\n{time.monotonic() - begun:.0f} s; written to {FOLDER / 'bench.json'}")


def _races(
    folder: Path, rounds: int
) -> tuple[dict[str, dict[str, Score]], dict[str, float], dict[str, float | None]]:
    """Scores by encoding, seconds to the first picture, and the most memory each had."""
    requests = cards.contest(folder)
    file = FOLDER / "cards.json"
    cards.write(requests, file)
    with ExitStack() as stack:
        started = []
        for one, first in field.start(field.entries(file, FOLDER), FOLDER, _say):
            stack.callback(one.close)
            started.append((one, first))
            _say(f"{one.name}: first picture after {first:.2f} s")
        running = [one for one, _ in started]
        races = {}
        for encoding in ("jpeg", "png"):
            able = [one for one in running if field.draws(one.name, encoding)]
            pictures = FOLDER / "pictures" if encoding == "jpeg" else None
            able = warm(able, len(requests), encoding, pictures, _say)
            races[encoding] = race(able, len(requests), encoding, rounds, _PATIENCE, _say)
        memory = {one.name: one.memory() for one in running}
    return races, {one.name: first for one, first in started}, memory


def _print_races(races: Mapping[str, Mapping[str, Score]], found: Mapping[str, Any]) -> None:
    for encoding, scores in races.items():
        print("", *lines(scores, encoding.upper()), sep="\n")
    print("\nprocess to first picture, s, and most memory, MB")
    for name, first in found["first_picture_s"].items():
        print(f"  {name:24} {first:8.2f} {found['memory_mb'][name] or 0:8.0f}")
    print(f"\nseen on the pictures ({FOLDER / 'pictures'})")
    for name in found["first_picture_s"]:
        if name in field.SEEN:
            print(f"  {name:24} {field.SEEN[name]}", flush=True)


def _campaign_lines(whole: Mapping[str, Any]) -> list[str]:
    """What a campaign cost, step by step."""
    steps = [
        *(("from nothing", step) for step in whole["growth"]),
        ("nothing changed", whole["again"]),
        ("one message changed", whole["one_message"]),
    ]
    head = f"{whole['languages']} languages, {whole['processes']} processes"
    rows = [f"{head:34} {'drawn':>7} {'failed':>7} {'s':>8} {'ms each':>8} {'CPU ms':>8} {'MB':>6}"]
    rows += [
        f"  {step['pictures']:6} pictures, {name:16} {step['drawn']:7} {step['failed']:7} "
        f"{step['seconds']:8.2f} {step['ms_each']:8.2f} {step['cpu_ms_each']:8.2f} "
        f"{step['peak_mb'] or 0:6.0f}"
        for name, step in steps
    ]
    rows.append(f"  encoding alone, same sizes: {whole['floor_cpu_ms']:.2f} ms of processor time")
    rows += [f"  not drawn: {reason}" for reason in whole["build"]["why"]]
    return rows


def _write(
    races: Mapping[str, Mapping[str, Score]],
    whole: Mapping[str, Any] | None,
    found: Mapping[str, Any],
    table: Sequence[Goal],
) -> None:
    data = {
        "races": {
            encoding: {name: score.plain() for name, score in scores.items()}
            for encoding, scores in races.items()
        },
        **found,
        "campaign": whole,
        "goals": [asdict(goal) | {"verdict": goal.verdict} for goal in table],
    }
    (FOLDER / "bench.json").write_text(json.dumps(data, indent=1), "utf-8")


def _say(line: str) -> None:
    sys.stderr.write(f"bench: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
