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

from rendering.asset import Asset, CardRequest, asset_name, look
from rendering.card import Composer
from rendering.encode import JPEG, Encoding
from rendering.errors import RenderError
from rendering.fan_out import Batch as NamedBatch
from rendering.fan_out import Helpers, Outcome, Sharing
from rendering.fonts import packaged
from rendering.pool import Stopped, spread
from rendering.store import Store, StoreUnavailable
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
    shared: Outcome = field(default_factory=Outcome)
    """What other machines did of it, where any were asked."""


_Result = tuple[int, list[Unrendered]]
"""How many pictures of a batch were drawn, and those that could not be."""
_Results = Generator[_Result, None, None]
_Batch = Sequence[CardRequest]


@dataclass
class Workshop:
    """Where pictures are made: a theme, a store and an encoding, and others who may be asked."""

    store: Store
    workspace: Path | None = None
    encoding: Encoding = JPEG
    helpers: Helpers | None = None

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
        of them is killed and :class:`StoreUnavailable` when the store is lost; what was drawn until
        then stays.
        """
        report = BuildReport()
        missing = self._missing(requests, report)
        if missing:
            self.store.tidy()
        with closing(self._run(_batches(missing), workers, report)) as results:
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
        wanted: dict[str, CardRequest] = {}
        for request in requests:
            try:
                wanted.setdefault(self.name(request), request)
            except LayoutError as error:
                report.failed.append(_unrendered("", error))
        there = self.store.bring(wanted, self.encoding)
        report.reused += len(there)
        return [request for name, request in wanted.items() if name not in there]

    def parts(self) -> Callable[[], Workshop]:
        """What makes the same workshop in another process; it asks nobody."""
        return partial(Workshop, self.store, self.workspace, self.encoding)

    def _run(self, batches: Sequence[_Batch], workers: int, report: BuildReport) -> _Results:
        if self.helpers is None or len(batches) < 2:
            return self._here(batches, min(workers, len(batches)))
        sharing = Sharing(self.helpers, self.store, self.encoding)
        report.shared = sharing.outcome
        return self._shared(sharing, batches, workers)

    def _here(self, batches: Iterable[_Batch], workers: int) -> _Results:
        """Draw on this machine."""
        if workers < 2:
            return (_draw_batch(self, [request]) for batch in batches for request in batch)
        return spread(partial(_prepared, self.parts()), batches, workers)

    def _shared(self, sharing: Sharing, batches: Sequence[_Batch], workers: int) -> _Results:
        """Draw on this machine and on others."""

        def here(named: Iterable[NamedBatch], most: int) -> _Results:
            plain = ([request for _, request in batch] for batch in named)
            return self._here(plain, min(workers, most))

        offered = [[(self.name(request), request) for request in batch] for batch in batches]
        with closing(sharing.results(offered, here)) as results:
            for result in results:
                yield (result, []) if isinstance(result, int) else result


def draw_missing(
    workshop: Workshop, batch: Sequence[tuple[str, CardRequest]], stopped: Stopped
) -> int:
    """Draw those of the pictures that are not there; how many. None that has another name here,
    and none that cannot be drawn."""
    there = workshop.store.bring([name for name, _ in batch], workshop.encoding)
    wanted = [one for one in batch if one[0] not in there and _same(workshop, *one)]
    return _draw_batch(workshop, [request for _, request in wanted], stopped)[0]


def _same(workshop: Workshop, name: str, request: CardRequest) -> bool:
    try:
        return workshop.name(request) == name
    except LayoutError:
        return False


def _prepared(
    workshop: Callable[[], Workshop],
) -> Callable[[Sequence[CardRequest], Stopped], _Result]:
    """How another process draws a batch."""
    return partial(_draw_batch, workshop())


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
        except StoreUnavailable:  # no fault of the card: none of the others could be kept either
            raise
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
