"""The kinds of card and the messages each is made of.

One table: what a writer fills in, what a translator is told, how long it may be and whether it
stands on the picture. Limits are grapheme clusters of English, chosen so that a translation two
fifths longer still fits every format (lists of six may not: `clarion build --pseudo 140%` tells);
the order is the reading order.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One message of a kind. ``repeat`` gives the least and most members of a list."""

    name: str
    max: int
    where: str
    what: str
    required: bool = True
    repeat: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One picture of a carousel that shares a card's fields: those it shows, and the shared message
    that describes it, ``alt.<alt>``."""

    alt: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Carousel:
    """How a card of one picture becomes several, when its author says ``carousel: "yes"``."""

    layout: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of card.

    ``slides`` gives the least and most pictures of a kind that is always a carousel, each with
    fields of its own; ``carousel`` is how a kind of one picture may be told in several.
    """

    name: str
    layout: str
    fields: tuple[FieldSpec, ...]
    slides: tuple[int, int] | None = None
    slide_fields: tuple[FieldSpec, ...] = ()
    carousel: Carousel | None = None


_MORE = FieldSpec("more", 300, "post text under the picture", "one or two sentences", False)
_HEADING = FieldSpec("heading", 60, "picture, large type", "the heading of the card")
_BODY = FieldSpec("body", 220, "picture, body type", "the text of the card")


def _message(name: str) -> Kind:
    return Kind(name, "message", (_HEADING, _BODY, _MORE))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            "myth_fact",
            "myth_fact",
            (
                FieldSpec("myth", 80, "picture, smaller half", "a false belief: keep it false"),
                FieldSpec("fact", 150, "picture, larger half", "the fact that answers the myth"),
                _MORE,
            ),
            carousel=Carousel(
                "myth_then_fact",
                (Part("myth_slide", ("myth",)), Part("fact_slide", ("myth", "fact"))),
            ),
        ),
        Kind(
            "tip",
            "tip",
            (
                FieldSpec("title", 60, "picture, large type", "the advice in a few words"),
                FieldSpec("body", 160, "picture, body type", "how to follow the advice"),
                _MORE,
            ),
        ),
        Kind(
            "statistic",
            "statistic",
            (
                FieldSpec("lead", 60, "picture, above the figure", "when and where it counts"),
                FieldSpec("value", 24, "picture, very large type", "the figure with its unit"),
                FieldSpec("body", 140, "picture, below the figure", "what the figure counts"),
                _MORE,
            ),
        ),
        Kind(
            "definition",
            "definition",
            (_MORE,),
            slides=(2, 5),
            slide_fields=(
                FieldSpec("heading", 60, "carousel picture, large type", "the heading"),
                FieldSpec("body", 200, "carousel picture, body type", "one part of a definition"),
            ),
        ),
        Kind(
            "get_help",
            "get_help",
            (
                _HEADING,
                FieldSpec("body", 180, "picture, above the helpline", "used with a helpline"),
                FieldSpec(
                    "body_without_line", 180, "picture, body type", "used without a helpline"
                ),
                _MORE,
            ),
        ),
        Kind(
            "resource",
            "checklist",
            (
                _HEADING,
                FieldSpec("items", 70, "picture, a line of a list", "one step", repeat=(3, 6)),
                _MORE,
            ),
        ),
        _message("invitation"),
        _message("event"),
        _message("story"),
    )
}
