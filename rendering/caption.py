"""Post texts: one Jinja2 template a style, counted as people see characters.

``long`` is for platforms that allow some 2,000 characters, ``short`` for those that count to 300,
``brief`` is the least that a post may say. Hashtags and helpline are in every one of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from icu4py.breakers import CharacterBreaker
from jinja2 import TemplateNotFound
from jinja2.sandbox import ImmutableSandboxedEnvironment

from rendering.errors import CaptionError, CaptionTooLong
from templates.environment import FAULTS

VARIANTS = ("long", "short", "brief")
LIMITS = {"long": 2200, "short": 600}

AUTOMATIC = "automatic"
"""Not a style of its own: the first of all styles that the channel's platform takes."""


def captions(
    templates: ImmutableSandboxedEnvironment, style: str, values: Mapping[str, Any]
) -> Iterator[str]:
    """The post texts to try, in this order: of a fixed style one, of ``AUTOMATIC`` one a style,
    from the longest to the shortest, without those over their own limit.

    Raises as :func:`caption` does, for the last.
    """
    styles = VARIANTS if style == AUTOMATIC else (style,)
    for name in styles:
        try:
            yield caption(templates, name, values)
        except CaptionTooLong:
            if name == styles[-1]:
                raise


def caption(captions: ImmutableSandboxedEnvironment, style: str, values: Mapping[str, Any]) -> str:
    """The post text in one style, within its limit of grapheme clusters.

    Raises :class:`CaptionTooLong` (never cuts) and :class:`CaptionError` for a template that is
    missing or asks for what the card does not have.
    """
    name = f"captions/{style}.txt.j2"
    try:
        text = captions.get_template(name).render(values)
    except TemplateNotFound as error:
        missing = f"no caption style '{style}'"
        if error.name != name:
            missing = f"templates/{name} includes what is not there"
        raise CaptionError(f"{missing}; add templates/{error.name}") from error
    except FAULTS as error:
        raise CaptionError(f"templates/{name}: {error}; mend the template") from error
    text = _tidy(text)
    if not text:
        raise CaptionError(f"templates/{name}: gives an empty text; mend the template")
    size, limit = graphemes(text), LIMITS.get(style, 2200)
    if size > limit:
        remedy = "shorten 'more' or the call" if style == "long" else "shorten the card"
        raise CaptionTooLong(f"caption '{style}' has {size} characters of {limit}; {remedy}")
    return text


def graphemes(text: str) -> int:
    """Characters as people see them (Unicode grapheme clusters)."""
    return sum(1 for _ in CharacterBreaker(text, "en").segments())


def _tidy(text: str) -> str:
    """No trailing spaces, no more than one empty line in a row."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    kept = [line for number, line in enumerate(lines) if line or lines[number - 1]]
    return "\n".join(kept)
