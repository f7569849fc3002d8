"""Wall clock and IANA zone to UTC, by the time zone data this environment was installed with.

The system's own zone files are never read: they are often years old, and where a country has
changed its mind since, a post would go out an hour wrong.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import import_module, resources
from typing import Literal
from zoneinfo import ZoneInfo

Gap = Literal["later", "earlier"]
Fold = Literal["earlier", "later"]


class UnknownZone(ValueError):
    """The installed time zone data has no zone of this name."""


@cache
def zone(name: str) -> ZoneInfo:
    """The zone called ``name`` (``Europe/Athens``), from the ``tzdata`` package.

    Raises :class:`UnknownZone` for a name that is not in the package's own list of zones.
    """
    if name not in zone_names():
        raise UnknownZone(
            f"'{name}' is not a time zone of tzdata {tzdata_version()}: "
            f"write an IANA name such as 'Europe/Athens'"
        )
    file = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    with file.open("rb") as data:
        return ZoneInfo.from_file(data, key=name)


@cache
def zone_names() -> frozenset[str]:
    """Every zone the ``tzdata`` package knows, old names included."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text("ascii").split())


def resolve(wall: datetime, name: str, *, gap: Gap = "later", fold: Fold = "earlier") -> datetime:
    """The instant, in UTC, at which clocks in the zone ``name`` show ``wall``.

    ``wall`` is naive. A time that does not exist (clocks jump over it) is read with the offset
    before the jump, hence falls ``later`` by the size of the gap; a time that comes twice means
    the ``earlier`` one, once. Both are the rule of RFC 5545, section 3.3.5.

    Raises ``ValueError`` for an aware ``wall`` and :class:`UnknownZone`.
    """
    if wall.tzinfo is not None:
        raise ValueError(f"{wall.isoformat()} already has a zone: give the time on the wall")
    there = wall.replace(tzinfo=zone(name), fold=0)
    if _exists(there):
        return there.replace(fold=int(fold == "later")).astimezone(UTC)
    return there.replace(fold=int(gap == "earlier")).astimezone(UTC)


def _exists(there: datetime) -> bool:
    """Whether clocks ever show this: only then does it survive the way to UTC and back."""
    back = there.astimezone(UTC).astimezone(there.tzinfo)
    return back.replace(tzinfo=None) == there.replace(tzinfo=None)


def tzdata_version() -> str:
    """The IANA release in use, for example ``2026f``."""
    return str(import_module("tzdata").IANA_VERSION)
