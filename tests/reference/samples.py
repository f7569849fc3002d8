"""Sample texts of ``tests/samples`` as card requests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from rendering.asset import CardRequest
from tests.rendering.samples import FOLDER, card


@dataclass(frozen=True)
class Sample:
    """The texts of one language's card, by name, as its file holds them."""

    name: str
    language: str
    direction: str
    texts: Mapping[str, str]

    def request(self, layout: str, form: str = "square", **slots: str) -> CardRequest:
        """One card of this language; ``slots`` stand in for the sample's own texts."""
        asked = card(dict(self.texts), layout, form)
        return replace(asked, slots={**asked.slots, **slots}, emblem="cross")


def read(folder: Path = FOLDER, names: Sequence[str] = ()) -> list[Sample]:
    """The samples called ``names``, by file name without its ending; all of them for none."""
    files = sorted(folder.glob("*.json"))
    if not files:
        raise SystemExit(f"{folder}: no sample texts; name another folder with --samples")
    wanted = set(names) or {file.stem for file in files}
    unknown = wanted - {file.stem for file in files}
    if unknown:
        raise SystemExit(f"{folder}: no sample called {', '.join(sorted(unknown))}")
    return [_sample(file) for file in files if file.stem in wanted]


def _sample(file: Path) -> Sample:
    texts = json.loads(file.read_text("utf-8"))
    return Sample(
        file.stem,
        texts["language"],
        texts["direction"],
        {key: value for key, value in texts.items() if isinstance(value, str)},
    )
