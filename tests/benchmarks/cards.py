"""The cards that every contestant draws, and the many cards of a campaign."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import uharfbuzz

from rendering.asset import CardRequest
from rendering.card import Composer
from rendering.errors import RenderError
from rendering.fonts import FOLDER
from templates.layouts import open_theme
from tests.reference.samples import Sample, read
from tests.reference.scene import Scene, scene

LANGUAGES = ("en", "fr", "ar", "hi", "th", "zh-Hans")
FORMATS = ("square", "portrait", "story", "wide", "link")
_FIRST = 100
OWN = ("title", "heading", "body", "myth", "fact", "source_line")
"""The texts that are a card's own; the others stand on every card of a society."""
_FIGURES = ("counter", "number", "value")


def numbered(request: CardRequest, number: int, names: Sequence[str] = ()) -> CardRequest:
    """The same card with a number at the end of its texts, which makes them texts never seen.

    ``names`` are the slots to change; all of them for none. Numbers have three digits, so that
    every one asks for the same room. In a hashtag, for which room is short, they replace letters.
    """
    end = str(_FIRST + number % (1000 - _FIRST))
    slots = dict(request.slots)
    for name in names or slots:
        if slots.get(name) and name not in _FIGURES:
            slots[name] = slots[name][:-3] + end if name == "hashtag" else f"{slots[name]} {end}"
    return replace(request, slots=slots)


def four(sample: Sample) -> Iterator[CardRequest]:
    """Four square cards of a language: two short texts, and three with heading and body."""
    texts = sample.texts
    yield sample.request("myth_fact")
    yield sample.request("tip")
    yield sample.request("message", body=texts["fact"])
    yield sample.request("definition", body=f"{texts['myth']} {texts['fact']}")


def contest(folder: Path, names: Sequence[str] = LANGUAGES) -> list[CardRequest]:
    """The cards of the contest, those of one layout after each other."""
    present = {file.stem for file in folder.glob("*.json")}
    samples = read(folder, [name for name in names if name in present])
    cards = [list(four(sample)) for sample in samples]
    return [request for layout in zip(*cards, strict=True) for request in layout]


def campaign(samples: Sequence[Sample], variant: int = 0) -> list[CardRequest]:
    """Twelve cards a language in five formats. Another ``variant`` has other texts."""
    return [
        numbered(replace(request, format=form), variant * 12 + place, OWN)
        for sample in samples
        for place, request in enumerate(_twelve(sample))
        for form in FORMATS
    ]


def _twelve(sample: Sample) -> Iterator[CardRequest]:
    texts = sample.texts
    for _ in range(3):
        yield sample.request("myth_fact")
    for layout in ("tip", "message", "definition"):
        for name in ("fact", "myth", "body" if layout == "message" else "fact"):
            yield sample.request(layout, body=texts[name])


def drawable(folder: Path, wanted: int) -> tuple[list[Sample], list[str]]:
    """``wanted`` languages all of whose cards fit, taken evenly, and why others do not."""
    composer, found, refused = Composer(open_theme()), [], []
    for sample in read(folder):
        try:
            for request in campaign([sample]):
                list(composer.texts(request))
        except RenderError as error:
            refused.append(f"{sample.name}: {error}")
        else:
            found.append(sample)
    count = min(wanted, len(found))
    return [found[place * len(found) // count] for place in range(count)], refused


def write(requests: Sequence[CardRequest], file: Path) -> None:
    """What contestants read: requests for us, scenes with our sizes and the fonts for others."""
    composer = Composer(open_theme())
    scenes = [scene(composer, numbered(request, 0)) for request in requests]
    cards = [
        {"request": asdict(request), "scene": asdict(drawn)}
        for request, drawn in zip(requests, scenes, strict=True)
    ]
    fonts = list(_fonts(scenes, file.parent / "fonts"))
    file.write_text(json.dumps({"fonts": fonts, "cards": cards}), "utf-8")


def load(file: Path) -> tuple[list[CardRequest], list[Scene], list[Mapping[str, Any]]]:
    """What :func:`write` wrote. Scenes come back as read, without their types."""
    data = json.loads(file.read_text("utf-8"))
    requests = [CardRequest(**card["request"]) for card in data["cards"]]
    return requests, [card["scene"] for card in data["cards"]], data["fonts"]


def _fonts(scenes: Sequence[Scene], folder: Path) -> Iterator[dict[str, Any]]:
    """The fonts that the scenes use, variable and cut to each weight that is asked for."""
    asked: dict[str, set[int]] = {}
    for drawn in scenes:
        for text in (text for block in drawn.blocks for text in block.texts):
            for name in text.families:
                asked.setdefault(name, set()).add(text.weight)
    folder.mkdir(parents=True, exist_ok=True)
    for entry in json.loads((FOLDER / "manifest.json").read_text("utf-8"))["fonts"]:
        if entry["name"] in asked:
            file = FOLDER / entry["file"]
            instances = [
                {"weight": weight, "file": str(_instance(file, weight, entry["sha256"], folder))}
                for weight in sorted(asked[entry["name"]])
            ]
            yield {"name": entry["name"], "file": str(file), "instances": instances}


def _instance(file: Path, weight: int, digest: str, folder: Path) -> Path:
    target = folder / f"{file.stem}-{weight}-{digest[:8]}{file.suffix}"
    if not target.exists():
        face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
        cut = uharfbuzz.SubsetInput()
        cut.keep_everything()
        cut.flags |= uharfbuzz.SubsetFlags.DOWNGRADE_CFF2  # peers read CFF, not CFF2
        if "wght" in {axis.tag for axis in face.axis_infos}:
            cut.pin_axis_location(face, "wght", weight)
        target.write_bytes(cut.subset(face).blob.data)
    return target
