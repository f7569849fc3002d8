"""Everybody draws the same cards in turn, so that whatever else the machine does falls on all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.contestant import Contestant, Lost

TOGETHER = 24
"""How many cards one draws before it is the next one’s turn: a process draws many in a row."""
_LEAST = 3

Say = Callable[[str], None]


@dataclass
class Score:
    """What one contestant needed for one encoding."""

    seconds: list[float] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    cpu: float | None = None

    @property
    def median(self) -> float:
        """Milliseconds a picture."""
        return statistics.median(self.seconds) * 1000

    @property
    def ninth(self) -> float:
        """Milliseconds that nine of ten pictures stay below."""
        return statistics.quantiles(self.seconds, n=10)[-1] * 1000

    @property
    def cpu_each(self) -> float | None:
        """Milliseconds of processor time a picture, on average."""
        return None if self.cpu is None else self.cpu / len(self.seconds) * 1000

    def plain(self) -> dict[str, float | None]:
        """The figures, for a file."""
        return {
            "median_ms": self.median,
            "p90_ms": self.ninth,
            "cpu_ms": self.cpu_each,
            "kib": statistics.median(self.sizes) / 1024,
            "pictures": len(self.seconds),
        }


def race(
    field: Sequence[Contestant], cards: int, encoding: str, rounds: int, patience: float, say: Say
) -> dict[str, Score]:
    """Scores by name, after ``rounds`` or, from the third on, when ``patience`` seconds are over.

    Whoever fails drops out and is told of.
    """
    running = list(field)
    scores = {one.name: Score() for one in running}
    used = {one.name: one.cpu() for one in running}
    begun = time.monotonic()
    for number in range(rounds):
        if number >= _LEAST and time.monotonic() - begun > patience:
            say(f"{encoding}: {number} of {rounds} rounds, the machine is busy")
            break
        for first in range(0, cards, TOGETHER):
            turn = (number + first // TOGETHER) % len(running)  # nobody always comes first
            for one in [*running[turn:], *running[:turn]]:
                if not _turn(
                    one, range(first, min(first + TOGETHER, cards)), encoding, scores, say
                ):
                    running.remove(one)
    for one in running:
        before, after = used[one.name], one.cpu()
        scores[one.name].cpu = None if before is None or after is None else after - before
    return {one.name: scores[one.name] for one in running}


def warm(
    field: Sequence[Contestant], cards: int, encoding: str, folder: Path | None, say: Say
) -> list[Contestant]:
    """Draw every card once, kept in ``folder`` for a person to look at; who could do it."""
    able = []
    for one in field:
        place = folder / one.name if folder else None
        if place:
            place.mkdir(parents=True, exist_ok=True)
        try:
            for card in range(cards):
                one.draw(card, encoding, place / f"{card:02}.{encoding}" if place else None)
        except Lost as error:
            say(f"OUT {one.name}, {encoding}: {error}")
        else:
            able.append(one)
    return able


def _turn(one: Contestant, cards: range, encoding: str, scores: dict[str, Score], say: Say) -> bool:
    score = scores[one.name]
    for card in cards:
        begun = time.perf_counter()
        try:
            size = one.draw(card, encoding)
        except Lost as error:
            say(f"OUT {one.name}, {encoding}: {error}")
            return False
        score.seconds.append(time.perf_counter() - begun)
        score.sizes.append(size)
    return True
