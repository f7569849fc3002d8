"""Cards drawn as they were when somebody last looked at them.

Each card under ``tests/golden/pixels/`` is a file with all that is drawn and the libraries that
drew it, and the picture itself, without loss. It is held to twice:

* pixel for pixel, with the very libraries and on the kind of machine that drew it; with others
  this is skipped, and the summary says why;
* to the eye, always: no channel of a pixel further away than `FURTHEST`, nor all on average than
  `ON_AVERAGE`, in steps of 255.

A card that is drawn otherwise leaves ``expected.png``, ``actual.png`` and ``difference.png`` (with
differences made visible) in ``build/golden-failures/<name>/``. After a change that is meant,

    python -m pytest tests/rendering/test_pixels_golden.py --write-goldens

writes all anew, with the wording that ships then; the difference is for a person to see.
"""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from PIL import Image, ImageChops, ImageStat

from rendering.asset import CardRequest
from tests.project import ROOT
from tests.rendering.samples import card, samples
from tests.samples import kinds
from tests.templates.samples import FORMATS, composer, library, shipped

FOLDER = Path(__file__).parents[1] / "golden" / "pixels"
FAILURES = ROOT / "build" / "golden-failures"
FURTHEST, ON_AVERAGE = 2, 0.05
AMPLIFIED = 32


@dataclass(frozen=True)
class Shipped:
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
        emblem = library().societies[self.society].emblem
        return described(
            CardRequest(
                card.layout,
                self.form,
                card.direction,
                card.language,
                card.slides[self.picture],
                emblem,
            )
        )


@dataclass(frozen=True)
class Sampled:
    """A language's sample on a layout, for scripts in which nothing ships yet."""

    tag: str
    layout: str
    form: str
    photo: bool = False

    def described(self) -> dict[str, Any]:
        asked = described(card(samples()[self.tag], self.layout, self.form))
        return asked | {"photo": True} if self.photo else asked


@dataclass(frozen=True)
class OfKind:
    """A card of the campaign that has one of every kind."""

    card: str
    society: str
    locale: str
    form: str
    photo: bool = False

    def described(self) -> dict[str, Any]:
        asked = described(kinds.request(self.card, self.society, self.locale, self.form))
        return asked | {"photo": True} if self.photo else asked


CARDS: dict[str, Shipped | Sampled | OfKind] = {
    "myth-fact-en": Shipped("smuggling", "mt", "en_GB", "square"),
    "myth-fact-ar": Shipped("smuggling", "dz", "ar", "portrait"),
    "myth-fact-he": Shipped("consent", "il", "he", "square"),
    "myth-fact-el": Shipped("someone-close", "gr", "el", "wide"),
    "statistic-el": Shipped("forced-labour-figure", "gr", "el", "square"),
    "statistic-he": Shipped("forced-labour-figure", "il", "he", "link"),
    "tip-sr": Shipped("check-the-offer", "rs", "sr", "link"),
    "tip-ar": Shipped("check-the-offer", "dz", "ar", "story"),
    "checklist-he": Shipped("before-you-say-yes", "il", "he", "portrait"),
    "definition-sr": Shipped("what-trafficking-is", "rs", "sr", "square", picture=1),
    "get-help-ar": Shipped("get-help", "dz", "ar", "square"),
    "get-help-en": Shipped("get-help", "mt", "en_GB", "link", line=False),
    "message-hi": Sampled("hi", "message", "square"),
    "message-ur": Sampled("ur", "message", "portrait"),
    "myth-fact-my": Sampled("my", "myth_fact", "square"),
    "myth-fact-zh-Hans": Sampled("zh-Hans", "myth_fact", "link"),
    "myth-then-fact-ja": Sampled("ja", "myth_then_fact", "square"),
    "notice-ar": OfKind("course", "dz", "ar", "portrait"),
    "over-photo-am": Sampled("am", "over_photo", "square", photo=True),
    "result-en": OfKind("result", "mt", "en_GB", "link"),
    "story-en": OfKind("story", "mt", "en_GB", "square", photo=True),
    "term-ar": OfKind("in-two-halves", "dz", "ar", "wide"),
    "tip-km": Sampled("km", "tip", "square"),
    "tip-th": Sampled("th", "tip", "portrait"),
}


