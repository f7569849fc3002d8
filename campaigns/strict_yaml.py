"""YAML in which every scalar is the string that was typed.

Plain YAML turns ``no`` into False, ``0121`` into 81 and ``12:30`` into 750. Here nothing is
converted, every value knows its line, and what people do not need (anchors, aliases, tags, merge
keys, several documents) is refused, which also makes expansion bombs impossible.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from pathlib import Path

import yaml

from campaigns.errors import ContentError, Place

MAX_BYTES = 1024 * 1024
MAX_DEPTH = 12

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Text:
    """A scalar, exactly as typed."""

    place: Place
    path: str
    value: str


@dataclass(frozen=True)
class Items:
    """A sequence."""

    place: Place
    path: str
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Fields:
    """A mapping with unique string keys, in the order of the file.

    Readers ask for the keys they know and end with :meth:`done`, which refuses the rest.
    """

    place: Place
    path: str
    nodes: dict[str, Node]
    _asked: set[str] = field(default_factory=set, compare=False, repr=False)

    def get(self, key: str) -> Node | None:
        """The node under ``key``, or None."""
        self._asked.add(key)
        return self.nodes.get(key)

    def need(self, key: str) -> Node:
        """The node under ``key``; a missing key is an error."""
        node = self.get(key)
        if node is None:
            raise ContentError(self.place, _join(self.path, key), "is missing", f"add '{key}:'")
        return node

    def text(self, key: str) -> str:
        """The non-empty scalar under ``key``."""
        return as_text(self.need(key))

    def optional_text(self, key: str, default: str = "") -> str:
        """The non-empty scalar under ``key``, or ``default`` when the key is absent."""
        node = self.get(key)
        return default if node is None else as_text(node)

    def texts(self, key: str, *, required: bool = True) -> tuple[str, ...]:
        """The list of scalars under ``key``; absent means empty unless ``required``."""
        node = self.need(key) if required else self.get(key)
        return () if node is None else tuple(as_text(item) for item in as_items(node))

    def fields(self, key: str) -> Fields:
        """The mapping under ``key``."""
        return as_fields(self.need(key))

    def items(self, key: str) -> tuple[Node, ...]:
        """The list under ``key``."""
        return as_items(self.need(key))

    def done(self) -> None:
        """Refuse every key nobody asked for, suggesting the one that was meant."""
        for key, node in self.nodes.items():
            if key in self._asked:
                continue
            near = difflib.get_close_matches(key, self._asked, 1)
            remedy = f"did you mean '{near[0]}'?" if near else _known(self._asked)
            raise ContentError(node.place, _join(self.path, key), "is not a known key", remedy)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        self._asked.update(self.nodes)
        return iter(self.nodes.items())


Node = Text | Items | Fields


def load(path: Path) -> Fields:
    """Read a file whose top is a mapping. Every refusal is a :class:`ContentError`."""
    node = parse(_read(path), path)
    if not isinstance(node, Fields):
        raise ContentError(node.place, "", "is not a mapping", "start with 'key: value' lines")
    return node


def parse(text: str, path: Path) -> Node:
    """Turn YAML text into nodes. ``path`` is only used to say where something stands."""
    try:
        return _Builder(path).build(iter(yaml.parse(text, Loader=_Loader)))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 0
        problem = getattr(error, "problem", None) or "is not readable as YAML"
        raise ContentError(
            Place(path, line), "", f"is not valid YAML ({problem})", "check indentation and quotes"
        ) from error


def as_text(node: Node) -> str:
    """The scalar's value; anything else, and the empty scalar, is refused."""
    if not isinstance(node, Text):
        raise ContentError(node.place, node.path, "must be one text", "write 'key: \"text\"'")
    if not node.value.strip():
        raise ContentError(node.place, node.path, "is empty", "write a text or remove the key")
    return node.value


