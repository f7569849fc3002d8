"""Which publishers there are: whatever an installed distribution announces.

A publisher announces itself by an entry point in the group `clarion.publishers`; its name is the
kind, its object a factory. Clarion's own do the same, so a stranger's is no second-class one.
Nothing is imported until it is asked for.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Protocol

from publishers.account import Account, FixedAccount, Wanted
from publishers.errors import SetupError, UnknownPublisher
from publishers.port import Publisher

GROUP = "clarion.publishers"
# Threads that import one large package at once may each find it half there.
_LOADING = threading.Lock()


class Factory(Protocol):
    def __call__(
        self, channel: str, settings: Mapping[str, object], base: Path, account: Account, /
    ) -> Publisher:
        """A publisher for this channel id. Relative paths in its settings start at `base`;
        `account` keeps its secrets. Nothing is opened or asked yet.
        Raises SetupError when the settings do not do."""


def kinds() -> tuple[str, ...]:
    """The kinds that exist, sorted."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


def factory(kind: str) -> Factory:
    """The factory of this kind.

    Raises UnknownPublisher when there is none, and SetupError when two distributions claim the
    kind or when its code cannot be loaded.
    """
    point = _only(kind, tuple(entry_points(group=GROUP, name=kind)))
    try:
        with _LOADING:
            loaded: Factory = point.load()
    except (ImportError, AttributeError) as error:
        raise SetupError(f"publisher '{kind}' ({point.value}) cannot be loaded: {error}") from error
    return loaded


def create(
    kind: str,
    channel: str,
    settings: Mapping[str, object],
    base: Path,
    account: Account | None = None,
) -> Publisher:
    """The publisher of one channel. Raises what `factory` and the factory itself raise."""
    return factory(kind)(channel, settings, base, account or FixedAccount(channel))


def wanted(kind: str) -> tuple[Wanted, ...]:
    """The secrets that an account of this kind needs; none when its factory names none."""
    named: tuple[Wanted, ...] = getattr(factory(kind), "wanted", ())
    return named


def _only(kind: str, points: tuple[EntryPoint, ...]) -> EntryPoint:
    claims = {point.value: point for point in points}
    if not claims:
        raise UnknownPublisher(_unknown(kind))
    if len(claims) > 1:
        named = ", ".join(sorted(claims))
        raise SetupError(f"publisher '{kind}' is claimed twice ({named}); uninstall one of them")
    return next(iter(claims.values()))


def _unknown(kind: str) -> str:
    there = kinds()
    if there:
        return f"there is no publisher '{kind}'; installed are {', '.join(there)}"
    return (
        f"there is no publisher '{kind}': none is announced, because Clarion is not installed in "
        "this Python environment; run 'make' or 'python -m pip install --editable .' in its folder"
    )
