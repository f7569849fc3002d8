"""What it takes to bring 40 catalogues of 200 messages in step, beside Babel's own update.

Each language is read, merged and written to memory by us and then, every fifth, by Babel in both
its ways: with guesses, as its command does by default, and without.
"""

from __future__ import annotations

import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from locales.catalogue import catalogue_path
from locales.merge import merge
from locales.po import PoCatalog
from locales.po import write_po as write_ours
from locales.update import refreshed
from rendering.memory import settle
from tests.benchmarks.goals import Goal

LOCALES = (
    "fr es ar it el tr pt_PT sr hr sq sl he bs mk mt ca de nl pl ro uk ru bg hu fa ur hi bn th my "
    "km vi id fil zh_Hans ja ko sw am cs"
).split()
MESSAGES = 200
REWORDED = 10
_WORDS = (
    "people travel work offer friend police help line number card country truth fact myth somebody "
    "asks money family phone contract always never ask because before"
).split()
_EACH = 5


@dataclass
class Found:
    """Seconds: of each run of ours over all languages, and of each language by everybody."""

    whole: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    guessing: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def ratio(self, theirs: list[float]) -> float:
        """How many times as long they took for a language, in the middle."""
        return statistics.median(theirs) / statistics.median(self.ours)

    def goals(self) -> list[Goal]:
        """The rows of the table."""
        size = f"{len(LOCALES)} x {MESSAGES}"
        return [
            Goal(f"messages update, {size}", statistics.median(self.whole), 0.3, unit="s"),
            Goal("messages update: Babel to ours", self.ratio(self.guessing), 20, 40, more=True),
            Goal("messages update: Babel, no guesses, to ours", self.ratio(self.plain), 1, 2,
                 more=True),
        ]  # fmt: skip


def run(rounds: int, say: Callable[[str], None]) -> Found:
    """Everybody in turn, language by language, ``rounds`` times."""
    settle()
    before, after = _templates()
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for locale in LOCALES:
            write_ours(_translated(before, locale), catalogue_path(root, locale, "bench"))
        for number in range(rounds):
            say(f"messages: round {number + 1} of {rounds}")
            found.whole.append(_timed(lambda: list(refreshed(after, root, LOCALES))))
            for locale in LOCALES[number % _EACH :: _EACH]:
                raw = catalogue_path(root, locale, "bench").read_bytes()
                found.ours.append(_timed(lambda: list(refreshed(after, root, [locale]))))  # noqa: B023
                found.guessing.append(_timed(lambda: _babel(raw, locale, after, guess=True)))  # noqa: B023
                found.plain.append(_timed(lambda: _babel(raw, locale, after, guess=False)))  # noqa: B023
    return found


def _timed(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _babel(raw: bytes, locale: str, template: Catalog, *, guess: bool) -> bytes:
    catalog = read_po(io.BytesIO(raw), locale=locale)
    catalog.update(template, no_fuzzy_matching=not guess)
    buffer = io.BytesIO()
    write_po(buffer, catalog, include_previous=True)
    return buffer.getvalue()


def _templates() -> tuple[PoCatalog, PoCatalog]:
    """The same messages before and after an edit of some."""
    made = random.Random(6)
    texts = [_sentence(made, number) for number in range(MESSAGES)]
    step = MESSAGES // REWORDED
    edited = [f"{text} Again." if at % step == 0 else text for at, text in enumerate(texts)]
    return _template(texts), _template(edited)


def _sentence(made: random.Random, number: int) -> str:
    words = " ".join(made.choices(_WORDS, k=made.randint(6, 22))).capitalize()
    return f"{words} {{figure}}." if number % 5 == 0 else f"{words}."


def _template(texts: list[str]) -> PoCatalog:
    catalog = PoCatalog(None, "bench")
    for context, text in _contexts(texts):
        catalog[text] = Message(
            text, "", flags=["max-length:180"], context=context,
            auto_comments=["Where: picture, body", "Max length: 180 characters (120 in English)"],
        )  # fmt: skip
    return catalog


def _contexts(texts: list[str]) -> Iterator[tuple[str, str]]:
    for number, text in enumerate(texts):
        yield f"card-{number // 5}.field-{number % 5}", text


def _translated(template: PoCatalog, locale: str) -> PoCatalog:
    catalog = merge(template, None, locale)
    for message in catalog.contexts.values():
        message.string = f"{locale} {message.id}"
    return catalog
