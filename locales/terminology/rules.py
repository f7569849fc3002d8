"""One rule from its file, in Vale's format: what to find, and what to say.

Only the part of the format that these rules need is read; any other key is refused with its line,
so that nobody believes a rule to do what it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from campaigns.errors import ContentError
from campaigns.rules import Level
from campaigns.strict_yaml import Fields, Node, Text, as_text, load
from locales.script import transliterate
from locales.terminology.excuses import Span, sentences
from locales.terminology.patterns import Words

LEVELS: dict[str, Level] = {"error": "error", "warning": "warning", "suggestion": "info"}

Find = Callable[[str], Iterator["Match"]]


@dataclass(frozen=True, slots=True)
class Match:
    """Where a plain text breaks a rule, and the better word where there is one."""

    start: int
    end: int
    prefer: str = ""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A rule's file. ``find`` takes a plain text."""

    name: str
    message: str
    level: Level
    find: Find

    def sentence(self, words: str, prefer: str) -> str:
        """What the writer reads: the message, with the better word and the words found in it."""
        better = " / ".join(word.strip() for word in prefer.split("|"))
        said = self.message
        for value in [better, words] if better else [words]:
            said = said.replace("%s", value, 1)
        return said


@dataclass(frozen=True, slots=True)
class Reader:
    """How the files of one language are read: in which language, and how patterns are spelt."""

    tongue: str
    latin: bool = False
    made: list[Words] = field(default_factory=list)

    def words(
        self, nodes: Sequence[Text], *, ignorecase: bool = True, nonword: bool = False
    ) -> Words:
        """The patterns, ready to be searched for; kept in ``made``."""
        words = Words(nodes, self.tongue, ignorecase=ignorecase, nonword=nonword)
        self.made.append(words)
        return words

    def spell(self, text: str) -> str:
        """The text in the letters of the locale."""
        return transliterate(text) if self.latin else text

    def node(self, node: Text) -> Text:
        """The node in the letters of the locale."""
        return Text(node.place, node.path, self.spell(as_text(node)))

    def texts(self, fields: Fields, key: str, *, required: bool = True) -> list[Text]:
        """The texts under a key; a list that is there has at least one."""
        if not required and fields.get(key) is None:
            return []
        nodes = [self.node(_a_text(item)) for item in fields.items(key)]
        if not nodes:
            node = fields.need(key)
            raise ContentError(node.place, node.path, "is an empty list", "add one or remove it")
        return nodes

    def pairs(self, fields: Fields, key: str) -> list[tuple[Text, Text]]:
        """Pattern and value of every line of a mapping."""
        inner = fields.fields(key)
        found = []
        for left, node in inner:
            path = f"{key}.{left}"
            right = self.node(_a_text(node))
            found.append((Text(node.place, path, self.spell(left)), right))
        if not found:
            raise ContentError(inner.place, key, "is empty", "add a 'pattern: value' line")
        return found


def read_rule(path: Path, reader: Reader) -> Pattern:
    """The rule in a file; a :class:`ContentError` names the line of what cannot be read."""
    fields = load(path)
    extends = _one_of(fields, "extends", tuple(_KINDS))
    message = reader.spell(fields.text("message"))
    level = LEVELS[_one_of(fields, "level", tuple(LEVELS), "warning")]
    _one_of(fields, "scope", ("text", "sentence"), "text")
    fields.optional_text("link")
    find = _KINDS[extends](fields, reader)
    fields.done()
    return Pattern(f"{path.parent.name}.{path.stem}", message, level, find)


def _existence(fields: Fields, reader: Reader) -> Find:
    words = _words(fields, reader, reader.texts(fields, "tokens"))
    allowed = _exceptions(fields, reader)

    def find(text: str) -> Iterator[Match]:
        for start, end, _which in words.spans(text):
            if not _covered(allowed, text, start, end):
                yield Match(start, end)

    return find


def _substitution(fields: Fields, reader: Reader) -> Find:
    swaps = reader.pairs(fields, "swap")
    words = _words(fields, reader, [left for left, _ in swaps])
    allowed = _exceptions(fields, reader)

    def find(text: str) -> Iterator[Match]:
        for start, end, which in words.spans(text):
            if not _covered(allowed, text, start, end):
                yield Match(start, end, swaps[which][1].value)

    return find


def _occurrence(fields: Fields, reader: Reader) -> Find:
    words = _words(fields, reader, [reader.node(_a_text(fields.need("token")))])
    most = _count(fields)
    parts = _parts(fields)

    def find(text: str) -> Iterator[Match]:
        for first, last in parts(text):
            found = [*words.spans(text[first:last])]
            if len(found) > most:
                yield Match(first + found[most][0], first + found[most][1])

    return find


def _consistency(fields: Fields, reader: Reader) -> Find:
    pairs = [
        (_words(fields, reader, [left]), _words(fields, reader, [right]))
        for left, right in reader.pairs(fields, "either")
    ]
    parts = _parts(fields)

    def find(text: str) -> Iterator[Match]:
        for first, last in parts(text):
            for pair in pairs:
                firsts = [next(words.spans(text[first:last]), None) for words in pair]
                spans = sorted(span[:2] for span in firsts if span)
                if len(spans) == len(pair):  # the earlier word is the one to keep to
                    (start, end), (other, far) = spans
                    yield Match(first + other, first + far, text[first + start : first + end])

    return find


_KINDS: dict[str, Callable[[Fields, Reader], Find]] = {
    "existence": _existence,
    "substitution": _substitution,
    "occurrence": _occurrence,
    "consistency": _consistency,
}


def _words(fields: Fields, reader: Reader, nodes: list[Text]) -> Words:
    return reader.words(
        nodes, ignorecase=_flag(fields, "ignorecase"), nonword=_flag(fields, "nonword")
    )


def _exceptions(fields: Fields, reader: Reader) -> Words | None:
    nodes = reader.texts(fields, "exceptions", required=False)
    return _words(fields, reader, nodes) if nodes else None


def _covered(allowed: Words | None, text: str, start: int, end: int) -> bool:
    spans = allowed.spans(text) if allowed else ()
    return any(first <= start and end <= last for first, last, _ in spans)


def _parts(fields: Fields) -> Callable[[str], tuple[Span, ...]]:
    if fields.optional_text("scope", "text") == "sentence":
        return sentences
    return lambda text: ((0, len(text)),)


def _count(fields: Fields) -> int:
    typed = fields.text("max")
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 4):
        node = fields.need("max")
        raise ContentError(node.place, "max", f"'{typed}' is not a count", "write digits such as 2")
    return int(typed)


def _flag(fields: Fields, key: str) -> bool:
    return _one_of(fields, key, ("true", "false"), "false") == "true"


def _one_of(fields: Fields, key: str, allowed: tuple[str, ...], default: str = "") -> str:
    typed = fields.optional_text(key, default) if default else fields.text(key)
    if typed not in allowed:
        node = fields.need(key)
        raise ContentError(
            node.place, key, f"'{typed}' is not allowed", f"use one of {', '.join(allowed)}"
        )
    return typed


def _a_text(node: Node) -> Text:
    return Text(node.place, node.path, as_text(node))
