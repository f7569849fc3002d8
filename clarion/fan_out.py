"""Pictures drawn by several machines: what asks the others, and what draws for them.

The others are workers on the same PostgreSQL database with the same store of assets.
"""

from __future__ import annotations

from rendering.build import Workshop
from rendering.drawers import Drawers
from rendering.fan_out import Helpers

_LAST = 10.0
"""Seconds in which pictures that are being drawn may be finished when a worker is stopped."""


def helpers(database: str) -> Helpers:
    """Who may be asked to draw, through a database, ``postgresql://...``. Nobody is, yet."""
    # Takes most of a second to import; a workspace on one machine never needs it.
    from scheduler.adapters.procrastinate_jobs import OfferedJobs

    return OfferedJobs(database)


class PictureWorker:
    """Draws what other machines offer, from ``start`` to ``close``, in so many processes."""

    def __init__(self, workshop: Workshop, database: str, processes: int) -> None:
        from scheduler.adapters.procrastinate_jobs import JobServer

        self._drawers = Drawers(workshop, processes)
        self._server = JobServer(database, self._drawers.draw, processes)

    def start(self) -> None:
        """Begin; returns at once. A database that cannot be reached is waited for."""
        self._server.start()

    def close(self) -> None:
        """Stop taking pictures on, finish or give up those in hand, end the processes."""
        self._server.close(_LAST)
        self._drawers.close()
