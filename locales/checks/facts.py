"""What may not change from language to language: numbers, hashtags, addresses."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from campaigns.review import PLACEHOLDER
from locales.checks.rules import Found, Pair

_HASHTAG = re.compile(r"#\w+")
_DIGIT = re.compile(r"\d")
_NUMBER = re.compile(r"\d+(?:[.,٫٬’'\u00a0\u202f\u2009 ]\d+)*")
_PART = re.compile(r"\d+")
_ADDRESS = re.compile(
    r"(?:https?://|www\.)[^\s<>“”«»]*[\w/=]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII | re.IGNORECASE
)
_NO_WORDS = re.compile(rf"{PLACEHOLDER.pattern}|{_ADDRESS.pattern}|[#@]\w+", re.IGNORECASE)
_DOMAIN = re.compile(r"(?<![a-z0-9.-])[a-z0-9-]++(?:\.[a-z0-9-]++)++(?:/[^\s,;:]*[^\s,;:.])?")
_TOP = re.compile(r"\.[a-z]{2,}(?=/|$)")
_SURE = re.compile(r"\.(?:com|org|net|info|int|eu|gov|edu|ly|link|app)(?=/|$)")
"""Ends of domains that are no word after a full stop without its space."""


def hashtags(pair: Pair) -> Iterator[Found]:
    """Those of the English text, letter by letter."""
    if "#" not in pair.english:
        return
    if lost := set(_HASHTAG.findall(pair.english)) - set(_HASHTAG.findall(pair.text)):
        yield "hashtag", f"lost {', '.join(sorted(lost))}"


def addresses(pair: Pair) -> Iterator[Found]:
    """Those of the English text and no other."""
    wanted = _addresses(pair.english)
    lost = [one for one in wanted | _domains(pair.english) if one not in pair.text]
    added = (_addresses(pair.text) | _added(pair.text, pair.english)) - wanted
    if lost or added:
        said = [f"lost {one}" for one in sorted(lost)] + [f"added {one}" for one in sorted(added)]
        yield "address", ", ".join(said)


def numbers(pair: Pair) -> Iterator[Found]:
    """As many of each number as in the English text, however a language groups its digits; no
    fractions and circled or raised digits of its own."""
    if signs := _signs(pair.text) - _signs(pair.english):
        yield "number", f"has a number of its own: {', '.join(sorted(signs))}"
        return
    there, wanted = _numbers(pair.text), _numbers(pair.english)
    if added := there - wanted:
        yield "number", f"has a number of its own: {', '.join(sorted(added.elements()))}"
    elif lost := wanted - there:
        yield "number-lost", f"lacks {', '.join(sorted(lost.elements()))}"


def blanked(text: str) -> str:
    """The text with as many blanks for each placeholder, address, hashtag and handle."""
    return _NO_WORDS.sub(lambda found: " " * len(found[0]), text)


def _addresses(text: str) -> frozenset[str]:
    if "@" not in text and "://" not in text and "www." not in text.lower():
        return frozenset()
    return frozenset(_ADDRESS.findall(text))


@lru_cache(maxsize=4096)
def _domains(english: str) -> frozenset[str]:
    return frozenset(one for one in _DOMAIN.findall(english) if _TOP.search(one))


def _added(text: str, english: str) -> frozenset[str]:
    """Domains without http:// or www. that the English text does not have."""
    if "." not in text:
        return frozenset()
    return frozenset(
        one for one in _DOMAIN.findall(text) if _SURE.search(one) and one not in english
    )


def _signs(text: str) -> frozenset[str]:
    """Signs that are a number and no digit: ½, ², ①."""
    if text.isascii():
        return frozenset()
    return frozenset(sign for sign in text if unicodedata.category(sign) == "No")


@lru_cache(maxsize=4096)
def _numbers(text: str) -> Counter[str]:
    """The numbers outside placeholders and addresses, in Latin digits without grouping."""
    if not _DIGIT.search(text):
        return Counter()
    runs = _NUMBER.findall(_ADDRESS.sub(" ", PLACEHOLDER.sub(" ", text)))
    return Counter(one for run in runs for one in _plain(run))


def _plain(run: str) -> Iterator[str]:
    """The numbers of a run: groups of three are one number (the last of three and those before
    of two in India), a blank else parts two, and a point or comma is a decimal point."""
    number = ""
    end = 0
    for match in _PART.finditer(run):
        digits = "".join(str(unicodedata.decimal(digit)) for digit in match[0])
        between = run[end : match.start()]
        end = match.end()
        if not number:
            number = digits
        elif len(digits) == 3 or (len(digits) == 2 and between in ",٬" and _groups_on(run, end)):
            number += digits
        elif between.isspace():
            yield number
            number = digits
        else:
            number += f".{digits}"
    yield number


def _groups_on(run: str, end: int) -> bool:
    return re.match(r"[,٬](?:\d\d[,٬])*\d{3}$", run[end:]) is not None
