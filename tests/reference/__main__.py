"""``python -m tests.reference OUT [languages...]``: our pictures beside Chromium's, on sheets."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rendering.card import Composer
from rendering.errors import RenderError
from templates.layouts import open_theme
from tests.reference import samples
from tests.reference.chromium import Chromium
from tests.reference.sheets import Pair, compare, write_sheets


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.reference", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for the sheets")
    parser.add_argument("languages", nargs="*", help="names of sample files; all if none")
    parser.add_argument("--layouts", default="myth_fact,tip", help="default: myth_fact,tip")
    parser.add_argument("--format", default="square")
    parser.add_argument("--samples", type=Path, default=samples.FOLDER)
    return parser.parse_args(words)


def main(words: Sequence[str] | None = None) -> None:
    """Draw the sheets and print, card by card, whether the lines are the same."""
    asked = _arguments(words)
    composer = Composer(open_theme())
    rows: list[list[Pair]] = []
    with Chromium() as browser:
        for sample in samples.read(asked.samples, asked.languages):
            row = []
            for layout in asked.layouts.split(","):
                request = sample.request(layout, asked.format)
                try:
                    pair = compare(composer, browser, sample.name, request)
                except RenderError as error:
                    print(f"{sample.name:8} {layout:12} not drawn: {error}")
                    continue
                print(f"{sample.name:8} {layout:12} {pair.verdict}")
                row.append(pair)
            if row:
                rows.append(row)
        for file in write_sheets(asked.out, rows, browser.version):
            print(file)


if __name__ == "__main__":
    main()
