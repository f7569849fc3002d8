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

    ``label`` names the shared message that says what it is, ``labels`` the others its picture
    shows. ``slides`` gives the least and most pictures of a kind that is always a carousel, each
    with fields of its own; ``carousel`` is how a kind of one picture may be told in several. What
    it has besides texts is read by :mod:`campaigns.details`.
    """

    name: str
    layout: str
    fields: tuple[FieldSpec, ...]
    label: str = ""
    labels: tuple[str, ...] = ()
    slides: tuple[int, int] | None = None
    slide_fields: tuple[FieldSpec, ...] = ()
    carousel: Carousel | None = None

    @property
    def layouts(self) -> frozenset[str]:
        """The layouts made for it; a card may ask for another by name."""
        return frozenset({self.layout, *([self.carousel.layout] if self.carousel else [])})


COMMON_LABELS = ("source", "slide", "helpline", "sample_line", "day")
"""Labels that any card may show."""

PHOTO_ALT = FieldSpec(
    "photo_alt", 120, "picture description for screen readers", "what a photograph shows"
)
"""What every card with a photograph says of it besides."""

_MORE = FieldSpec("more", 300, "post text under the picture", "one or two sentences", False)
_HEADING = FieldSpec("heading", 60, "picture, large type", "the heading of the card")


def _body(limit: int, what: str = "the text of the card") -> FieldSpec:
    return FieldSpec("body", limit, "picture, body type", what)


def _counted(value: str, body: str) -> tuple[FieldSpec, ...]:
    """A large figure, with what stands above and below it."""
    return (
        FieldSpec("lead", 60, "picture, above the figure", "when and where it counts"),
        FieldSpec("value", 24, "picture, very large type", value),
        FieldSpec("body", 140, "picture, below the figure", body),
    )


def _place(*, required: bool) -> FieldSpec:
    return FieldSpec("place", 60, "picture, beside the date", "where: no full stop", required)


def _join(what: str) -> FieldSpec:
    return FieldSpec("join", 80, "picture, last line", what)


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
            labels=("myth", "fact"),
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
                _body(160, "how to follow the advice"),
                _MORE,
            ),
            label="tip",
        ),
        Kind(
            "statistic",
            "statistic",
            (
                *_counted("the figure with its unit", "what the figure counts"),
                _MORE,
            ),
            label="figure",
        ),
        Kind(
            "definition",
            "definition",
            (_MORE,),
            label="definition",
            slides=(2, 5),
            slide_fields=(
                FieldSpec("heading", 60, "carousel picture, large type", "the heading"),
                FieldSpec("body", 200, "carousel picture, body type", "one part of a definition"),
            ),
        ),
        Kind(
            "term",
            "term",
            (
                FieldSpec("heading", 60, "picture, large type", "the term that is explained"),
                FieldSpec("plain", 150, "picture, larger half", "what it means in plain words"),
                FieldSpec("legal", 150, "picture, smaller half", "what the law says"),
                _MORE,
            ),
            labels=("plain", "law"),
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
            "checklist",
            "checklist",
            (
                _HEADING,
                FieldSpec("items", 70, "picture, a line of a list", "one step", repeat=(3, 6)),
                _MORE,
            ),
            label="checklist",
        ),
        Kind(
            "resource",
            "notice",
            (_HEADING, _body(180, "what the publication is good for"), _MORE),
            label="resource",
            labels=("languages", "ask_language"),
        ),
        Kind(
            "invitation",
            "notice",
            (
                _HEADING,
                _body(180, "what the course gives"),
                _place(required=False),
                _join("how to take part"),
                _MORE,
            ),
            label="invitation",
            labels=("editions",),
        ),
        Kind(
            "event",
            "notice",
            (_HEADING, _place(required=True), _body(180, "what will happen"), _MORE),
            label="event",
        ),
        Kind(
            "recap",
            "notice",
            (_HEADING, _place(required=True), _body(180, "what has happened"), _MORE),
            label="recap",
        ),
        Kind(
            "story",
            "story",
            (
                _HEADING,
                _body(220, "what somebody went through, so that nobody can be found"),
                _MORE,
            ),
            label="story",
            labels=("told_by_several", "told_with_consent"),
        ),
        Kind(
            "result",
            "result",
            (
                *_counted("the result with its unit", "what was achieved"),
                _MORE,
            ),
            label="result",
        ),
        Kind(
            "network",
            "notice",
            (
                FieldSpec("heading", 60, "picture, large type", "the name of the network"),
                _body(180, "what the network is and does"),
                _join("how to join or to reach it"),
                _MORE,
            ),
            label="network",
        ),
    )
}
