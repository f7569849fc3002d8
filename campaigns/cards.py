"""The cards of a campaign file, and the messages they are made of."""

from __future__ import annotations

import re

from campaigns.details import read_details
from campaigns.errors import ContentError, Place
from campaigns.kinds import KINDS, PHOTO_ALT, Carousel, FieldSpec, Kind
from campaigns.model import Card, Message, Photo
from campaigns.pictures import read_photo
from campaigns.strict_yaml import Fields, Node, Text, as_fields, as_items, as_text

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIGURE = re.compile(r"figure(?:_[2-9])?")


def read_cards(top: Fields) -> tuple[Card, ...]:
    """The cards under ``cards``, in order; :class:`ContentError` at the first that is wrong."""
    cards: dict[str, Card] = {}
    for node in top.items("cards"):
        card = _card(as_fields(node))
        if card.id in cards:
            raise ContentError(
                card.place,
                f"cards.{card.id}",
                f"has the id of the card in line {cards[card.id].place.line}",
                "give it another id",
            )
        cards[card.id] = card
    if not cards:
        raise ContentError(top.need("cards").place, "cards", "is empty", "add a card")
    return tuple(cards.values())


def identifier(fields: Fields, key: str) -> str:
    """A name that is safe in file names, contexts and addresses."""
    value = fields.text(key)
    if not _ID.fullmatch(value):
        raise ContentError(
            fields.need(key).place,
            key,
            f"'{value}' is not an id",
            "use lower-case letters, digits and single hyphens",
        )
    return value


def message(node: Node, spec: FieldSpec, context: str) -> Message:
    """A message is one text, or ``{msg, note, max, minor}`` when there is more to know about it."""
    if isinstance(node, Text):
        text, note, limit, place, minor = as_text(node), "", spec.max, node.place, False
    else:
        fields = as_fields(node)
        text = fields.text("msg")
        note = fields.optional_text("note")
        limit = _limit(fields, spec)
        minor = _minor(fields)
        place = fields.need("msg").place
        fields.done()
    return Message(context, _clean(text), limit, spec.where, spec.what, note, place, minor)


def _minor(fields: Fields) -> bool:
    typed = fields.optional_text("minor")
    if typed not in ("", "true"):
        raise ContentError(
            fields.need("minor").place, f"{fields.path}.minor", f"is '{typed}'",
            "write \"true\" when the meaning stayed, or remove the line",
        )  # fmt: skip
    return typed == "true"


def _limit(fields: Fields, spec: FieldSpec) -> int:
    typed = fields.optional_text("max", str(spec.max))
    if not typed.isdecimal() or not 1 <= int(typed) <= spec.max:
        raise ContentError(
            fields.need("max").place,
            f"{fields.path}.max",
            f"'{typed}' is not a limit",
            f"write a whole number from 1 to {spec.max}",
        )
    return int(typed)


def _clean(text: str) -> str:
    """One line; spaces that hold words together stay what they are."""
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _card(fields: Fields) -> Card:
    card_id = identifier(fields, "id")
    kind = _kind(fields)
    messages = _messages(fields, kind, card_id)
    carousel = _carousel(fields, kind)
    parts = carousel.parts if carousel else ()
    card = Card(
        id=card_id,
        kind=kind.name,
        layout=fields.optional_text("layout", carousel.layout if carousel else kind.layout),
        sources=_sources(fields, card_id),
        figures=_figures(fields),
        literal_numbers=fields.texts("literal_numbers", required=False),
        fields=messages,
        pictures=_slide_count(fields) if kind.slides else len(parts) or 1,
        photo=_photo(fields),
        place=fields.place,
        parts=parts,
        details=read_details(fields, kind.name),
    )
    fields.done()
    return card


def _kind(fields: Fields) -> Kind:
    name = fields.text("kind")
    if name not in KINDS:
        raise ContentError(
            fields.need("kind").place,
            fields.path + ".kind",
            f"'{name}' is not a kind of card",
            f"use one of {', '.join(KINDS)}",
        )
    return KINDS[name]


