"""Wall clock and IANA zone to UTC, by the time zone data this environment was installed with.

The system's own zone files are never read: they are often years old, and where a country has
changed its mind since, a post would go out an hour wrong. The functions of this module use the
``tzdata`` package; another release is a :class:`ZoneData` read from its folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal
from zoneinfo import ZoneInfo, reset_tzpath

Gap = Literal["later", "earlier"]
Fold = Literal["earlier", "later"]

_VERSION = "# version "


class UnknownZone(ValueError):
    """The time zone data has no zone of this name."""


class NoZoneData(ValueError):
    """A folder is no release of the time zone data."""


@dataclass(frozen=True)
class ZoneData:
    """One release of the IANA time zone data.

    ``version`` is its name (``2026f``), ``names`` are all its zones, old names included, and
    ``folder`` holds them compiled, ``Europe/Athens`` in a file of that path.
    """

    version: str
    names: frozenset[str] = field(repr=False)
    folder: Traversable = field(repr=False, compare=False)
    _zones: dict[str, ZoneInfo] = field(default_factory=dict, init=False, repr=False, compare=False)

    @classmethod
    def read(cls, folder: Traversable) -> ZoneData:
        """The release in ``folder``, laid out as ``/usr/share/zoneinfo`` is.

        Its ``tzdata.zi`` says which release it is and which zones it has. A ``pathlib.Path``, a
        ``zipfile.Path`` and package resources will do. Raises :class:`NoZoneData`.
        """
        try:
            lines = folder.joinpath("tzdata.zi").read_text("utf-8").splitlines()
        except (OSError, UnicodeError):
            lines = []
        if not lines or not lines[0].startswith(_VERSION):
            raise NoZoneData(
                f"{folder}: no time zone data, for tzdata.zi is missing or names no release: "
                f"give a folder such as '/usr/share/zoneinfo'"
            )
        return cls(lines[0].removeprefix(_VERSION).strip(), frozenset(_names(lines)), folder)

    def zone(self, name: str) -> ZoneInfo:
        """The zone called ``name`` (``Europe/Athens``); the same object every time.

        Raises :class:`UnknownZone` for a name that is not in :attr:`names`, and for one whose
        file the folder does not hold: some systems leave the old names out.
        """
        known = self._zones.get(name)
        return known if known is not None else self._zones.setdefault(name, self._load(name))

    def resolve(
        self, wall: datetime, name: str, *, gap: Gap = "later", fold: Fold = "earlier"
    ) -> datetime:
        """The instant, in UTC, at which clocks in the zone ``name`` show ``wall``.

        ``wall`` is naive. A time that does not exist (clocks jump over it) is read with the
        offset before the jump, hence falls ``later`` by the size of the gap; ``earlier`` reads it
        with the offset after. A time that comes twice means the ``earlier`` one, once. Both
        defaults are the rule of RFC 5545, section 3.3.5.

        Raises ``ValueError`` for an aware ``wall`` and :class:`UnknownZone`.
        """
        if wall.tzinfo is not None:
            raise ValueError(f"{wall.isoformat()} already has a zone: give the time on the wall")
        there = self.zone(name)
        # PEP 495: fold 0 reads with the offset before a change, fold 1 with the one after.
        before = _offset(there, wall.replace(fold=0))
        after = _offset(there, wall.replace(fold=1))
        second = gap == "earlier" if after > before else fold == "later"
        return (wall - (after if second else before)).replace(tzinfo=UTC)

    def _load(self, name: str) -> ZoneInfo:
        if name in self.names:
            try:
                with self.folder.joinpath(*name.split("/")).open("rb") as file:
                    return ZoneInfo.from_file(file, key=name)
            except FileNotFoundError:
                pass
        raise UnknownZone(
            f"'{name}' is not a time zone of tzdata {self.version}: "
            f"write an IANA name such as 'Europe/Athens'"
        )


def _names(lines: list[str]) -> Iterator[str]:
    """The zones of a ``tzdata.zi``: ``Z name …`` is one, ``L target name`` another name of one."""
    for line in lines:
        if line.startswith("Z "):
            yield line.split(maxsplit=2)[1]
        elif line.startswith("L "):
            yield line.split(maxsplit=2)[2]


def _offset(there: ZoneInfo, wall: datetime) -> timedelta:
    found = there.utcoffset(wall)
    assert found is not None, there  # only of no time at all is there no offset
    return found


@cache
def packaged() -> ZoneData:
    """The release of the ``tzdata`` package: the one in force."""
    return ZoneData.read(resources.files("tzdata").joinpath("zoneinfo"))


def zone(name: str) -> ZoneInfo:
    """The zone called ``name`` in the release in force: see :meth:`ZoneData.zone`."""
    return packaged().zone(name)


def zone_names() -> frozenset[str]:
    """Every zone of the release in force, old names included."""
    return packaged().names


def resolve(wall: datetime, name: str, *, gap: Gap = "later", fold: Fold = "earlier") -> datetime:
    """The instant of a wall time by the release in force: see :meth:`ZoneData.resolve`."""
    return packaged().resolve(wall, name, gap=gap, fold=fold)


def leave_the_system_s_zones_alone() -> None:
    """Have every ``ZoneInfo`` of this process, whoever makes it, come from the package.

    Nothing of ours needs it; it is for what libraries may do by themselves.
    """
    reset_tzpath(to=())


def tzdata_version() -> str:
    """The IANA release in force, for example ``2026f``."""
    return packaged().version
