"""Which rewordings of an English text leave its translations as they are.

An author may call a rewording minor; this is what that can mean at most. Everything that is not
listed makes the translation fuzzy: a wrong sentence that counts as reviewed is worse than a right
one that is looked at again.

- Punctuation that is a pause or an end, and typographic signs for plain ones. In a text that
  denies something only at its very end, for a comma can turn a "not" around.
- Capitals, but those of a word in capitals: "US" is not "us".
- A hyphen for a blank, and "email" for "e-mail".
- Spelling: British for American endings, "ie" for "ei", a doubled letter in a long word.
- One article that comes, goes or changes, but none before "few" and the like.

So no word becomes another one: no "not" comes or goes, and nothing legal becomes illegal.
"""

from __future__ import annotations

import re
import unicodedata
from difflib import SequenceMatcher

from campaigns.review import PLACEHOLDER

_TOKEN = re.compile(
    rf"{PLACEHOLDER.pattern}"
    r"|(?<!\w)[-−]?\d(?:[\d.,:/–-]*\d)?(?!\w)"
    r"|\w+(?:['.@/-]\w+)*"
    r"|[^\w\s]"
)
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‐": "-", "‑": "-"})
_PAUSES = ".,;:!…–—-()"
_DENIES = re.compile(
    r"\b(?:no|not|never|without|nor|neither|none|nobody|nothing|nowhere|cannot|unless|except)\b"
    r"|n't\b"
)
_ARTICLES = frozenset({"a", "an", "the"})
_COUNTED = frozenset({"few", "little", "lot", "more", "most", "number"})
_JOINED = re.compile(r"^(e|co|on|off)-")
_SPELLINGS = (
    (re.compile(r"(?<=[a-z]{4}[iy])z(?=(?:e|es|ed|er|ers|ing|ation|ations)$)"), "s"),
    (re.compile(r"(?<=[a-z]{3}o)(?=r(?:s|ed|ing|er|ers|ful|able|hood|hoods)?$)"), "u"),
    (re.compile(r"(?<=[a-z]{3}el)l(?=(?:ed|ing|er|ers)$)"), ""),
    (re.compile(r"(?<=^cent)er(?=s?$)"), "re"),
    (re.compile(r"(?<=^[a-z]{2}fen)s(?=es?$)"), "c"),
    (re.compile(r"(?<=[a-z])ei(?=[a-z]{2})|ei(?=[a-z]{3})"), "ie"),
)
_DOUBLED = re.compile(r"([b-df-hj-np-tv-z])\1(?!ing|(?:ed|ers?|y)?$)")
_LONG = 9
"""Letters from which on a doubled one makes no other word."""


def is_minor(before: str, after: str) -> bool:
    """Whether a rewording can pass as minor: see the list above."""
    old, new = _words(before), _words(after)
    articles = 0
    for kind, i, j, k, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            if not {*old[i:j], *new[k:end]} <= _ARTICLES or _COUNTED & {*old[j : j + 1]}:
                return False
            articles += max(j - i, end - k)
    return articles <= 1


def _words(text: str) -> list[str]:
    """What has to be the same: words in one spelling, numbers, placeholders, signs, in order."""
    plain = unicodedata.normalize("NFC", text).translate(_PLAIN).rstrip(f"{_PAUSES} ")
    pauses = bool(_DENIES.search(plain.casefold()))
    found = (match[0] for match in _TOKEN.finditer(plain))
    return [part for token in found if pauses or token not in _PAUSES for part in _parts(token)]


def _parts(token: str) -> list[str]:
    word = token if token.isupper() and len(token) > 1 else token.casefold()
    parts = _JOINED.sub(r"\1", word).split("-")
    return [_spelled(part) for part in parts] if all(map(str.isalpha, parts)) else [word]


def _spelled(word: str) -> str:
    """The word in a spelling that stands for all that it may have."""
    for pattern, usual in _SPELLINGS:
        word = pattern.sub(usual, word)
    return _DOUBLED.sub(r"\1", word) if len(word) >= _LONG else word
