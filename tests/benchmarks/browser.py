"""Chromium as a contestant: one page, reused. ``python -m tests.benchmarks.browser CARDS``."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.benchmarks.serving import serve
from tests.reference.chromium import Chromium
from tests.reference.page import body
from tests.reference.scene import from_plain


def main(file: str) -> None:
    """Serve until the input ends."""
    data = json.loads(Path(file).read_text("utf-8"))
    scenes = [from_plain(card["scene"]) for card in data["cards"]]
    pages = [body(scene) for scene in scenes]
    with Chromium() as browser:

        def draw(card: int, encoding: str) -> bytes:
            browser.show(pages[card], scenes[card].width, scenes[card].height)
            return browser.shot(encoding)

        serve(draw)


if __name__ == "__main__":
    main(*sys.argv[1:])
