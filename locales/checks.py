"""What is wrong with a translation, message by message.

Errors hold every card that needs the message, since they change what it says or how it shows:
see :func:`faults`. Warnings are for the translator. Rules compare with the campaign's text, so they
need no knowledge of the language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from campaigns.errors import Place
from campaigns.model import Message
from campaigns.review import PLACEHOLDER, Finding, Level, length
from locales.catalogue import Catalogue, Entry
from locales.placeholders import PlaceholderError, balanced, names

STRETCH = 1.5
"""How much longer than the English limit a translation may be before it is remarked on."""

_REMEMBERED = 16384
"""Texts checked that are kept: every card of a build asks again for the shared messages."""
_MANY_LETTERS = 12
_HASHTAG = re.compile(r"#\w+")
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"\d+")
_SCRIPTS = ("LATIN", "CYRILLIC", "GREEK")
_FORMAT_SIGNS = frozenset("\u061c\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069")
_FORBIDDEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
_CLOSING = "\"'”’»“)]}\u2069\u200e\u200f\u00a0\u202f "
_ENDS = {
    **dict.fromkeys(".。।", "full stop"),
    **dict.fromkeys("?؟;\u037e", "question mark"),
    "!": "exclamation mark",
    ":": "colon",
    "…": "ellipsis",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one translation."""

    rule: str
    level: Level
    problem: str
    remedy: str


def check_catalogue(catalogue: Catalogue, messages: Iterable[Message]) -> list[Finding]:
    """All findings of a catalogue against the campaign's messages, in their order."""
    texts = {message.context: message for message in messages}
    found = [
        Finding(
            catalogue.place(context), fault.rule, fault.level, context, fault.problem, fault.remedy
        )
        for context, message in texts.items()
        for fault in faults(catalogue.entries.get(context), message, catalogue.locale)
    ]
    if catalogue.state == "reviewed" and not catalogue.reviewed_by.strip():
        problem, remedy = "is reviewed by nobody", "add X-Clarion-Reviewed-By with a role"
        place = Place(catalogue.file, 1)
        found.append(Finding(place, "reviewer-missing", "error", "header", problem, remedy))
    for context in [name for name in catalogue.entries if name not in texts]:
        place = catalogue.place(context)
        problem, remedy = "is no message of the campaign", "run 'clarion messages update'"
        found.append(Finding(place, "unknown-message", "warning", context, problem, remedy))
    return found


def faults(entry: Entry | None, message: Message, locale: str) -> Iterator[Fault]:
    """What is wrong with one translation; the first of the state, else all of the text."""
    state = _state(entry, message)
    if state is not None or entry is None:
        yield state or Fault("missing", "error", "is not in the catalogue", "update the catalogue")
        return
    yield from _text_errors(entry.msgstr, message.text)
    yield from _text_warnings(entry.msgstr, message.text, message.max, locale)


def errors(entry: Entry | None, message: Message) -> tuple[Fault, ...]:
    """Those of the :func:`faults` that hold a card; sooner found than all of them."""
    state = _state(entry, message)
    if state is not None or entry is None:
        return (state,) if state else ()
    return _text_errors(entry.msgstr, message.text)


@lru_cache(maxsize=_REMEMBERED)
def _text_errors(text: str, english: str) -> tuple[Fault, ...]:
    return (*_form(text, english), *_facts(text, english), *_control(text))


@lru_cache(maxsize=_REMEMBERED)
def _text_warnings(text: str, english: str, limit: int, locale: str) -> tuple[Fault, ...]:
    return (
        *_lost_numbers(text, english),
        *_alphabet(text),
        *_style(text, english, limit, locale),
    )


def _state(entry: Entry | None, message: Message) -> Fault | None:
    if entry is None:
        return Fault("missing", "error", "is not in the catalogue", "update the catalogue")
    if entry.plurals:
        return Fault("plural", "error", "has plural forms", "campaign messages have one form")
    if not entry.msgstr.strip():
        return Fault("empty", "error", "is not translated", "translate it")
    if entry.msgid != message.text:
        return Fault("stale", "error", "translates an older text", "update, then look again")
    if entry.fuzzy:
        return Fault("fuzzy", "error", "is marked fuzzy", "check it and remove the mark")
    return None


