"""We as a contestant: ``python -m tests.benchmarks.ours new|cold|kept|encode CARDS``.

``cold`` draws cards whose own texts it never saw, of a society whose name, hashtag and labels it
has drawn before: what a campaign is. ``new`` draws cards on which every text is new, those too.
``kept`` draws the same cards over and over; ``encode`` only encodes finished bitmaps, which is the
floor. All of them keep grounds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

from rendering.asset import CardRequest
from rendering.card import Composer
from rendering.encode import ENCODINGS
from rendering.memory import settle
from templates.layouts import open_theme
from tests.benchmarks.cards import OWN, load, numbered
from tests.benchmarks.serving import serve


def main(mode: str, file: str) -> None:
    """Serve until the input ends."""
    requests, _, _ = load(Path(file))
    draw = {"new": new, "cold": cold, "kept": kept, "encode": encode}[mode](requests)
    settle()  # as the processes of a build do
    serve(draw)


def new(requests: list[CardRequest]) -> Callable[[int, str], bytes]:
    """Every text is new each time."""
    composers = _composers(requests)
    numbers = count()

    def draw(card: int, encoding: str) -> bytes:
        request = numbered(requests[card], next(numbers))
        with composers[request.layout].drawn(request) as picture:
            return ENCODINGS[encoding].encode(picture)

    return draw


def cold(requests: list[CardRequest]) -> Callable[[int, str], bytes]:
    """A card's own texts are new each time, those of its society are not."""
    society = [name for name in requests[0].slots if name not in OWN]
    known = [numbered(request, 0, society) for request in requests]
    composers = _composers(requests)
    numbers = count()

    def draw(card: int, encoding: str) -> bytes:
        request = numbered(known[card], next(numbers), OWN)
        with composers[request.layout].drawn(request) as picture:
            return ENCODINGS[encoding].encode(picture)

    return draw


def kept(requests: list[CardRequest]) -> Callable[[int, str], bytes]:
    """The same texts every time."""
    composers = _composers(requests)
    same = [numbered(request, 0) for request in requests]

    def draw(card: int, encoding: str) -> bytes:
        request = same[card]
        with composers[request.layout].drawn(request) as picture:
            return ENCODINGS[encoding].encode(picture)

    return draw


def encode(requests: list[CardRequest]) -> Callable[[int, str], bytes]:
    """Nothing but encoding."""
    composers = _composers(requests)
    bitmaps = [composers[one.layout].compose(numbered(one, 0)) for one in requests]
    return lambda card, encoding: ENCODINGS[encoding].encode(bitmaps[card])


def _composers(requests: list[CardRequest]) -> dict[str, Composer]:
    """One for each layout, so that no ground is given up during the contest."""
    theme = open_theme()
    return {request.layout: Composer(theme) for request in requests}


if __name__ == "__main__":
    main(*sys.argv[1:])
