"""Where assets are kept: a folder, or a place that several machines share.

Whatever the kind, the assets of a build lie in a folder of this machine once it is done, so that
whoever needs a picture opens a file.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from rendering.encode import Encoding
from rendering.errors import AssetError


class StoreUnavailable(AssetError):
    """The place that is shared cannot be used at all: no card is at fault, and a build stops.

    What was finished until then is kept.
    """


class Store(Protocol):
    """Assets by name. The same name means the same picture, so that writing twice is harmless.

    Each of these raises :class:`StoreUnavailable` where the place has to be asked and does not
    answer. A store travels to other processes.
    """

    @property
    def folder(self) -> Path:
        """The folder of this machine in which files lie."""
        ...

    def path(self, name: str, encoding: Encoding) -> Path:
        """Where the asset lies on this machine, whether or not it is there yet."""
        ...

    def holds(self, names: Iterable[str], encoding: Encoding) -> set[str]:
        """Those of the names whose assets exist, wherever; nothing is written."""
        ...

    def bring(self, names: Iterable[str], encoding: Encoding) -> set[str]:
        """Those of the names whose assets exist; their files lie in the folder afterwards.

        Raises :class:`AssetError` when one arrives otherwise than it was stored.
        """
        ...

    def fetch(self, file: str, digest: str) -> None:
        """See that a file of the folder (``ab/abcd.jpg``) is there if it exists anywhere.

        One whose SHA-256 is another than ``digest`` is not taken: :class:`AssetError`.
        """
        ...

    def write(self, name: str, encoding: Encoding, data: bytes) -> Path:
        """Store the bytes under the name, for all; raises :class:`AssetError`, nothing half."""
        ...

    def lend(self, file: Path) -> str:
        """Put a photograph or logo where every machine finds it; returns its name there."""
        ...

    def lent(self, name: str) -> Path:
        """A file of this machine with what was lent under the name; :class:`AssetError`."""
        ...

    def tidy(self) -> None:
        """Remove what killed processes left half written on this machine."""
        ...
