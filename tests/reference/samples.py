"""Sample texts of ``tests/samples`` as card requests."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rendering.asset import CardRequest

FOLDER = Path(__file__).parents[1] / "samples"


@dataclass(frozen=True)
class Sample:
    """The texts of one language's card, by name, as its file holds them."""

    name: str
    language: str
    direction: str
    texts: Mapping[str, str]

    def slots(self) -> dict[str, str]:
        """The texts under the names that the layouts use, whichever layout it is."""
        texts = dict(self.texts)
        tag = texts.get("tag", "")
        return {
            **texts,
            "hashtag": tag if tag.startswith("#") else f"#{tag}",
            "title": texts["heading"],
            "items": "\n".join((texts["heading"], texts["myth"], texts["fact"])),
            "lead": texts["heading"],
            "value": "27.6",
            "counter": "1/3",
            "label_tip": texts["label_fact"],
            "label_definition": texts["label_fact"],
            "label_figure": texts["label_fact"],
            "label_help": texts["label_fact"],
            "label_checklist": texts["label_fact"],
        }

    def request(self, layout: str, form: str = "square", **slots: str) -> CardRequest:
        """One card of this language; ``slots`` stand in for the sample's own texts."""
        return CardRequest(
            layout, form, self.direction, self.language, self.slots() | slots, "cross"
        )


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
