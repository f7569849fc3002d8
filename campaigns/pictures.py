"""Picture rules as data: what a photo shows, where it is from, and who agreed to it.

Pixels cannot be read for meaning, so a card's ``photo`` says it in the words of ``pictures.yaml``
(localisation study, 2.4). What is misspelt cannot be read; what may not be shown is a fault, which
holds this card and lets the others go.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from campaigns.consent import read_consent
from campaigns.errors import ContentError
from campaigns.model import Card, Photo
from campaigns.strict_yaml import Fields, Node, as_choice, as_fields, as_items, as_text, load

Use = Literal["allowed", "banned"]

ORIGINS = ("photograph", "posed", "library", "illustration", "generated")
"""Where a picture may be from; ``generated`` is known so that the refusal can say why."""
PEOPLE = ("none", "adults", "volunteers", "children")
"""Who can be recognised in it; ``children`` is known so that the refusal can say why."""
SHIPPED = Path(__file__).parent / "pictures.yaml"

_FRACTION = re.compile(r"0(?:\.\d{1,6})?|1(?:\.0{1,6})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Motif:
    """A word for what a picture shows. ``people`` is who it says can be recognised."""

    id: str
    use: Use
    people: str
    why: str
    source: str


@dataclass(frozen=True, slots=True)
class PictureFault:
    """Why a card's picture may not go out, and the way out."""

    rule: str
    problem: str
    remedy: str


def load_vocabulary(path: Path) -> dict[str, Motif]:
    """The words of one file, by id. Any file but the shipped one may only ban."""
    top = load(path)
    words: dict[str, Motif] = {}
    for node in top.items("words"):
        fields = as_fields(node)
        word = _motif(fields)
        if word.id in words:
            raise ContentError(fields.place, f"words.{word.id}", "stands twice", "keep one of them")
        if word.use != "banned" and path.resolve() != SHIPPED:
            raise ContentError(
                fields.need("use").place, f"words.{word.id}.use",
                f"is '{word.use}': a workspace may only ban more", "write 'use: banned'",
            )  # fmt: skip
        words[word.id] = word
    top.done()
    return words


def read_photo(node: Node) -> Photo:
    """The ``photo`` of a card; :class:`ContentError` at the first thing that is wrong."""
    fields = as_fields(node)
    if isinstance(fields.get("consent"), Fields):
        consent = read_consent(fields.fields("consent"))
    elif fields.get("consent") is not None:
        raise ContentError(
            fields.need("consent").place, f"{fields.path}.consent", "is one text",
            "write {reference: ..., given_on: 2027-01-31, expires: 2028-01-31, territories: [RS]}",
        )  # fmt: skip
    else:
        consent = None
    photo = Photo(
        file=fields.place.file.parent / fields.text("file"),
        credit=fields.text("credit"),
        origin=as_choice(fields, "origin", ORIGINS),
        depicts=_depicts(fields),
        people=as_choice(fields, "people", PEOPLE),
        consent=consent,
        place=fields.place,
        focus=_focus(fields),
    )
    fields.done()
    return photo


def picture_faults(photo: Photo, words: Mapping[str, Motif]) -> Iterator[PictureFault]:
    """What keeps this picture from being shown to anybody, whatever the day and the country."""
    for name in photo.depicts:
        yield from _word(name, words)
    if photo.origin == "generated":
        yield PictureFault(
            "picture-origin", "is generated: what stands beside an emblem has to be believed",
            "use a photograph, a drawn illustration or no picture",
        )  # fmt: skip
    if photo.people == "children":
        yield PictureFault(
            "picture-children", "shows children, who are never shown", "use a picture without them"
        )
        return
    shown = {words[name].people for name in photo.depicts if name in words} - {"none"}
    if photo.people == "none" and shown:
        yield PictureFault(
            "picture-people", f"depicts {' and '.join(sorted(shown))} and says 'people: none'",
            f"write 'people: {min(shown)}', or depict back-view if nobody can be recognised",
        )  # fmt: skip
    elif photo.people != "none" and photo.people not in shown:
        yield PictureFault(
            "picture-people", f"says 'people: {photo.people}' and depicts none",
            "add adult, group-of-adults or volunteer to depicts, or write 'people: none'",
        )  # fmt: skip
    if photo.people != "none" and photo.origin != "illustration" and photo.consent is None:
        yield PictureFault(
            "picture-consent", "shows people without their consent",
            "add 'consent: {reference: ..., given_on: ..., expires: ...}'",
        )  # fmt: skip


def consent_problems(card: Card, on: date, territory: str) -> list[str]:
    """Why those who are shown or told of did not agree to a post on this day in this country."""
    consents = (card.photo.consent if card.photo else None, card.details.consent)
    found = (consent.problem(on, territory) for consent in consents if consent is not None)
    return [problem for problem in found if problem]


def _word(name: str, words: Mapping[str, Motif]) -> Iterator[PictureFault]:
    word = words.get(name)
    if word is None:
        near = difflib.get_close_matches(name, words, 1, 0.5)
        meant = (
            f"did you mean '{near[0]}'?" if near else "see 'What a picture may show' in the docs"
        )
        yield PictureFault("picture-word", f"depicts '{name}', which is no known word", meant)
    elif word.use == "banned":
        yield PictureFault(
            "picture-motif", f"depicts {name}: {word.why} ({word.source})", "use another picture"
        )


def _motif(fields: Fields) -> Motif:
    use: Use = as_choice(fields, "use", ("allowed", "banned"))  # type: ignore[assignment]
    people = "none" if fields.get("people") is None else as_choice(fields, "people", PEOPLE[:3])
    word = Motif(
        id=fields.text("id"),
        use=use,
        people=people,
        why=fields.text("why"),
        source=fields.text("source"),
    )
    fields.done()
    return word


def _depicts(fields: Fields) -> tuple[str, ...]:
    words = fields.texts("depicts")
    if not words:
        raise ContentError(
            fields.need("depicts").place, f"{fields.path}.depicts", "is empty",
            "say what is to be seen, such as [office, telephone]",
        )  # fmt: skip
    return words


def _focus(fields: Fields) -> tuple[float, float] | None:
    node = fields.get("focus")
    if node is None:
        return None
    members = as_items(node)
    if len(members) != 2:
        raise ContentError(
            node.place, node.path, f"has {len(members)} members", "write two: from left, from top"
        )
    across, down = (_fraction(member) for member in members)
    return across, down


def _fraction(node: Node) -> float:
    typed = as_text(node)
    if not _FRACTION.fullmatch(typed):
        raise ContentError(
            node.place,
            node.path,
            f"'{typed}' is not a place in the picture",
            'write a fraction from 0 to 1, such as "0.5"',
        )
    return float(typed)