def as_date(node: Node) -> date:
    """The date that was typed as year-month-day, such as 2027-07-30."""
    typed = as_text(node)
    try:
        if not _DATE.fullmatch(typed):
            raise ValueError
        return date.fromisoformat(typed)
    except ValueError as error:
        raise ContentError(
            node.place, node.path, f"'{typed}' is not a date", "write year-month-day"
        ) from error


def as_choice(fields: Fields, key: str, allowed: Sequence[str]) -> str:
    """One of the allowed words."""
    typed = fields.text(key)
    if typed not in allowed:
        node = fields.need(key)
        raise ContentError(
            node.place, node.path, f"'{typed}' is not allowed", f"use one of {', '.join(allowed)}"
        )
    return typed


def as_time(node: Node) -> time:
    """The wall time that was typed, such as 09:00."""
    typed = as_text(node)
    match = _TIME.fullmatch(typed)
    if match is None:
        raise ContentError(node.place, node.path, f"'{typed}' is not a time", "write '09:00'")
    return time(int(match[1]), int(match[2]))


def as_items(node: Node) -> tuple[Node, ...]:
    """The sequence's members."""
    if not isinstance(node, Items):
        raise ContentError(node.place, node.path, "must be a list", "write '- item' lines")
    return node.nodes


def as_fields(node: Node) -> Fields:
    """The node as a mapping."""
    if not isinstance(node, Fields):
        raise ContentError(node.place, node.path, "must be a mapping", "write 'key: value' lines")
    return node


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ContentError(Place(path), "", reason, "check the path and rights") from error
    if len(raw) > MAX_BYTES:
        limit = f"is larger than {MAX_BYTES // 1024} KiB"
        raise ContentError(Place(path), "", limit, "split the campaign into several")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentError(
            Place(path, line), "", "is not UTF-8 text", "save the file as UTF-8"
        ) from error


class _Builder:
    """Builds nodes from parser events; refuses what the format does not have."""

    def __init__(self, path: Path) -> None:
        self._file = path

    def build(self, events: Iterator[yaml.Event]) -> Node:
        node: Node | None = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if node is not None:
                    raise self._refuse(event, "", "holds two documents", "keep one per file")
                node = self._node(events, next(events), "", 0)
        if node is None:
            raise ContentError(Place(self._file), "", "is empty", "write the campaign into it")
        return node

    def _node(self, events: Iterator[yaml.Event], event: yaml.Event, path: str, depth: int) -> Node:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._refuse(event, path, "uses an anchor or alias", "write the value again")
        if getattr(event, "tag", None):
            raise self._refuse(event, path, "uses a tag", "remove the '!' word, quote the value")
        if depth > MAX_DEPTH:
            raise self._refuse(event, path, "is nested too deeply", "flatten the structure")
        place = self._place(event)
        if isinstance(event, yaml.ScalarEvent):
            return Text(place, path, event.value)
        if isinstance(event, yaml.SequenceStartEvent):
            return Items(place, path, tuple(self._sequence(events, path, depth)))
        return Fields(place, path, self._mapping(events, path, depth))

    def _sequence(self, events: Iterator[yaml.Event], path: str, depth: int) -> Iterator[Node]:
        index = 0
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            index += 1
            yield self._node(events, event, f"{path}[{index}]", depth + 1)

    def _mapping(self, events: Iterator[yaml.Event], path: str, depth: int) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(events, event, path, depth + 1)
            if not isinstance(key, Text):
                raise ContentError(key.place, path, "has a key that is no text", "use a word")
            if key.value in nodes:
                raise ContentError(
                    key.place, _join(path, key.value), "stands twice", "keep one of the two"
                )
            nodes[key.value] = self._node(events, next(events), _join(path, key.value), depth + 1)
        return nodes

    def _place(self, event: yaml.Event) -> Place:
        mark = event.start_mark
        return Place(self._file, mark.line + 1 if mark is not None else 0)

    def _refuse(self, event: yaml.Event, path: str, problem: str, remedy: str) -> ContentError:
        return ContentError(self._place(event), path, problem, remedy)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _known(keys: set[str]) -> str:
    return f"known keys are {', '.join(sorted(keys))}"
