"""Put values into translated text, safely and in the right reading direction.

``str.format`` on a translator's text could read attributes of objects, so this replacer knows
``{name}`` for a closed list of names and nothing else. In right-to-left text a value of the other
direction is wrapped in a Unicode isolate; a telephone number always is, since ``800 290 290``
otherwise shows as ``290 290 800``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from campaigns.review import ALLOWED_PLACEHOLDERS

Direction = Literal["ltr", "rtl"]

LRI, RLI, FSI, PDI = "\u2066", "\u2067", "\u2068", "\u2069"
NBSP = "\u00a0"
OPENERS = frozenset({LRI, RLI, FSI})

_REMEMBERED = 16384
"""Texts taken apart that are kept: every society asks for the same ones."""

_PHONES = frozenset({"helpline"})
_NAMES = frozenset({"society", "source", "helpline_name", "day_name"})
_LEFT_TO_RIGHT = frozenset({"url", "hashtag"})
_FIGURES = frozenset({"figure", "figure_2", "figure_3"})
_NUMBERS = _FIGURES | {"year", "count", "total"}

MULTIPLES = {"wan": 4, "lakh": 5, "crore": 7}
"""Counting words some languages have instead of the million, with their power of ten: a translation
may write ``{figure_wan}`` where the English has ``{figure} million``."""

_MULTIPLE = re.compile(rf"(.+)_(?:{'|'.join(MULTIPLES)})")

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_TOKEN = re.compile(r"\{([^{}]*)\}|[{}]")
_ISOLATE = re.compile("[\u2066-\u2069]")
_PLAIN_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PHONE = r"\+?\(?\d+\)?(?:(?:[ \u00a0./-]|\) ?)\(?\d+\)?)+|\+\d+|\(\d+\)"
_LITERAL = re.compile(rf"[#@]\w+|{_PHONE}|\d+%")
_PHONE_ONLY = re.compile(_PHONE)


class PlaceholderError(ValueError):
    """A text cannot be completed. Its text says, in a few words, which placeholder and why."""


@lru_cache(maxsize=_REMEMBERED)
def names(text: str) -> frozenset[str]:
    """The placeholders of a text; :class:`PlaceholderError` for anything but ``{name}``."""
    return frozenset(name for name, _ in _parts(text) if name)


def base_name(name: str) -> str:
    """The placeholder of the English this one stands for: ``figure_2_wan`` is ``figure_2``.

    Any other name is its own.
    """
    match = _MULTIPLE.fullmatch(name)
    return match[1] if match and match[1] in _FIGURES else name


def substitute(
    text: str,
    values: Mapping[str, str],
    direction: Direction,
    own: Collection[str] = (),
) -> str:
    """The text with its values put in.

    ``own`` are further names whose values are finished texts and go in as they are. Raises
    :class:`PlaceholderError` for an unknown name, a missing value or a lone brace.
    """
    finished = []
    for name, literal in _directed(text, direction):
        if not name:
            finished.append(literal)
        elif name not in own and base_name(name) not in ALLOWED_PLACEHOLDERS:
            raise PlaceholderError(f"{{{name}}} is not a known placeholder")
        elif name not in values:
            raise PlaceholderError(_no_value(name, values))
        elif name in own:
            finished.append(values[name])
        else:
            finished.append(isolated(name, values[name], direction))
    return "".join(finished)


def isolated(name: str, value: str, direction: Direction) -> str:
    """The value as it must stand in a text of this direction."""
    if name in _PHONES:
        return f"{LRI}{value.replace(' ', NBSP)}{PDI}"
    if direction == "ltr":
        return value
    if name in _NAMES:
        return f"{FSI}{value}{PDI}"
    number = base_name(name) in _NUMBERS
    if name in _LEFT_TO_RIGHT or (number and not _PLAIN_NUMBER.fullmatch(value)):
        return f"{LRI}{value}{PDI}"
    return value


def strip_isolates(text: str, keep: Collection[str] = ()) -> str:
    """The text without isolates, except those around telephone numbers and around ``keep``."""
    found = [match.start() for match in _ISOLATE.finditer(text)]
    kept: set[int] = set()
    opened: list[int] = []
    for index in found:
        if text[index] in OPENERS:
            opened.append(index)
        elif opened:
            start = opened.pop()
            inner = text[start + 1 : index]
            if inner in keep or _PHONE_ONLY.fullmatch(inner):
                kept.update((start, index))
    ends = [-1, *(index for index in found if index not in kept), len(text)]
    return "".join(text[last + 1 : index] for last, index in pairwise(ends))


def balanced(text: str) -> bool:
    """Whether every isolate is closed and nothing is closed that was not opened."""
    depth = 0
    for sign in _ISOLATE.findall(text):
        depth += (sign in OPENERS) - (sign == PDI)
        if depth < 0:
            return False
    return depth == 0


@lru_cache(maxsize=_REMEMBERED)
def _directed(text: str, direction: Direction) -> tuple[tuple[str, str], ...]:
    """The parts of a text of this direction, what stands literally already as it must stand."""
    if direction == "ltr":
        return tuple(_parts(text))
    return tuple((name, _literals(literal)) for name, literal in _parts(text))


def _no_value(name: str, values: Collection[str]) -> str:
    base = base_name(name)
    if base != name and base in values:
        return f"{{{name}}} needs a figure with a scale; write {{{base}}}"
    return f"{{{name}}} has no value here"


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """Pairs of placeholder name and literal text, one of the two empty."""
    end = 0
    for match in _TOKEN.finditer(text):
        if match.start() > end:
            yield "", text[end : match.start()]
        end = match.end()
        if match[1] is None:
            raise PlaceholderError("a brace stands without its partner")
        if not _NAME.fullmatch(match[1]):
            raise PlaceholderError(f"{{{match[1]}}} is not a plain {{name}}")
        yield match[1], ""
    if end < len(text):
        yield "", text[end:]


def _literals(text: str) -> str:
    """Hashtags, handles and telephone numbers a translator typed, isolated unless they are."""
    finished = []
    end = 0
    for match in _LITERAL.finditer(text):
        before = text[: match.start()]
        is_open = sum(before.count(sign) for sign in OPENERS) > before.count(PDI)
        finished.append(text[end : match.start()])
        finished.append(match[0] if is_open else f"{LRI}{match[0]}{PDI}")
        end = match.end()
    return "".join([*finished, text[end:]])
