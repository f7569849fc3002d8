"""Texts as a translation might turn out, before there is one: longer, or from right to left.

``140%`` keeps the source text readable: its letters carry accents, and it grows by 40 %. Short
texts grow by more. The article "Text size in translation" of the W3C Internationalization Activity
(Richard Ishida, 2007) prints IBM's averages for texts translated from English into European
languages: 200 to 300 % of the English for up to 10 characters, 180 to 200 % for 11 to 20, 160 to
180 % for 21 to 30, 140 to 160 % for 31 to 50, and 130 % above 70. The growth asked for is that of a
long text; shorter ones grow in the table's proportion, so ``130%`` gives its lower ends.

``rtl`` turns letters into Arabic ones, sound by sound, one for one. So the text truly runs from
right to left, joins, and takes the heights of Arabic. Overriding the direction of Latin letters
(U+202E) would do the first only, and what a catalogue may not hold would have to be let through.

Either way a text stands in square brackets, the sign of a text nobody may post: a missing bracket
is a clipped text, a text without any was never translatable. Placeholders, hashtags, handles,
addresses and whatever has a digit stay as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import cycle, islice
from types import MappingProxyType

from campaigns.review import length
from locales.catalogue import Catalogue, Catalogues, Entry

RTL = "rtl"
LEAST, MOST = 100, 300
"""The per cent that may be asked for."""

_GROWTH = ((10, 10 / 3), (20, 8 / 3), (30, 2.0), (50, 4 / 3))
"""Up to how many characters, and how many times the growth of a long text (module docstring:
100, 80, 60 and 40 % more, to the 30 % of a long one)."""
_KEPT = re.compile(
    r"\{[^{}]*\}|(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|[#@]\w+|\S*\d[^\s,;?]*"
)
_ENDING = re.compile(r"[^\w{}]*$")
_ACCENTED = dict(
    zip(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
        "áḃçḋéḟğĥîĵķļṁñöṗʠŕšţûṽŵẋýžÁḂÇḊÉḞĞĤÎĴĶĻṀÑÖṖɊŔŠŢÛṼŴẊÝŽ",
        strict=True,
    )
)
_ARABIC = dict(zip("abcdefghijklmnopqrstuvwxyz,;?", "ابكديفغهيجكلمنوبقرستوفوخيز،؛؟", strict=True))
_VOWELS = frozenset("aeiouAEIOU")
_FILLERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_WORD = 3
"""The least that makes a word of its own, with its space; less lengthens the words there are."""


class PseudoError(ValueError):
    """What was asked for is no pseudo-locale. Its text says what there is."""


@dataclass(frozen=True)
class Pseudo:
    """A way to change the source texts.

    ``locale`` is the identifier CLDR reserves for such a locale (``en_XA`` accented, ``ar_XB``
    bidirectional); no society may post in it. ``percent`` is 0 for the one from right to left.
    """

    locale: str
    percent: int

    @property
    def name(self) -> str:
        """For files and folders: ``140`` or ``rtl``."""
        return str(self.percent or RTL)

    @property
    def title(self) -> str:
        """For people."""
        if self.percent:
            return f"pseudo-translation, {self.percent} % of the source’s length"
        return "pseudo-translation, right to left"

    def formats(self, source: str) -> str:
        """The locale of numbers and dates, which also gives the direction."""
        return source if self.percent else "ar"

    def text(self, text: str) -> str:
        """The text changed; one that is changed already, or empty, is returned as it is."""
        return _changed(text, self.percent)


def parse(asked: str) -> Pseudo:
    """``140%`` or ``rtl``. Raises :class:`PseudoError`."""
    if asked == RTL:
        return Pseudo("ar_XB", 0)
    match = re.fullmatch(r"(\d{1,4})%", asked)
    if match is None or not LEAST <= int(match[1]) <= MOST:
        raise PseudoError(f"'{asked}' is not known; write {LEAST}% to {MOST}%, or {RTL}")
    return Pseudo("en_XA", int(match[1]))


def growth(characters: int, percent: int) -> float:
    """How many times as long a text of so many characters becomes."""
    steeper = next((times for most, times in _GROWTH if characters <= most), 1.0)
    return 1 + (percent - 100) / 100 * steeper


def literal(text: str) -> str:
    """What of a text is translated: all but what is kept."""
    return _KEPT.sub("", text)


class PseudoCatalogues(Catalogues):
    """The catalogues of one pseudo-locale, made of those of the source; of no other locale.

    ``sources`` gives a domain's source locale; that of a domain left out is the first one's.
    """

    def __init__(self, base: Catalogues, pseudo: Pseudo, sources: Mapping[str, str]) -> None:
        super().__init__(base.roots)
        self.base = base
        self.pseudo = pseudo
        self.sources = sources
        self._made: dict[str, Catalogue] = {}

    def find(self, locale: str, domain: str) -> Catalogue | None:
        """The source's catalogue, changed and a draft; None for every other locale."""
        if locale != self.pseudo.locale:
            return None
        source = self.sources.get(domain) or next(iter(self.sources.values()))
        found = self.base.find(source, domain)
        if found is None:
            return None
        if domain not in self._made or self._made[domain].digest != found.digest:
            self._made[domain] = _pseudo(found, self.pseudo)
        return self._made[domain]

    def locales(self) -> tuple[str, ...]:
        """The one there is."""
        return (self.pseudo.locale,)


