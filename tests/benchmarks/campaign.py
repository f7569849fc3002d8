"""What a whole campaign costs: many languages, all formats, two processes, and then again."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rendering.asset import AssetStore, CardRequest
from rendering.build import Workshop
from rendering.card import Composer
from rendering.encode import JPEG
from templates.layouts import open_theme
from tests.benchmarks import cards
from tests.benchmarks.contestant import children, peak
from tests.reference.samples import Sample

WORKERS = 2
_EACH = 220_000
"""Bytes of a picture, generously."""
_FLOOR_TURNS = 6

Say = Callable[[str], None]


@dataclass(frozen=True)
class Built:
    """One build. ``cpu`` is that of all its processes; ``peak`` is its largest process, in MB."""

    pictures: int
    drawn: int
    failed: tuple[str, ...]
    seconds: float
    cpu: float
    peak: float | None

    @property
    def each(self) -> float:
        """Milliseconds a picture."""
        return self.seconds / self.pictures * 1000

    @property
    def cpu_each(self) -> float:
        """Milliseconds of processor time a picture."""
        return self.cpu / self.pictures * 1000


def build(requests: Sequence[CardRequest], folder: Path) -> Built:
    """Build with two processes into a store that may hold some of it already."""
    used = _cpu()
    with _Watch() as watch:
        begun = time.perf_counter()
        report = Workshop(AssetStore(folder)).build(requests, workers=WORKERS)
        seconds = time.perf_counter() - begun
    failed = tuple(one.reason for one in report.failed)
    return Built(len(requests), report.drawn, failed, seconds, _cpu() - used, watch.peak)


def floor(requests: Sequence[CardRequest]) -> float:
    """Milliseconds of processor time to encode a picture of these sizes, on average.

    On as many processes at once as the build has, since they slow each other down.
    """
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context) as pool:
        found = list(pool.map(_encode, [list(requests)] * WORKERS))
    return sum(found) / len(found)


def _encode(requests: Sequence[CardRequest]) -> float:
    composer = Composer(open_theme())
    bitmaps = [composer.compose(request) for request in requests]
    begun = time.process_time()
    for _ in range(_FLOOR_TURNS):
        for bitmap in bitmaps:
            JPEG.encode(bitmap)
    return (time.process_time() - begun) / _FLOOR_TURNS / len(bitmaps) * 1000


def run(samples: Sequence[Sample], long: bool, say: Say) -> dict[str, object]:
    """All of it; figures by name."""
    requests = cards.campaign(samples)
    some = requests[:: max(1, len(requests) // 20 | 1)]
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        small = build(requests[: len(requests) // 10], folder / "small")
        say(f"{small.pictures} pictures in {small.seconds:.1f} s")
        before = floor(some)
        whole = build(requests, folder / "whole")
        after = floor(some)
        say(f"{whole.pictures} pictures in {whole.seconds:.1f} s")
        again = build(requests, folder / "whole")
        changed = _changed(requests)
        one = build(changed, folder / "whole")
        growth = [small, whole]
        shutil.rmtree(folder / "small")
        shutil.rmtree(folder / "whole")
        if long:
            growth += _long(samples, folder, say)
    return {
        "languages": len(samples),
        "processes": WORKERS,
        "build": _plain(whole),
        "floor_cpu_ms": (before + after) / 2,
        "cpu_ratio": whole.cpu_each / ((before + after) / 2),
        "again": _plain(again),
        "one_message": _plain(one)
        | {"expected": sum(a != b for a, b in zip(requests, changed, strict=True))},
        "growth": [_plain(step) for step in growth],
    }


def _changed(requests: Sequence[CardRequest]) -> list[CardRequest]:
    """The same campaign after a translator changed one message of one card."""
    first = requests[0]
    others = requests[len(cards.FORMATS) :]
    mended = [cards.numbered(one, 7, ("fact",)) for one in requests[: len(cards.FORMATS)]]
    if any(one.layout != first.layout for one in mended):
        raise RuntimeError("a card's formats are expected to stand together")
    return [*mended, *others]


def _long(samples: Sequence[Sample], folder: Path, say: Say) -> list[Built]:
    requests = [one for variant in range(10) for one in cards.campaign(samples, variant)]
    needed, free = len(requests) * _EACH, shutil.disk_usage(folder).free
    if free < 2 * needed:
        say(f"SKIPPED {len(requests)} pictures: {2 * needed >> 30} GiB free disk wanted")
        return []
    built = build(requests, folder / "long")
    say(f"{built.pictures} pictures in {built.seconds:.1f} s")
    return [built]


def _plain(built: Built) -> dict[str, object]:
    return {
        "pictures": built.pictures,
        "drawn": built.drawn,
        "failed": len(built.failed),
        "why": list(built.failed[:5]),
        "seconds": built.seconds,
        "ms_each": built.each,
        "cpu_ms_each": built.cpu_each,
        "peak_mb": built.peak,
    }


def _cpu() -> float:
    """Processor seconds of this process and of those it started and that have ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in both)


class _Watch:
    """Looks at the processes below this one while a build runs; ``peak`` is the largest, in MB."""

    def __init__(self) -> None:
        self.peak: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.5):
            found = [peak(pid) for pid in children(os.getpid())]
            self.peak = max([self.peak or 0.0, *filter(None, found)]) or None
