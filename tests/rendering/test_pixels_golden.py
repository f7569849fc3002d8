"""Cards drawn as they were when somebody last looked at them, pixel for pixel.

Each card under tests/golden/pixels/ is a file with its texts and the digest of its pixels, and the
picture itself, for people to look at. After a change that is meant,

    python -m pytest tests/rendering/test_pixels_golden.py --write-goldens

writes both anew, with the wording that ships then; the difference is for a person to see. Exact
under the pinned versions of the libraries that draw.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops

from rendering.asset import CardRequest
from tests.templates.samples import SLOTS, composer, library, shipped

FOLDER = Path(__file__).parents[1] / "golden" / "pixels"
LIBRARIES = ("pillow", "uharfbuzz", "icu4py")


@dataclass(frozen=True)
class Sample:
    """A shipped card of a society, in one format; ``picture`` counts those of a carousel."""

    card: str
    society: str
    locale: str
    form: str
    picture: int = 0
    line: bool = True

    def described(self) -> dict[str, Any]:
        """What is drawn, complete: wording that changes later changes no golden."""
        card = shipped(self.card, self.society, self.locale, line=self.line)
        texts, shown = card.slides[self.picture], composer().layout(card.layout).slots
        return {
            "layout": card.layout,
            "format": self.form,
            "direction": card.direction,
            "language": card.language,
            "emblem": library().societies[self.society].emblem,
            "slots": {name: text for name, text in texts.items() if name in shown},
        }


SAMPLES = {
    "myth-fact-en": Sample("smuggling", "mt", "en_GB", "square"),
    "myth-fact-ar": Sample("smuggling", "dz", "ar", "portrait"),
    "myth-fact-he": Sample("consent", "il", "he", "square"),
    "myth-fact-el": Sample("someone-close", "gr", "el", "wide"),
    "statistic-el": Sample("forced-labour-figure", "gr", "el", "square"),
    "statistic-he": Sample("forced-labour-figure", "il", "he", "link"),
    "tip-sr": Sample("check-the-offer", "rs", "sr", "link"),
    "tip-ar": Sample("check-the-offer", "dz", "ar", "story"),
    "checklist-he": Sample("before-you-say-yes", "il", "he", "portrait"),
    "definition-sr": Sample("what-trafficking-is", "rs", "sr", "square", picture=1),
    "get-help-ar": Sample("get-help", "dz", "ar", "square"),
    "get-help-en": Sample("get-help", "mt", "en_GB", "link", line=False),
}
MESSAGE = {
    "layout": "message",
    "format": "portrait",
    "direction": "ltr",
    "language": "en",
    "emblem": "crescent",
    "slots": {name: SLOTS[name] for name in ("heading", "body", "society", "hashtag")}
    | {"source_line": SLOTS["source_line"]},
}
NAMES = (*SAMPLES, "message-en")


def drawn(described: dict[str, Any]) -> Image.Image:
    return composer().compose(CardRequest(**described))


def digest(picture: Image.Image) -> str:
    """Of the pixels, whatever file they came from."""
    return hashlib.sha256(f"{picture.size}".encode() + picture.tobytes()).hexdigest()


def write(name: str) -> None:
    described = SAMPLES[name].described() if name in SAMPLES else MESSAGE
    picture = drawn(described)
    golden = {
        "drawn_with": {library: version(library) for library in LIBRARIES},
        "pixels": digest(picture),
        "card": described,
    }
    text = json.dumps(golden, ensure_ascii=False, indent=1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")
    picture.save(FOLDER / f"{name}.webp", lossless=True, quality=60, method=4)


def looked_at(name: str) -> Image.Image:
    """The picture somebody looked at."""
    with Image.open(FOLDER / f"{name}.webp") as picture:
        return picture.convert("RGB")


@pytest.mark.parametrize("name", NAMES)
def test_a_card_is_drawn_as_it_was(name: str, tmp_path: Path, write_goldens: bool) -> None:
    if write_goldens:
        write(name)
    golden = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    found = drawn(golden["card"])
    if digest(found) != golden["pixels"]:
        pytest.fail(difference(looked_at(name), found, golden["drawn_with"], tmp_path))


def difference(
    before: Image.Image, now: Image.Image, drawn_with: dict[str, str], folder: Path
) -> str:
    """Where two pictures differ and by how much; both are left in a folder to be looked at."""
    before.save(folder / "before.png")
    now.save(folder / "now.png")
    where, most = "size", 255
    if before.size == now.size:
        apart = ImageChops.difference(before, now)
        where = f"{apart.getbbox()}"
        most = max(high for _, high in apart.getextrema())
    here = {library: version(library) for library in LIBRARIES}
    return (
        f"other pixels, by up to {most} of 255, in {where}: look at {folder}/before.png and "
        f"{folder}/now.png; drawn with {drawn_with}, now with {here}"
    )


@pytest.mark.parametrize("name", NAMES)
def test_the_picture_beside_a_digest_is_the_one_it_is_of(name: str) -> None:
    golden = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert digest(looked_at(name)) == golden["pixels"]


def test_every_golden_is_of_a_card_of_these_tests_and_they_cover_what_matters() -> None:
    assert {file.stem for file in FOLDER.iterdir()} == set(NAMES)
    assert len(list(FOLDER.iterdir())) == 2 * len(NAMES)
    cards = [json.loads(file.read_text(encoding="utf-8"))["card"] for file in FOLDER.glob("*.json")]
    seen = {key: {card[key] for card in cards} for key in cards[0] if key != "slots"}
    assert {tag.split("-")[0] for tag in seen["language"]} == {"en", "ar", "he", "el", "sr"}
    assert seen["layout"] == {"checklist", "definition", "get_help", "message", "myth_fact",
                              "statistic", "tip"}  # fmt: skip
    assert seen["format"] == {"square", "portrait", "story", "wide", "link"}
    assert seen["emblem"] == {"cross", "crescent", "star"}


def test_a_difference_leaves_both_pictures_and_says_where_it_is(tmp_path: Path) -> None:
    before = drawn(MESSAGE)
    now = before.copy()
    now.putpixel((100, 200), (0, 0, 0))
    message = difference(before, now, {"pillow": "1"}, tmp_path)
    assert "in (100, 200, 101, 201)" in message
    with Image.open(tmp_path / "before.png") as one, Image.open(tmp_path / "now.png") as other:
        assert digest(one) == digest(before)
        assert digest(other) == digest(now) != digest(before)
    for file in ("before.png", "now.png"):
        assert f"{tmp_path}/{file}" in message
