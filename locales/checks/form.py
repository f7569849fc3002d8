"""What is filled in or built in: placeholders, isolates, markup, line breaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from campaigns.review import PLACEHOLDER
from locales.checks.rules import Found, Pair
from locales.placeholders import PlaceholderError, balanced, base_name, names

_MARKUP = re.compile(r"</?\w[^<>]*>?|&(?:#x?[0-9A-Fa-f]+|[A-Za-z]\w*);|[<>]")
_BREAKS = re.compile(r"\r\n|[\n\v\f\r\x85\u2028\u2029]")


def placeholders(pair: Pair) -> Iterator[Found]:
    """Each of the English text's at least once, and no other; whole tens of thousands of
    ``{figure_wan}`` and the like stand for the figure itself."""
    try:
        there = frozenset(map(base_name, names(pair.text)))
    except PlaceholderError as error:
        yield "brace", str(error)
        return
    wanted = frozenset(PLACEHOLDER.findall(pair.english))
    if there != wanted:
        lost, added = _listed(wanted - there), _listed(there - wanted)
        yield "placeholder", f"placeholders lost: {lost}; added: {added}"


def isolates(pair: Pair) -> Iterator[Found]:
    """Closed as often as opened, and in order."""
    if not balanced(pair.text):
        yield "isolate", "has an isolate that is not closed, or not opened"


def markup(pair: Pair) -> Iterator[Found]:
    """No tags and no entities but those of the English text."""
    if "<" not in pair.text and ">" not in pair.text and "&" not in pair.text:
        return
    if strange := Counter(_MARKUP.findall(pair.text)) - Counter(_MARKUP.findall(pair.english)):
        yield "markup", f"has {', '.join(sorted(strange))}"


def line_breaks(pair: Pair) -> Iterator[Found]:
    """A message is one line."""
    if _BREAKS.search(pair.text.strip()):
        yield "line-break", "has a line break"


def _listed(found: frozenset[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(found)) or "none"
