"""Whether those who listen are told what those who look can read.

Every text that a layout draws, a workspace's own layouts included, is held against the description
of the picture and the post texts that may go out beside it. A hashtag has to be in the post text: a
description has none (localisation study, 6.1 and 6.2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache

from campaigns.graphemes import length
from campaigns.review import Finding
from clarion.check import RULES
from clarion.planning import Drawing
from clarion.press import Press
from locales.fault import Fault
from locales.wording import faults
from rendering.caption import VARIANTS
from rendering.errors import CaptionError, CaptionTooLong
from templates.layouts import LayoutError

LONG_ALT = 420
"""Characters from which on a description is tiring to listen to: some 300 are written in English,
and a translation may be two fifths longer."""


@dataclass(frozen=True)
class Gap:
    """A text of a picture that nobody is told who does not see it."""

    element: str
    text: str
    needed: str


def gaps(press: Press, drawing: Drawing) -> Iterator[Gap]:
    """What this picture says and neither its description nor every one of its post texts does."""
    alt = plain(drawing.card.alts[drawing.number - 1])
    name = drawing.request.slots.get("society", "")
    if drawing.request.wordmark and not told(plain(name), alt):
        yield Gap("logo", name, "description")
    posts: list[str] | None = None
    for element, texts in press.workshop.composer.words(drawing.request):
        for text in (line for whole in texts for line in whole.split("\n")):
            wanted = plain(text)
            if not wanted or told(wanted, alt) or _counted(wanted, alt):
                continue
            if posts is None:
                posts = [plain(post) for post in _posts(press, drawing)]
            if not posts or not all(told(wanted, post) for post in posts):
                tag = wanted.startswith("#")
                yield Gap(element, text, "post text" if tag else "description or post text")


def parity(press: Press, drawings: Iterable[Drawing]) -> list[Finding]:
    """The gaps and faults of descriptions as findings, each once however many societies or formats
    share it. Pictures whose layout cannot be used are left to whoever draws them."""
    found: dict[tuple[str, ...], Finding] = {}
    for drawing in _apart(drawings):
        with suppress(LayoutError):
            for finding in (*_missing(press, drawing), *_spoken(drawing)):
                key = (finding.rule, finding.field, finding.problem)
                found.setdefault(key, finding)
    return list(found.values())


def plain(text: str) -> str:
    """A text as it is compared: no case, no marks that only format, Latin digits, single spaces."""
    return _plain(text)


def told(text: str, told: str) -> bool:
    """Whether a text is said in another, both plain, and not as a part of a word or number."""
    start = told.find(text)
    while start >= 0:
        end = start + len(text)
        if not (_joined(told, start) or _joined(told, end)):
            return True
        start = told.find(text, start + 1)
    return False


def _counted(text: str, alt: str) -> bool:
    """Whether a text that is nothing but numbers, such as 2/4, is told in whatever words."""
    numbers = re.findall(r"\d+", text)
    bare = re.fullmatch(r"[\d\s/|·–-]+", text)
    return bool(numbers and bare) and all(told(number, alt) for number in numbers)


def _joined(text: str, at: int) -> bool:
    """Whether a word or a number runs on across this place. Letters without capitals may: Arabic
    sets its article before a word, and Chinese parts none."""
    if not 0 < at < len(text):
        return False
    before, after = text[at - 1], text[at]
    cased = before.lower() != before.upper() and after.lower() != after.upper()
    return cased or (before.isdecimal() and after.isdecimal())


@lru_cache(maxsize=8192)
def _plain(text: str) -> str:
    shown = (sign for sign in unicodedata.normalize("NFKC", text) if _visible(sign))
    latin = (str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in shown)
    return " ".join("".join(latin).casefold().split())


def _visible(sign: str) -> bool:
    return unicodedata.category(sign) != "Cf" or sign in "\u200c\u200d"


def _posts(press: Press, drawing: Drawing) -> list[str]:
    """Every post text that may stand beside the picture."""
    found = []
    for style in VARIANTS:
        with suppress(CaptionTooLong, CaptionError):
            found.append(press.caption(drawing.card, style))
    return found


def _apart(drawings: Iterable[Drawing]) -> Sequence[Drawing]:
    """One drawing of those that say the same."""
    kept: dict[tuple[object, ...], Drawing] = {}
    for one in drawings:
        job, request = one.job, one.request
        where = (job.campaign.id, job.card.id, one.card.locale, one.number, one.format)
        kept.setdefault((*where, request.wordmark, one.card.helpline), one)
    return list(kept.values())


def _missing(press: Press, drawing: Drawing) -> Iterator[Finding]:
    for gap in gaps(press, drawing):
        known = RULES["parity"]
        yield Finding(
            drawing.job.card.place, "parity", known.level, _field(drawing),
            f"the picture says '{_short(gap.text)}' ({gap.element}), its {gap.needed} does not",
            f"say it there, or take it out of layout '{drawing.request.layout}'", known.why,
        )  # fmt: skip


def _spoken(drawing: Drawing) -> Iterator[Finding]:
    """What is wrong with the finished description."""
    alt = drawing.card.alts[drawing.number - 1]
    said = [
        one
        for one in faults(alt, drawing.card.locale, field="alt.finished")
        if one.rule.startswith(("alt-", "emoji-"))
    ]
    if (size := length(alt)) > LONG_ALT:
        known, problem = RULES["alt-long"], f"its description has {size} characters"
        said.append(Fault(known.id, known.level, problem, known.remedy, known.why))
    place, field = drawing.job.card.place, _field(drawing)
    for one in said:
        yield Finding(place, one.rule, one.level, field, one.problem, one.remedy, one.why)


def _field(drawing: Drawing) -> str:
    number = f" {drawing.number}" if drawing.job.card.pictures > 1 else ""
    return f"{drawing.job.card.id}, {drawing.card.locale}{number}"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
