"""Processes that draw what other machines offer, until they are let go."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from threading import Lock

from rendering.build import Workshop, draw_missing
from rendering.fan_out import decode
from rendering.pool import Crew, Stopped, WorkerLost

_COURTESY = 5
"""By how much they step back, where the system knows of it: posts on this machine go first."""


class Drawers:
    """Draws batches as :func:`rendering.fan_out.encode` writes them, in processes of their own.

    A picture that would get another name here is left alone: this machine has other layouts or
    another version, and whoever asked draws it.
    """

    def __init__(self, workshop: Workshop, processes: int) -> None:
        self._workshop, self._processes = workshop, processes
        self._lock = Lock()
        self._crew = self._new()

    def draw(self, load: str) -> int:
        """How many of the pictures were drawn; those that are there already are not. From any
        thread. Raises ``ValueError`` for what is no batch, :class:`AssetError`, and
        :class:`WorkerLost` when a process was killed; the next batch has a new one."""
        with self._lock:
            crew = self._crew
        try:
            return crew.submit(load).result()
        except BrokenProcessPool as error:
            with self._lock:
                if self._crew is crew:
                    crew.close()
                    self._crew = self._new()
            raise WorkerLost("a process that draws pictures was killed") from error

    def close(self) -> None:
        """End the processes; what is being drawn is given up."""
        with self._lock:
            self._crew.close()

    def _new(self) -> Crew[str, int]:
        return Crew(partial(_prepared, self._workshop.parts()), self._processes)


def _prepared(workshop: Callable[[], Workshop]) -> Callable[[str, Stopped], int]:
    if hasattr(os, "nice"):
        os.nice(_COURTESY)
    return partial(_draw, workshop())


def _draw(workshop: Workshop, load: str, stopped: Stopped) -> int:
    return draw_missing(workshop, decode(load, workshop.store), stopped)
