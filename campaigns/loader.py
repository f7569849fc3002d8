"""A campaign file becomes a :class:`~campaigns.model.Campaign`, or says which line is wrong."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path

from campaigns.errors import ContentError, Place
from campaigns.kinds import KINDS, FieldSpec, Kind
from campaigns.model import Campaign, Card, LatePolicy, Message, Photo, Schedule, Slot
from campaigns.strict_yaml import Fields, Node, Text, as_fields, as_items, as_text, load

_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_HASHTAG = re.compile(r"[^\W\d_]\w*")
_FIGURE = re.compile(r"figure(?:_[2-9])?")
_DAY = re.compile(r"[+-]?\d{1,3}")
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

_TITLE = FieldSpec("title", 60, "lists, packs and pages", "the name of the campaign")
_CALL = FieldSpec("call", 90, "end of every post text", "what readers can do now")


def load_campaign(path: Path) -> Campaign:
    """Read one campaign file. Raises :class:`ContentError` at the first thing that is wrong."""
    top = load(path)
    cards = _cards(top)
    campaign = Campaign(
        id=identifier(top, "id"),
        author=top.text("author"),
        observance=top.text("observance"),
        source_locale=top.text("source_locale"),
        hashtags=_hashtags(top),
        risk=top.text("risk"),
        title=message(top.need("title"), _TITLE, "campaign.title"),
        call=message(top.need("call"), _CALL, "campaign.call"),
        schedule=_schedule(top.fields("schedule"), {card.id for card in cards}),
        cards=cards,
        file=path,
    )
    top.done()
    return campaign


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
    """A message is one text, or ``{msg, note, max}`` when a translator should know more."""
    if isinstance(node, Text):
        text, note, limit, place = as_text(node), "", spec.max, node.place
    else:
        fields = as_fields(node)
        text = fields.text("msg")
        note = fields.optional_text("note")
        limit = _limit(fields, spec)
        place = fields.need("msg").place
        fields.done()
    return Message(context, _clean(text), limit, spec.where, spec.what, note, place)


def clock_time(node: Node) -> time:
    """A wall time such as 09:00."""
    value = as_text(node)
    match = _TIME.fullmatch(value)
    if match is None:
        raise ContentError(node.place, node.path, f"'{value}' is not a time", "write '09:00'")
    return time(int(match[1]), int(match[2]))


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


def _hashtags(top: Fields) -> tuple[str, ...]:
    tags = top.texts("hashtags")
    for tag in tags:
        if not _HASHTAG.fullmatch(tag):
            raise ContentError(
                top.need("hashtags").place,
                "hashtags",
                f"'{tag}' is not a hashtag",
                "write letters and digits without '#', for example EndHumanTrafficking",
            )
    if len(tags) > 3:
        raise ContentError(
            top.need("hashtags").place, "hashtags", f"has {len(tags)} tags", "keep at most 3"
        )
    return tags


def _schedule(fields: Fields, cards: set[str]) -> Schedule:
    late = fields.fields("late")
    policy = late.text("policy")
    if policy not in ("post_until", "hold", "skip"):
        raise ContentError(
            late.need("policy").place,
            "schedule.late.policy",
            f"'{policy}' is not a late policy",
            "write post_until, hold or skip",
        )
    chosen: LatePolicy = policy  # type: ignore[assignment]  # narrowed by the test above
    until = late.get("until")
    schedule = Schedule(
        at=clock_time(fields.need("time")),
        late=chosen,
        until=clock_time(until) if until is not None else time(20, 0),
        slots=tuple(_slot(day, node, cards) for day, node in fields.fields("days")),
    )
    if until is not None and schedule.until <= schedule.at:
        raise ContentError(
            until.place, until.path, "is not after the posting time", "write a later time"
        )
    late.done()
    fields.done()
    return schedule


def _slot(day: str, node: Node, cards: set[str]) -> Slot:
    if not _DAY.fullmatch(day):
        raise ContentError(
            node.place, node.path, f"'{day}' is not a day", "write '-7', '0' or '+1'"
        )
    names = []
    for item in as_items(node):
        name = as_text(item)
        if name not in cards:
            raise ContentError(
                item.place, item.path, f"names no card '{name}'", "use the id of a card below"
            )
        names.append(name)
    return Slot(int(day), tuple(names))


def _cards(top: Fields) -> tuple[Card, ...]:
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


def _card(fields: Fields) -> Card:
    card_id = identifier(fields, "id")
    kind = _kind(fields)
    messages = _messages(fields, kind, card_id)
    card = Card(
        id=card_id,
        kind=kind.name,
        layout=fields.optional_text("layout", kind.layout),
        sources=_sources(fields, card_id),
        figures=_figures(fields),
        literal_numbers=fields.texts("literal_numbers", required=False),
        fields=messages,
        pictures=_slide_count(fields) if kind.slides else 1,
        photo=_photo(fields),
        place=fields.place,
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
    if node is None:
        return None
    photo = as_fields(node)
    file = photo.place.file.parent / photo.text("file")
    value = Photo(file, photo.text("credit"), photo.text("consent"), photo.place)
    photo.done()
    return value


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
    return found


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
