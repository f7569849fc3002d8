"""Batches of pictures that other machines draw too, over a store that all of them see.

Nothing depends on the others. What nobody has begun is taken back and drawn here, what they do not
finish is drawn here as well, and so is what they could not draw: it then fails here, with the
reason a build names. An offer that is lost, late or worked on twice does no harm, because a
picture's name is its content.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Protocol

from rendering.asset import CardRequest
from rendering.encode import Encoding
from rendering.errors import AssetError
from rendering.store import Store, StoreUnavailable

_PATIENCE = 5.0
"""Seconds without news from anybody, after which what they hold is drawn here as well. A batch
takes a second or two; drawn twice, it is merely drawn twice."""
_FILES = ("logo", "photo")

Ticket = int
"""What an offer is known by."""
Batch = Sequence[tuple[str, CardRequest]]
"""Pictures by the names of their assets."""


class NoHelpError(Exception):
    """Others cannot be asked, or not any more; one line that says why."""


class Helpers(Protocol):
    """Others that may work on what is offered. Every method may raise :class:`NoHelpError`."""

    def offer(self, loads: Sequence[str]) -> Sequence[Ticket]:
        """Let others have these, in this order of beginning; one ticket each."""
        ...

    def take_back(self, ticket: Ticket) -> bool:
        """Whether nobody had begun it; then nobody will."""
        ...

    def ended(self, tickets: Iterable[Ticket], within: float) -> set[Ticket]:
        """Those nobody works on any more, however it ended. Waits so many seconds for the first.

        With 0 it answers at once, and may remember its last answer for half a second.
        """
        ...

    def close(self) -> None:
        """Let go of the way to the others, for now; the next question opens it again."""
        ...


@dataclass
class Outcome:
    """What came of asking: pictures that others drew, and those they said they had drawn that are
    not in the store: they keep theirs elsewhere, or draw otherwise. ``why`` is why nobody could be
    asked."""

    drawn: int = 0
    strayed: int = 0
    why: str = ""


class Sharing:
    """One build's batches, of which others draw some."""

    def __init__(self, helpers: Helpers, store: Store, encoding: Encoding) -> None:
        self._helpers, self._store, self._encoding = helpers, store, encoding
        self._out: dict[Ticket, Batch] = {}
        self._left: list[Batch] = []
        self.outcome = Outcome()

    def results(
        self,
        batches: Sequence[Batch],
        draw: Callable[[Iterable[Batch], int], Generator[Any, None, None]],
    ) -> Generator[Any, None, None]:
        """The results of drawing the batches here, and the number of pictures whenever others have
        drawn some. ``draw`` draws here at most so many batches, taking the next one when it has
        room for it."""
        own = self._offer(batches)
        try:
            with closing(draw(self._mine(own), len(batches))) as drawn:
                for result in drawn:
                    yield result
                    yield from self._news(0)
            while self._out:
                yield from self._news(_PATIENCE) or self._overdue()
        finally:
            self._withdraw()
        with closing(draw(self._left, len(self._left))) as drawn:
            yield from drawn

    def _offer(self, batches: Sequence[Batch]) -> list[Batch]:
        """Offer what can be; returns what cannot, because it depends on a file nobody can read."""
        loads: list[str] = []
        sent: list[Batch] = []
        own: list[Batch] = []
        lent: dict[Path, str] = {}
        for batch in batches:
            try:
                loads.append(encode(batch, self._store, lent))
                sent.append(batch)
            except StoreUnavailable:
                raise
            except AssetError:
                own.append(batch)
        try:
            self._out = dict(zip(self._helpers.offer(loads), sent, strict=True))
        except NoHelpError as error:
            self.outcome.why = str(error)
            own += sent
        return own

    def _mine(self, own: Iterable[Batch]) -> Iterator[Batch]:
        """What is drawn here: what others cannot, then from the end what they have not begun."""
        yield from own
        for ticket in reversed(list(self._out)):
            if ticket in self._out and self._taken_back(ticket):
                yield self._out.pop(ticket)

    def _taken_back(self, ticket: Ticket) -> bool:
        try:
            return self._helpers.take_back(ticket)
        except NoHelpError as error:
            self.outcome.why = str(error)
            return True

    def _news(self, within: float) -> list[int]:
        """How many pictures others have drawn since the last time, batch by batch."""
        if not self._out:
            return []
        try:
            ended = self._helpers.ended(self._out, within)
        except NoHelpError as error:
            self.outcome.why = str(error)
            return []
        return [self._collect(self._out.pop(ticket)) for ticket in ended]

    def _overdue(self) -> list[int]:
        """Nobody has been heard of: what has come of it is taken, the rest is drawn here."""
        found = [self._collect(batch, told=False) for batch in self._out.values()]
        self._out.clear()
        return found

    def _collect(self, batch: Batch, *, told: bool = True) -> int:
        there = self._store.bring([name for name, _ in batch], self._encoding)
        if left := [one for one in batch if one[0] not in there]:
            self._left.append(left)
        self.outcome.drawn += len(there)
        if told and not there:
            self.outcome.strayed += len(batch)
        return len(there)

    def _withdraw(self) -> None:
        """Leave nothing behind for others to begin."""
        with suppress(NoHelpError):
            for ticket in self._out:
                self._helpers.take_back(ticket)
        self._helpers.close()


# --- how a batch travels ---


def encode(batch: Batch, store: Store, lent: dict[Path, str]) -> str:
    """A batch as JSON; its photographs and logos are lent to everybody through the store.

    ``lent`` remembers which were. Raises :class:`AssetError` when one cannot be read.
    """
    return json.dumps([_plain(name, request, store, lent) for name, request in batch])


def decode(load: str, store: Store) -> list[tuple[str, CardRequest]]:
    """What :func:`encode` was given, with files of this machine. ``ValueError`` for anything else;
    :class:`AssetError` when a file that was lent is not there."""
    try:
        return [_request(one, store) for one in json.loads(load)]
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"not a batch of pictures: {error!r}") from error


def _plain(
    name: str, request: CardRequest, store: Store, lent: dict[Path, str]
) -> dict[str, object]:
    values = {one.name: getattr(request, one.name) for one in fields(CardRequest)}
    for field in _FILES:
        file = values[field]
        if file is not None:
            if file not in lent:
                lent[file] = store.lend(file)
            values[field] = lent[file]
    values |= {"slots": dict(request.slots), "brand": dict(request.brand), "name": name}
    return values


def _request(values: Mapping[str, Any], store: Store) -> tuple[str, CardRequest]:
    given = dict(values)
    name = given.pop("name")
    for field in _FILES:
        given[field] = None if given[field] is None else store.lent(given[field])
    focus = given["focus"]
    return name, CardRequest(**given | {"focus": None if focus is None else tuple(focus)})