def _pseudo(catalogue: Catalogue, pseudo: Pseudo) -> Catalogue:
    entries = {context: _entry(entry, pseudo) for context, entry in catalogue.entries.items()}
    return replace(
        catalogue,
        locale=pseudo.locale,
        entries=MappingProxyType(entries),
    )


def _entry(entry: Entry, pseudo: Pseudo) -> Entry:
    return replace(entry, msgstr=pseudo.text(entry.msgstr), translated_by="", reviewed_by="")


@lru_cache(maxsize=4096)
def _changed(text: str, percent: int) -> str:
    if not text.strip() or _is_changed(text):
        return text
    if not percent:
        return f"[{_spelt(text, _arabic)}]"
    size = length(literal(text))
    missing = round(size * growth(size, percent)) - size - len("[]")
    return f"[{_spelt(_longer(text, missing), _accented)}]"


def _is_changed(text: str) -> bool:
    plain = any(sign.isascii() and sign.isalpha() for sign in literal(text[1:-1]))
    return text[0] == "[" and text[-1] == "]" and not plain


def _spelt(text: str, letter: Callable[[str], str]) -> str:
    """The text letter by letter, but for what is kept."""
    kept = _kept(text)
    return "".join(sign if index in kept else letter(sign) for index, sign in enumerate(text))


def _accented(sign: str) -> str:
    return _ACCENTED.get(sign, sign)


def _arabic(sign: str) -> str:
    """The letter of that sound, whatever its case and accents."""
    return _ARABIC.get(unicodedata.normalize("NFD", sign)[0].lower(), sign)


def _longer(text: str, missing: int) -> str:
    """So many characters more: vowels are said twice, then words follow before the last stop."""
    kept = _kept(text)
    letters = [i for i, sign in enumerate(text) if sign.isalpha() and i not in kept]
    spots = [i for i in letters if text[i] in _VOWELS] or letters
    if missing <= 0 or not spots:
        return text
    repeats = missing if missing < len(spots) + _WORD else len(spots)
    ending = max(_ENDING.search(text).start(), max(kept, default=-1) + 1)  # type: ignore[union-attr]
    body = _stretched(text[:ending], spots, repeats)
    return body + _filler(missing - repeats) + text[ending:]


def _stretched(text: str, spots: Sequence[int], repeats: int) -> str:
    """``repeats`` letters more, spread evenly over the letters at ``spots``."""
    count = len(spots)
    more = {at: (n + 1) * repeats // count - n * repeats // count for n, at in enumerate(spots)}
    return "".join(sign + sign.lower() * more.get(i, 0) for i, sign in enumerate(text))


def _filler(size: int) -> str:
    """Words of so many characters together, each after its space."""
    words = "".join(f" {word}" for word in islice(cycle(_FILLERS), size))[:size]
    return words[:-1] + words[-2] if words.endswith(" ") else words


def _kept(text: str) -> frozenset[int]:
    """Where the characters stand that are not translated."""
    return frozenset(i for match in _KEPT.finditer(text) for i in range(*match.span()))