def _carousel(fields: Fields, kind: Kind) -> Carousel | None:
    """How the card is told in several pictures, when it says so."""
    node = fields.get("carousel")
    if node is None:
        return None
    typed = as_text(node)
    if kind.carousel is None:
        able = ", ".join(name for name, one in KINDS.items() if one.carousel)
        raise ContentError(
            node.place, node.path, f"is not for the kind {kind.name}", f"remove it; {able} has one"
        )
    if typed not in ("yes", "no"):
        raise ContentError(node.place, node.path, f"is '{typed}'", "write 'yes' or remove the line")
    return kind.carousel if typed == "yes" else None


def _sources(fields: Fields, card_id: str) -> tuple[str, ...]:
    if fields.get("sources") is None or not fields.items("sources"):
        raise ContentError(
            fields.place,
            f"cards.{card_id}.sources",
            "is missing: every card names its source",
            "add 'sources: [S01]' with an id of sources.yaml",
        )
    return fields.texts("sources")


def _figures(fields: Fields) -> dict[str, str]:
    node = fields.get("figures")
    if node is None:
        return {}
    figures = {}
    for name, value in as_fields(node):
        if not _FIGURE.fullmatch(name):
            raise ContentError(
                value.place, value.path, "is not a figure's name", "use figure, figure_2, figure_3"
            )
        figures[name] = as_text(value)
    return figures


def _photo(fields: Fields) -> Photo | None:
    node = fields.get("photo")
    return None if node is None else read_photo(node)


def _messages(fields: Fields, kind: Kind, card_id: str) -> dict[str, Message]:
    found: dict[str, Message] = {}
    if kind.slides:
        found.update(_slides(fields, kind, card_id))
    for spec in kind.fields:
        node = fields.get(spec.name) if not spec.required else fields.need(spec.name)
        if node is None:
            continue
        if spec.repeat:
            found.update(_list(node, spec, card_id))
        else:
            found[spec.name] = message(node, spec, f"{card_id}.{spec.name}")
    return found | _photo_alt(fields, card_id)


def _photo_alt(fields: Fields, card_id: str) -> dict[str, Message]:
    """What the photograph shows, in words that are translated with the card."""
    node, name = fields.get(PHOTO_ALT.name), PHOTO_ALT.name
    if fields.get("photo") is None:
        if node is None:
            return {}
        raise ContentError(
            node.place, node.path, "describes a photo the card does not have", "remove one of them"
        )
    if node is None:
        raise ContentError(
            fields.place, f"cards.{card_id}.{name}",
            "is missing: people who do not see the photo are told what it shows",
            f"add '{name}: \"...\"', at most {PHOTO_ALT.max} characters",
        )  # fmt: skip
    return {name: message(node, PHOTO_ALT, f"{card_id}.{name}")}


def _list(node: Node, spec: FieldSpec, card_id: str) -> dict[str, Message]:
    least, most = spec.repeat or (1, 1)
    nodes = as_items(node)
    _count(node.place, node.path, len(nodes), least, most)
    names = [f"{spec.name}.{number}" for number in range(1, len(nodes) + 1)]
    return {
        name: message(item, spec, f"{card_id}.{name}")
        for name, item in zip(names, nodes, strict=True)
    }


def _slides(fields: Fields, kind: Kind, card_id: str) -> dict[str, Message]:
    least, most = kind.slides or (1, 1)
    nodes = fields.items("slides")
    _count(fields.need("slides").place, "slides", len(nodes), least, most)
    found = {}
    for number, node in enumerate(nodes, 1):
        slide = as_fields(node)
        for spec in kind.slide_fields:
            name = f"slides.{number}.{spec.name}"
            found[name] = message(slide.need(spec.name), spec, f"{card_id}.{name}")
        slide.done()
    return found


def _slide_count(fields: Fields) -> int:
    return len(fields.items("slides"))


def _count(place: Place, path: str, number: int, least: int, most: int) -> None:
    if not least <= number <= most:
        raise ContentError(place, path, f"has {number} members", f"write {least} to {most} of them")