def _form(text: str, english: str) -> Iterator[Fault]:
    try:
        there = names(text)
    except PlaceholderError as error:
        yield Fault("brace", "error", str(error), "write placeholders as in the English text")
        return
    wanted = frozenset(PLACEHOLDER.findall(english))
    if there != wanted:
        lost = ", ".join(f"{{{name}}}" for name in sorted(wanted - there)) or "none"
        added = ", ".join(f"{{{name}}}" for name in sorted(there - wanted)) or "none"
        yield Fault(
            "placeholder", "error", f"placeholders lost: {lost}; added: {added}",
            "use those of the English text, each at least once",
        )  # fmt: skip
    if not balanced(text):
        yield Fault("isolate", "error", "has an unclosed isolate", "close U+2066..8 with U+2069")
    if ("<" in text or ">" in text) and not ("<" in english or ">" in english):
        yield Fault("markup", "error", "has angle brackets", "write plain text")


def _facts(text: str, english: str) -> Iterator[Fault]:
    tags = set(_HASHTAG.findall(english))
    if tags and (lost := sorted(tags - set(_HASHTAG.findall(text)))):
        yield Fault("hashtag", "error", f"lost {', '.join(lost)}", "copy the hashtag as it is")
    if added := _numbers(text) - _numbers(english):
        yield Fault(
            "number", "error", f"has a number of its own: {', '.join(sorted(added.elements()))}",
            "use the placeholder, or the English text's number",
        )  # fmt: skip


def _lost_numbers(text: str, english: str) -> Iterator[Fault]:
    there, wanted = _numbers(text), _numbers(english)
    if wanted - there and not there - wanted:  # else it is another number, and an error
        dropped = ", ".join(sorted((wanted - there).elements()))
        yield Fault("number-lost", "warning", f"lacks {dropped}", "check that it is in words")


def _control(text: str) -> Iterator[Fault]:
    if strange := {sign for sign in set(text) if _is_strange(sign)}:
        named = ", ".join(sorted(f"U+{ord(sign):04X}" for sign in strange))
        yield Fault("control", "error", f"has {named}", "remove invisible characters")


@lru_cache(maxsize=_REMEMBERED)
def _is_strange(sign: str) -> bool:
    return unicodedata.category(sign) in _FORBIDDEN and sign not in _FORMAT_SIGNS


def _alphabet(text: str) -> Iterator[Fault]:
    if not unicodedata.is_normalized("NFC", text):
        yield Fault("not-nfc", "warning", "is not in Unicode's form NFC", "normalise it")
    mixed = [word for word in _WORD.findall(text) if len(_scripts(word)) > 1]
    if mixed:
        yield Fault(
            "mixed-script", "warning", f"mixes alphabets in '{mixed[0]}'", "type the word anew"
        )


def _style(text: str, english: str, limit: int, locale: str) -> Iterator[Fault]:
    letters = sum(sign.isalpha() for sign in PLACEHOLDER.sub("", text))
    if text == english and letters > _MANY_LETTERS and not locale.startswith("en"):
        yield Fault("english", "warning", "is the English text", "translate it")
    if text != text.strip():
        yield Fault("edge-space", "warning", "begins or ends with a space", "remove the space")
    if re.search(r"[ \u00a0\u202f]{2,}", text.strip()):
        yield Fault("double-space", "warning", "has two spaces in a row", "remove one")
    if length(text) > STRETCH * limit:
        yield Fault(
            "long", "warning", f"has {length(text)} characters, {limit} in English",
            "shorten it if the picture does not fit",
        )  # fmt: skip
    if _end(text) != _end(english):
        yield Fault(
            "end", "warning", f"ends with {_end(text)}, the English with {_end(english)}",
            "end as the English text ends",
        )  # fmt: skip


def _numbers(text: str) -> Counter[str]:
    """The digit runs outside placeholders, as Latin digits."""
    if not _NUMBER.search(text):
        return Counter()
    runs = _NUMBER.findall(PLACEHOLDER.sub(" ", text))
    return Counter("".join(str(unicodedata.decimal(digit)) for digit in run) for run in runs)


def _scripts(word: str) -> set[str]:
    found = {unicodedata.name(sign, "").split(" ")[0] for sign in word}
    return {script for script in found if script in _SCRIPTS}


def _end(text: str) -> str:
    bare = text.rstrip(_CLOSING)
    return _ENDS.get(bare[-1:], "no mark") if bare else "no mark"