def described(request: CardRequest) -> dict[str, Any]:
    """A request as plain values, without the texts that its layout does not show."""
    shown = composer().layout(request.layout).slots
    return {
        "layout": request.layout,
        "format": request.format,
        "direction": request.direction,
        "language": request.language,
        "emblem": request.emblem,
        "slots": {name: text for name, text in request.slots.items() if name in shown},
    }


def here() -> dict[str, str]:
    """What a picture's exact pixels depend on beside the project itself."""
    libraries = {library: version(library) for library in ("pillow", "uharfbuzz", "icu4py")}
    return libraries | {"machine": platform.machine()}


class Golden(NamedTuple):
    """A card, the picture somebody looked at, and what drew it."""

    card: dict[str, Any]
    picture: Image.Image
    drawn_with: dict[str, str]


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture for cards that have one: light and dark, and of every hue."""
    across = Image.linear_gradient("L").resize((1024, 1024))
    around = Image.radial_gradient("L").resize((1024, 1024))
    file = tmp_path_factory.mktemp("photo") / "photo.png"
    Image.merge("RGB", (across, around, across.rotate(90))).save(file)
    return file


def compose(described: dict[str, Any], photo: Path) -> Image.Image:
    """Draw what a golden file describes."""
    asked = described | {"photo": photo if described.get("photo") else None}
    return composer().compose(CardRequest(**asked))


@cache
def golden(name: str, write: bool, photo: Path) -> Golden:
    """The golden of a card, read; written before if it is to be."""
    words, file = FOLDER / f"{name}.json", FOLDER / f"{name}.webp"
    if write:
        FOLDER.mkdir(parents=True, exist_ok=True)
        found = {"drawn_with": here(), "card": CARDS[name].described()}
        words.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        compose(found["card"], photo).save(file, lossless=True, quality=60, method=4)
    read = json.loads(words.read_text(encoding="utf-8"))
    with Image.open(file) as picture:
        return Golden(read["card"], picture.convert("RGB"), read["drawn_with"])


@cache
def drawn(name: str, write: bool, photo: Path) -> Image.Image:
    """The card of a golden, drawn now."""
    return compose(golden(name, write, photo).card, photo)


class Apart(NamedTuple):
    """How far two pictures are apart: at most and on average of the worst channel, and where."""

    furthest: int
    on_average: float
    where: tuple[int, int, int, int] | None


NOTHING = Apart(0, 0.0, None)


def apart(before: Image.Image, now: Image.Image) -> Apart:
    if before.size != now.size:
        return Apart(255, 255.0, (0, 0, *now.size))
    difference = ImageChops.difference(before, now)
    furthest = max(int(high) for _, high in difference.getextrema())
    return Apart(furthest, max(ImageStat.Stat(difference).mean), difference.getbbox())


def to_the_eye(found: Apart) -> bool:
    """Whether nobody could tell."""
    return found.furthest <= FURTHEST and found.on_average <= ON_AVERAGE


def failure(before: Image.Image, now: Image.Image, drawn_with: dict[str, str], folder: Path) -> str:
    """What to say of two pictures that should be one; they are left in a folder to be looked at."""
    folder.mkdir(parents=True, exist_ok=True)
    before.save(folder / "expected.png")
    now.save(folder / "actual.png")
    shown = now.size == before.size
    if shown:
        difference = ImageChops.difference(before, now)
        difference.point(lambda step: min(255, step * AMPLIFIED)).save(folder / "difference.png")
    else:
        (folder / "difference.png").unlink(missing_ok=True)
    found = apart(before, now)
    return (
        f"up to {found.furthest} and on average {found.on_average:.3f} of 255 apart, in "
        f"{found.where}; look at expected.png, actual.png"
        f"{' and difference.png' if shown else ''} in {folder}; drawn with {drawn_with}, "
        f"now with {here()}"
    )


@pytest.mark.parametrize("name", CARDS)
def test_a_card_is_drawn_pixel_for_pixel(name: str, write_goldens: bool, photo: Path) -> None:
    _, before, drawn_with = golden(name, write_goldens, photo)
    if drawn_with != here():
        pytest.skip(f"drawn with {drawn_with}, now with {here()}: compared to the eye only")
    now = drawn(name, write_goldens, photo)
    if apart(before, now) != NOTHING:
        pytest.fail(failure(before, now, drawn_with, FAILURES / name))


@pytest.mark.parametrize("name", CARDS)
def test_a_card_looks_as_it_did(name: str, write_goldens: bool, photo: Path) -> None:
    _, before, drawn_with = golden(name, write_goldens, photo)
    now = drawn(name, write_goldens, photo)
    if not to_the_eye(apart(before, now)):
        pytest.fail(failure(before, now, drawn_with, FAILURES / name))


def test_there_is_a_golden_for_every_card_and_they_cover_what_matters(photo: Path) -> None:
    assert sorted(file.name for file in FOLDER.iterdir()) == sorted(
        f"{name}{suffix}" for name in CARDS for suffix in (".json", ".webp")
    )
    cards = [golden(name, False, photo).card for name in CARDS]
    seen = {key: {card[key] for card in cards} for key in cards[0] if key != "slots"}
    layouts = (ROOT / "templates" / "cards").glob("[!_]*.toml")
    assert seen["layout"] == {file.stem for file in layouts}
    assert seen["format"] == set(FORMATS)
    assert seen["direction"] == {"ltr", "rtl"}
    assert seen["emblem"] == {"cross", "crescent", "star"}


PLAIN = Image.new("RGB", (40, 30), (200, 100, 0))


def changed(step: int, pixels: int) -> Image.Image:
    """The plain picture with so many of its pixels so much redder."""
    picture = PLAIN.copy()
    for at in range(pixels):
        picture.putpixel((at % 40, at // 40), (200 + step, 100, 0))
    return picture


@pytest.mark.parametrize(
    ("step", "pixels", "same"),
    [
        (1, 60, True),  # a twentieth of all pixels, by one
        (1, 61, False),
        (2, 30, True),
        (2, 31, False),
        (3, 1, False),
    ],
)
def test_what_the_eye_cannot_tell(step: int, pixels: int, same: bool) -> None:
    found = apart(PLAIN, changed(step, pixels))
    assert (found.furthest, to_the_eye(found)) == (step, same)
    assert apart(PLAIN, PLAIN.copy()) == NOTHING
    assert not to_the_eye(apart(PLAIN, PLAIN.resize((41, 30))))


def test_a_failure_leaves_three_pictures_and_says_where(tmp_path: Path) -> None:
    now = changed(4, 1)
    message = failure(PLAIN, now, {"pillow": "1"}, tmp_path / "a" / "card")
    assert (
        f"in (0, 0, 1, 1); look at expected.png, actual.png and difference.png in {tmp_path}"
        in (message)
    )
    assert "up to 4 and on average 0.003 of 255" in message
    assert "{'pillow': '1'}, now with {'pillow': '" in message
    pictures = {}
    for file in (tmp_path / "a" / "card").iterdir():
        with Image.open(file) as picture:
            pictures[file.stem] = picture.convert("RGB")
    assert apart(pictures["expected"], PLAIN) == apart(pictures["actual"], now) == NOTHING
    assert pictures["difference"].getpixel((0, 0)) == (4 * AMPLIFIED, 0, 0)
    assert "difference.png" not in failure(PLAIN, PLAIN.resize((9, 9)), {}, tmp_path / "a" / "card")
    assert not (tmp_path / "a" / "card" / "difference.png").exists()
