"""Many requests become assets: names first, then only what is missing is drawn.

Work is spread over processes in batches. Cards of one ground follow each other, and within it those
of one language, so that a ground is drawn once and a process holds few of them. An interrupted
build leaves whole files only; running it again finishes it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby, islice
from pathlib import Path

from rendering.asset import Asset, AssetStore, CardRequest, asset_name, look
from rendering.card import Composer
from rendering.encode import JPEG, Encoding
from rendering.errors import RenderError
from rendering.fonts import packaged
from rendering.pool import Stopped, spread
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


_Result = tuple[int, list[Unrendered]]
"""How many pictures of a batch were drawn, and those that could not be."""
_Results = Generator[_Result, None, None]


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
        name = self.name(request)
        form = self.composer.theme.format(request.format)
        file = self.store.path(name, self.encoding)
        return Asset(name, file, self.encoding.media_type, form.width, form.height)

    def name(self, request: CardRequest) -> str:
        """The name of the asset a request stands for; :class:`LayoutError` without a layout."""
        layout = self.composer.layout(request.layout)
        theme = self.composer.theme
        theme.format(request.format)
        digests = (layout.digest, theme.digest, self._fonts)
        return asset_name(request, layout.shown, *digests, self.encoding)

    def draw(self, request: CardRequest) -> Asset:
        """Draw one picture and store it."""
        asset = self.asset(request)
        with self.composer.drawn(request) as picture:
            data = self.encoding.encode(picture, photo=request.photo is not None)
        self.store.write(asset.name, self.encoding, data)
        return asset

    def build(
        self, requests: Iterable[CardRequest], workers: int = 1, progress: Progress | None = None
    ) -> BuildReport:
        """Make every asset that is missing. Never raises for a single card: see ``failed``.

        Uses up to ``workers`` processes, fewer for little work. Raises :class:`WorkerLost` when one
        of them is killed; what was drawn until then stays.
        """
        report = BuildReport()
        missing = self._missing(requests, report)
        if missing:
            self.store.tidy()
        with closing(self._run(_batches(missing), workers)) as results:
            done = 0
            for drawn, failed in results:
                report.drawn += drawn
                report.failed.extend(failed)
                done += drawn + len(failed)
                if progress is not None:
                    progress(done, len(missing))
        return report

    def _missing(self, requests: Iterable[CardRequest], report: BuildReport) -> list[CardRequest]:
        """One request for every asset that is not there; counts and notes the others."""
        seen: set[str] = set()
        missing: list[CardRequest] = []
        for request in requests:
            try:
                name = self.name(request)
            except LayoutError as error:
                report.failed.append(_unrendered("", error))
                continue
            if name in seen:
                continue
            seen.add(name)
            if self.store.has(name, self.encoding):
                report.reused += 1
            else:
                missing.append(request)
        return missing

    def _run(self, batches: Sequence[Sequence[CardRequest]], workers: int) -> _Results:
        if min(workers, len(batches)) < 2:
            return (_draw_batch(self, [request]) for batch in batches for request in batch)
        prepare = partial(_prepared, self.store.folder, self.workspace, self.encoding)
        return spread(prepare, batches, min(workers, len(batches)))


def _prepared(
    folder: Path, workspace: Path | None, encoding: Encoding
) -> Callable[[Sequence[CardRequest], Stopped], _Result]:
    """How another process draws a batch."""
    return partial(_draw_batch, Workshop(AssetStore(folder), workspace, encoding))


def _never() -> bool:
    return False


def _draw_batch(
    workshop: Workshop, batch: Sequence[CardRequest], stopped: Stopped = _never
) -> _Result:
    drawn, failed = 0, []
    for request in batch:
        if stopped():
            break
        try:
            workshop.draw(request)
            drawn += 1
        except _HELD as error:
            failed.append(_unrendered(workshop.name(request), error))
    return drawn, failed


def _unrendered(name: str, error: Exception) -> Unrendered:
    return Unrendered(name, str(error))


def _batches(requests: list[CardRequest]) -> list[list[CardRequest]]:
    """Batches of cards with one ground; what is left of grounds goes together."""
    ordered = sorted(requests, key=lambda one: (_ground(one), one.language))
    batches: list[list[CardRequest]] = []
    rest: list[CardRequest] = []
    for _, group in groupby(ordered, key=_ground):
        while len(batch := list(islice(group, _BATCH))) == _BATCH:
            batches.append(batch)
        rest += batch
        if len(rest) >= _BATCH:
            batches.append(rest)
            rest = []
    return [*batches, rest] if rest else batches


def _ground(request: CardRequest) -> tuple[str, ...]:
    """What cards share when they may be drawn on one ground, in an order."""
    return (request.layout, *look(request))
