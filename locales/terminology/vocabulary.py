"""The rules of one language, read from its folder and applied to a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import regex

from campaigns.errors import ContentError, Place
from campaigns.rules import Level
from locales.fallback import chain
from locales.terminology.meta import Meta, read_meta
from locales.terminology.patterns import Words
from locales.terminology.plain import language, plain
from locales.terminology.rules import Match, Pattern, Reader, read_rule

SHIPPED = Path(__file__).parent
META = "meta.yml"
_LOCALE = regex.compile(r"[a-z]{2,3}(?:_[A-Za-z0-9]{2,8})*")
_REMEMBERED = 16384


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule with all that is known of it. ``pattern`` is None where a person judges."""

    name: str
    meta: Meta
    pattern: Pattern | None


@dataclass(frozen=True, slots=True)
class Found:
    """One place of a plain text that breaks a rule, and where that is."""

    rule: Rule
    start: int
    words: str
    prefer: str
    level: Level


@dataclass(frozen=True)
class Vocabulary:
    """The rules of one folder, in the order of ``meta.yml``."""

    rules: tuple[Rule, ...]
    words: tuple[Words, ...] = ()

    def ready(self) -> Vocabulary:
        """These rules, with all their patterns compiled; what cannot be is refused."""
        for words in self.words:
            words.ready()
        return self

    def found(self, text: str, *, myth: bool = False) -> Iterator[tuple[int, Found]]:
        """Every place that breaks a rule, with its start in the plain text."""
        looked_at = plain(text)
        for rule in self.rules:
            if rule.pattern is None or (myth and rule.meta.in_myths):
                continue
            for match in rule.pattern.find(looked_at):
                if not rule.meta.excuses.hold(looked_at, (match.start, match.end)):
                    yield match.start, _found(rule, rule.pattern, match, looked_at)


def _found(rule: Rule, pattern: Pattern, match: Match, text: str) -> Found:
    return Found(rule, match.start, text[match.start : match.end], match.prefer, pattern.level)


@cache
def vocabulary(locale: str, root: Path = SHIPPED) -> Vocabulary:
    """The rules that check a locale, read once; none where no folder serves it.

    A file that cannot be read raises :class:`ContentError`.
    """
    for name in serving(locale):
        if _is_folder(root / name):
            return _read(root / name, Reader(language(name)))
    if locale == "sr_Latn" and _is_folder(root / "sr"):
        return _read(root / "sr", Reader("sr", latin=True))
    return Vocabulary(())


def serving(locale: str) -> tuple[str, ...]:
    """The folders that may serve a locale, best first; none for what is no locale's name."""
    return chain(locale) if _LOCALE.fullmatch(locale) else ()


def _is_folder(folder: Path) -> bool:
    """Whether there are rules; a folder with only a glossary has none."""
    return (folder / META).is_file() or any(folder.glob("*.yml"))


def _read(folder: Path, reader: Reader) -> Vocabulary:
    metas = read_meta(folder / META, reader)
    files = {file.stem: file for file in sorted(folder.glob("*.yml")) if file.name != META}
    for name in files.keys() - metas.keys():
        raise ContentError(
            Place(files[name]), "", f"is not in {META}", f"add '{name}:' to its rules"
        )
    rules = tuple(_rule(folder, name, meta, files, reader) for name, meta in metas.items())
    return Vocabulary(rules, tuple(reader.made))


def _rule(folder: Path, name: str, meta: Meta, files: dict[str, Path], reader: Reader) -> Rule:
    if meta.by_hand == (name in files):
        problem = "is judged by hand, yet has a file" if meta.by_hand else "has no file"
        remedy = "remove one of the two" if meta.by_hand else f"write {name}.yml"
        raise ContentError(meta.place, f"rules.{name}", problem, remedy)
    pattern = None if meta.by_hand else read_rule(files[name], reader)
    return Rule(f"{folder.name}.{name}", meta, pattern)


@lru_cache(maxsize=_REMEMBERED)
def found_in(text: str, locale: str, myth: bool) -> tuple[Found, ...]:
    """What the shipped rules find in a text, from left to right."""
    places = vocabulary(locale).found(text, myth=myth)
    return tuple(found for _, found in sorted(places, key=lambda place: place[0]))
