"""Same inputs, same bytes: every language, every layout, wherever and in whatever order drawn.

Encoded bytes are compared within one run only, never with a file: what a picture looks like is
kept by ``test_pixels_golden``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path

import pytest

from rendering.asset import AssetStore, CardRequest
from rendering.build import Workshop
from rendering.encode import PNG
from rendering.fit import DoesNotFit
from tests.project import ROOT
from tests.rendering.samples import card, samples

LAYOUTS = sorted(file.stem for file in (ROOT / "templates" / "cards").glob("[!_]*.toml"))


def cards() -> list[CardRequest]:
    """Two cards of every language; together they are of every layout, in three formats."""
    kinds = cycle(product(LAYOUTS, ("square", "link", "portrait")))
    return [
        card(sample | {"body": sample["myth"]}, *next(kinds))
        for sample in samples().values()
        for _ in range(2)
    ]


CHILD = """
import json, sys
from pathlib import Path
from PIL import features
from rendering.asset import AssetStore
from rendering.build import Workshop
from tests.rendering.test_determinism import cards
if __name__ == "__main__":
    folder, workers = Path(sys.argv[1]), int(sys.argv[2])
    report = Workshop(AssetStore(folder)).build(cards(), workers)
    maps = Path("/proc/self/maps")
    print(json.dumps({
        "drawn": report.drawn,
        "failed": sorted(failed.reason for failed in report.failed),
        "fribidi": features.check("fribidi"),
        "mapped": maps.read_text().split() if maps.is_file() else [],
    }))
"""


@dataclass(frozen=True)
class Built:
    """A build of the cards in a process of its own, and what that said."""

    folder: Path
    drawn: int
    failed: list[str]
    fribidi: bool
    mapped: list[str] = field(repr=False)

    def files(self) -> dict[str, bytes]:
        """Every picture, by name."""
        return {file.name: file.read_bytes() for file in self.folder.rglob("*.*")}


def built(folder: Path, workers: int, surroundings: dict[str, str]) -> Built:
    script = folder.with_suffix(".py")
    script.write_text(CHILD, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-X", "utf8", script, folder, str(workers)],
        cwd=folder.parent,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)} | surroundings,
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return Built(folder, **json.loads(done.stdout))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The cards built by one process in plain surroundings."""
    folder = tmp_path_factory.mktemp("here") / "assets"
    return built(folder, 1, {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"})


def test_surroundings_change_no_byte(here: Built, tmp_path: Path) -> None:
    """Neither hash seed, locale, zone, home and processes, nor the system's text libraries.

    Empty files of the libraries' names hide them: the loader finds those first and gives up.
    """
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for name in ("fribidi.so.0", "raqm.so.0", "harfbuzz.so.0", "freetype.so.6", "fontconfig.so.1"):
        (hidden / f"lib{name}").touch()
    elsewhere = {
        "PYTHONHASHSEED": "4242",
        "LC_ALL": "tr_TR.UTF-8",
        "LANG": "ar_SA.UTF-8",
        "TZ": "Asia/Tokyo",
        "HOME": str(tmp_path),
        "LD_LIBRARY_PATH": str(hidden),
    }
    there = built(tmp_path / "assets", 2, elsewhere)
    assert not (sys.platform == "linux" and there.fribidi), "the library was not hidden"
    assert there.drawn == here.drawn > 0
    assert there.failed == here.failed
    assert changed(here.files(), there.files()) == []


def changed(before: dict[str, bytes], now: dict[str, bytes]) -> list[str]:
    """The names of files that differ, or that only one has."""
    return sorted(name for name in before.keys() | now if before.get(name) != now.get(name))


def test_every_language_was_drawn(here: Built) -> None:
    """A card whose words do not fit is no matter here, but most must, and no glyph may lack."""
    assert here.drawn == len(here.files()) > 0.9 * len(cards())
    assert [reason for reason in here.failed if " px too high for " not in reason] == []
    shop = Workshop(AssetStore(here.folder))
    drawn = {one.language for one in cards() if shop.asset(one).file.is_file()}
    assert drawn == {sample["language"] for sample in samples().values()}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which files are mapped")
def test_no_font_is_opened_but_those_of_the_package(here: Built) -> None:
    fonts = {Path(name) for name in here.mapped if name.endswith((".ttf", ".otf", ".ttc"))}
    assert len(fonts) > 10
    assert {file.parent for file in fonts} == {ROOT / "templates" / "fonts"}


def test_neither_order_nor_earlier_cards_change_a_byte(here: Built, tmp_path: Path) -> None:
    """What a process keeps of a card for the next one shows in no picture."""
    shop = Workshop(AssetStore(tmp_path))
    some = cards()[::5]
    pngs: dict[str, bytes] = {}
    for one in [*reversed(some), *some]:
        with suppress(DoesNotFit):
            file = shop.draw(one).file
            assert file.read_bytes() == (here.folder / file.relative_to(tmp_path)).read_bytes()
            png = PNG.encode(shop.composer.compose(one))
            assert pngs.setdefault(file.name, png) == png
    assert len(pngs) > 0.8 * len(some)
