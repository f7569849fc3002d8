"""How long a picture takes, as ratios from one interleaved run: ``make bench``.

The floor is encoding the finished bitmap alone. Every contestant draws the same cards in turn,
round after round, so that whatever else the machine does falls on all of them alike.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from clarion.press import Job
from clarion.settings import Settings
from clarion.wiring import Studio
from locales import LocalisedCard
from rendering.asset import CardRequest
from rendering.card import Composer
from rendering.encode import JPEG, PNG

ROUNDS = 5
SOCIETIES = {"lb": "ar", "gr": "el", "il": "he", "fr": "fr", "rs": "sr", "mt": "en_GB"}
CARDS = ("smuggling", "forced-crime", "forced-labour-figure", "get-help")


def cards(studio: Studio) -> list[CardRequest]:
    """Four cards in six languages, square."""
    campaign = studio.library.campaign("myths-and-facts")
    found = []
    for society, locale in SOCIETIES.items():
        for name in CARDS:
            job = Job(
                campaign,
                campaign.card(name),
                studio.library.societies[society],
                locale,
                date(2027, 7, 30),
            )
            done = studio.press.localise(job)
            if isinstance(done, LocalisedCard):
                found.extend(studio.press.requests(job, done, "square"))
    return found


def timed(act: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def measure() -> dict[str, float]:
    """Median milliseconds a picture, by contestant."""
    with tempfile.TemporaryDirectory() as folder:
        studio = Studio(Settings(Path(folder), sample_helpline=True))
        requests = cards(studio)
        warm = studio.press.workshop.composer
        bitmaps = [warm.compose(request) for request in requests]
        times: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            cold = Composer(warm.theme)
            for request, bitmap in zip(requests, bitmaps, strict=True):
                contestants: dict[str, Callable[[], object]] = {
                    "encode only, JPEG": lambda b=bitmap: JPEG.encode(b),  # type: ignore[misc]
                    "encode only, PNG": lambda b=bitmap: PNG.encode(b),  # type: ignore[misc]
                    "compose, ground kept": lambda r=request: warm.compose(r),  # type: ignore[misc]
                    "compose, ground drawn": lambda r=request, c=cold: c.compose(r),  # type: ignore[misc]
                    "card to JPEG": lambda r=request: JPEG.encode(warm.compose(r)),  # type: ignore[misc]
                    "asset name": lambda r=request: studio.press.workshop.asset(r),  # type: ignore[misc]
                }
                for name, act in contestants.items():
                    times.setdefault(name, []).append(timed(act))
        return {name: statistics.median(values) for name, values in times.items()}


def main() -> None:
    """Print ratios to the floor and keep them as JSON."""
    medians = measure()
    floor = medians["encode only, JPEG"]
    ratios = {name: value / floor for name, value in medians.items()}
    for name, ratio in ratios.items():
        sys.stdout.write(f"{name:24} {medians[name]:8.2f} ms  {ratio:6.2f} x encode-only JPEG\n")
    target = Path("build/bench/render.json")
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps({"median_ms": medians, "ratio": ratios}, indent=1))
    sys.stdout.write(f"written to {target}\n")


if __name__ == "__main__":
    main()
