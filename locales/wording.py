"""Words that everybody can take in: hashtags, emoji, letters, capitals and sentences.

What a screen reader spells out or skips is an error; what makes reading harder is a warning or,
where only a person can judge, information (localisation study, 6.1 and 6.2). The texts are
messages with their placeholders, or finished ones.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import regex

from campaigns.hashtags import MOST, doubt
from campaigns.rules import read_rules
from locales.fault import Fault

RULES = read_rules(Path(__file__).with_name("wording.toml"))
"""By id; each with a text that breaks it."""

MOST_EMOJI = 2
SENTENCE = {"alt": 20, "post": 20, "picture": 15}
"""Words of a sentence, in the post text and on the picture."""

ACRONYMS = frozenset({
    "CEDAW", "ECPAT", "EUROPOL", "FRONTEX", "GRETA", "INHOPE", "INTERPOL", "OHCHR", "TEHAMA",
    "UNESCO", "UNFPA", "UNHCR", "UNICEF", "UNICRI", "UNODC",
})  # fmt: skip
"""Names of more than four letters that are written in capitals."""

BANNED_SIGNS = {
    **dict.fromkeys("⛓🔗", "it stands for chains"),
    **dict.fromkeys("🔒🔐", "it stands for a prison"),
    **dict.fromkeys("👧👦🧒👶", "children are never shown"),
    **dict.fromkeys("🩸🔪🔫", "it stands for violence"),
    **dict.fromkeys("😭😢😱", "it is sensation"),
    **dict.fromkeys("✚➕☪", "it may be taken for the emblem, which is protected"),
}
"""Rule T31 of the terminology table, and the emblem."""

_CALLED_A_PICTURE = {
    "ca": "imatge de|foto de", "de": "bild von|foto von|abbildung von",
    "en": "(?:image|picture|photo|photograph|graphic) of", "es": "(?:imagen|foto) de",
    "fr": "(?:image|photo) (?:de|d)", "it": "(?:immagine|foto) di",
    "nl": "(?:afbeelding|foto) van", "pl": "(?:obraz|zdjęcie) ", "pt": "(?:imagem|foto) de",
    "ro": "(?:imagine|fotografie) (?:cu|de)",
}  # fmt: skip
"""How an alt text begins that says it is a picture, which a screen reader says by itself."""

_NO_SPACES = frozenset({"ja", "km", "lo", "my", "th", "zh"})
_SYLLABLES = frozenset({"vi"})
"""Languages whose spaces do not part words."""

_PLACEHOLDER = regex.compile(r"\{[^{}]*\}")
_HASHTAG = regex.compile(r"(?<![\w&/])#([\p{L}\p{M}\p{N}_]*\p{L}[\p{L}\p{M}\p{N}_]*)|\{hashtags?\}")
_EMOJI = regex.compile(
    r"(?![©®™‼⁉\p{Block=Arrows}])[\p{Extended_Pictographic}\p{Regional_Indicator}✚]"
)
_CLUSTER = regex.compile(r"\X")
_URL = regex.compile(r"(?:https?://|www\.)\S+|\{url\}", regex.IGNORECASE)
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}]*(?:['’.\-][\p{L}\p{M}\p{N}]+)*")
_END = regex.compile(r"(?:[.!?…؟۔।॥።։]+|[。！？])(?=[\s\p{Pf}\p{Pe}\"]|$)|\n+")
_FANCY = ("<font>", "<circle>", "<square>", "<super>", "<sub>", "<wide>")
_OVERLAID = regex.compile("[\u0332-\u0338\u20d0-\u20dc\u20e5-\u20f0]")
_ORDINALS = "ªº"


def faults(text: str, locale: str, *, field: str) -> Iterator[Fault]:
    """What is wrong with how a text is written. ``field`` is the message's context, which says
    where it stands: ``alt.tip`` describes a picture, ``ask-first.more`` is in the post."""
    yield from _faults(text, locale, _place(field))


@lru_cache(maxsize=16384)
def _faults(text: str, locale: str, place: str) -> tuple[Fault, ...]:
    return (
        *(_of_alt(text, locale) if place == "alt" else _hashtags(text)),
        *_emoji(text, place),
        *_letters(text),
        *_sentences(text, locale, place),
    )


def _place(field: str) -> str:
    """``alt``, ``post`` or ``picture``."""
    group, _, name = field.partition(".")
    if group == "alt":
        return "alt"
    return "post" if group in ("campaign", "days") or name == "more" else "picture"


def _fault(rule: str, problem: str) -> Fault:
    known = RULES[rule]
    return Fault(rule, known.level, problem, known.remedy, known.why)


def _of_alt(text: str, locale: str) -> Iterator[Fault]:
    if found := _HASHTAG.search(text):
        yield _fault("alt-hashtag", f"describes a picture and has {found[0]}")
    if found := _URL.search(text):
        yield _fault("alt-url", f"describes a picture and has {found[0]}")
    opening = _CALLED_A_PICTURE.get(locale.partition("_")[0])
    if opening and (found := regex.match(rf"\W*(?:\w+\W+)?({opening})\b", text, regex.IGNORECASE)):
        yield _fault("alt-image-of", f"says '{found[1].strip()}'")


def _hashtags(text: str) -> Iterator[Fault]:
    tags = list(_HASHTAG.finditer(text))
    for tag in tags:
        if tag[1] and (wrong := doubt(tag[1])):
            rule = "hashtag-case" if wrong.sure else "hashtag-words"
            yield _fault(rule, wrong.problem)
    if len(tags) > MOST:
        yield _fault("hashtag-count", f"has {len(tags)} hashtags of {MOST}")
    if tags and _WORD.search(_HASHTAG.sub(" ", text[tags[0].start() :])):
        yield _fault("hashtag-place", f"goes on after {tags[0][0]}")


def _emoji(text: str, place: str) -> Iterator[Fault]:
    if text.isascii():
        return
    found = [one for one in _CLUSTER.findall(text) if _EMOJI.search(one)]
    for sign in dict.fromkeys(sign for one in found for sign in one if sign in BANNED_SIGNS):
        yield _fault("emoji-banned", f"has {sign}: {BANNED_SIGNS[sign]}")
    if not found:
        return
    if place != "post":
        where = "describes a picture" if place == "alt" else "stands on a picture"
        yield _fault("emoji-in-picture", f"{where} and has {found[0]}")
    elif len(found) > MOST_EMOJI:
        yield _fault("emoji-count", f"has {len(found)} emoji of {MOST_EMOJI}")
    elif _WORD.search(_HASHTAG.sub(" ", text[text.index(found[0]) :])):
        yield _fault("emoji-place", f"goes on after {found[0]}")


def _letters(text: str) -> Iterator[Fault]:
    if not text.isascii() and (found := [s for s in text if _fancy(s)] or _OVERLAID.findall(text)):
        named = ", ".join(dict.fromkeys(f"U+{ord(sign):04X}" for sign in found[:3]))
        yield _fault("fancy-letters", f"has letters of another style ({named})")
    plain = _HASHTAG.sub(" ", _PLACEHOLDER.sub(" ", text))
    loud = [word for word in _WORD.findall(plain) if _loud(word)]
    if loud:
        yield _fault("all-caps", f"has '{loud[0]}' in capitals")


@lru_cache(maxsize=4096)
def _fancy(sign: str) -> bool:
    """Whether it is a letter drawn in a style by a character of its own."""
    if sign in _ORDINALS or not unicodedata.decomposition(sign).startswith(_FANCY):
        return False
    plain = unicodedata.normalize("NFKC", sign)
    digit = unicodedata.decomposition(sign).startswith("<font>") and plain.isdecimal()
    return len(plain) == 1 and (plain.isalpha() or digit) and not plain.isspace()


def _loud(word: str) -> bool:
    cased = [sign for sign in word if sign.isupper() or sign.islower()]
    bare = "".join(cased)  # in scripts without capitals an acronym stands in a run of other letters
    return len(bare) > 4 and bare.isupper() and bare not in ACRONYMS


def _sentences(text: str, locale: str, place: str) -> Iterator[Fault]:
    if not _spaced(locale):
        return
    most = SENTENCE[place]
    longest = max((len(_WORD.findall(part)) for part in _split(text, locale)), default=0)
    if longest > most:
        yield _fault("sentence-long", f"has a sentence of {longest} words, {most} are easy to read")


@dataclass(frozen=True, slots=True)
class Reading:
    """How hard texts are to read, by the two measures that need no language's own formula."""

    words_a_sentence: float
    letters_a_word: float

    def __str__(self) -> str:
        words, letters = self.words_a_sentence, self.letters_a_word
        return f"{words:.1f} words a sentence, {letters:.1f} letters a word"


def reading(texts: Iterable[str], locale: str) -> Reading | None:
    """Both averages over texts; None for a language that does not part words by spaces."""
    if not _spaced(locale):
        return None
    words = [_WORD.findall(part) for text in texts for part in _split(text, locale)]
    counts = [len(found) for found in words if found]
    letters = [sum(s.isalpha() for s in word) for found in words for word in found]
    if not counts:
        return None
    return Reading(sum(counts) / len(counts), sum(letters) / len(letters))


def _split(text: str, locale: str) -> list[str]:
    """The sentences of a text, without addresses and hashtags. A Greek question ends with ``;``."""
    bare = _URL.sub(" ", _HASHTAG.sub(" ", text))
    return _END.split(bare.replace(";", "?") if locale.startswith("el") else bare)


def _spaced(locale: str) -> bool:
    return locale.partition("_")[0] not in _NO_SPACES | _SYLLABLES
