"""Many requests become assets: names first, then only what is missing is drawn.

Work is spread over processes in batches of one language, since shaping and grounds are shared
within a language. An interrupted build leaves whole files only; running it again finishes it.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from rendering.asset import Asset, AssetStore, CardRequest, asset_name
from rendering.card import Composer
from rendering.encode import JPEG, Encoding
from rendering.errors import RenderError
from rendering.fonts import packaged
from templates.layouts import LayoutError, open_theme

_BATCH = 24
_HELD = (RenderError, LayoutError)

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Unrendered:
    """A picture that could not be made, and why.

    ``name`` is that of its asset; empty when not even the layout could be read.
    """

    name: str
    reason: str


@dataclass
class BuildReport:
    """What a build did: how many were drawn, how many were there, what could not be made."""

    drawn: int = 0
    reused: int = 0
    failed: list[Unrendered] = field(default_factory=list)


@dataclass
class Workshop:
    """Where pictures are made: a theme, a store and an encoding."""

    store: AssetStore
    workspace: Path | None = None
    encoding: Encoding = JPEG

    def __post_init__(self) -> None:
        self.composer = Composer(open_theme(self.workspace))
        self._fonts = packaged().digest

    def asset(self, request: CardRequest) -> Asset:
        """The asset a request stands for, drawn or not."""
        theme = self.composer.theme
        layout = self.composer.layout(request.layout)
        shown = {name: text for name, text in request.slots.items() if name in layout.slots}
        request = replace(request, slots=shown)
        name = asset_name(request, layout.digest, theme.digest, self._fonts, self.encoding)
        form = theme.format(request.format)
        file = self.store.path(name, self.encoding)
        return Asset(name, file, self.encoding.media_type, form.width, form.height)

    def draw(self, request: CardRequest) -> Asset:
        """Draw one picture and store it."""
        asset = self.asset(request)
        data = self.encoding.encode(self.composer.compose(request))
        self.store.write(asset.name, self.encoding, data)
        return asset

    def build(
        self, requests: Iterable[CardRequest], workers: int = 1, progress: Progress | None = None
    ) -> BuildReport:
        """Make every asset that is missing. Never raises for a single card: see ``failed``."""
        report = BuildReport()
        wanted: dict[str, CardRequest] = {}
        for request in requests:
            try:
                wanted[self.asset(request).name] = request
            except LayoutError as error:
                report.failed.append(_unrendered("", request, error))
        missing = {
            name: request
            for name, request in wanted.items()
            if not self.store.has(name, self.encoding)
        }
        report.reused = len(wanted) - len(missing)
        batches = _batches(list(missing.values()))
        done = 0
        for drawn, failed in self._run(batches, workers):
            report.drawn += drawn
            report.failed.extend(failed)
            done += drawn + len(failed)
            if progress is not None:
                progress(done, len(missing))
        return report

    def _run(
        self, batches: Sequence[Sequence[CardRequest]], workers: int
    ) -> Iterable[tuple[int, list[Unrendered]]]:
        if workers < 2 or len(batches) < 2:
            yield from (_draw_batch(self, batch) for batch in batches)
            return
        yield from self._spread(batches, workers)

    def _spread(
        self, batches: Sequence[Sequence[CardRequest]], workers: int
    ) -> Iterable[tuple[int, list[Unrendered]]]:
        arguments = (self.store.folder, self.workspace, self.encoding)
        with ProcessPoolExecutor(
            workers, multiprocessing.get_context("spawn"), _open_workshop, arguments
        ) as pool:
            queue = iter(batches)
            running: set[Future[tuple[int, list[Unrendered]]]] = {
                pool.submit(_draw_in_worker, batch) for batch in islice(queue, workers * 2)
            }
            while running:
                finished, running = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield future.result()
                running |= {pool.submit(_draw_in_worker, b) for b in islice(queue, len(finished))}


_workshop: Workshop | None = None
"""The worker process's own workshop; set once when the process starts."""


def _open_workshop(folder: Path, workspace: Path | None, encoding: Encoding) -> None:
    global _workshop  # a process pool's initializer has no other place
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _workshop = Workshop(AssetStore(folder), workspace, encoding)


def _end_with_parent() -> None:
    """Else a worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _draw_in_worker(batch: Sequence[CardRequest]) -> tuple[int, list[Unrendered]]:
    if _workshop is None:
        raise RuntimeError("the worker has no workshop")
    return _draw_batch(_workshop, batch)


def _draw_batch(workshop: Workshop, batch: Sequence[CardRequest]) -> tuple[int, list[Unrendered]]:
    failed = []
    for request in batch:
        try:
            workshop.draw(request)
        except _HELD as error:
            failed.append(_unrendered(workshop.asset(request).name, request, error))
    return len(batch) - len(failed), failed


def _unrendered(name: str, request: CardRequest, error: Exception) -> Unrendered:
    return Unrendered(name, f"{request.layout}, {request.format}: {error}")


def _batches(requests: list[CardRequest]) -> list[list[CardRequest]]:
    ordered = sorted(requests, key=lambda one: (one.language, one.format, one.layout))
    return [ordered[start : start + _BATCH] for start in range(0, len(ordered), _BATCH)]
