"""How platforms count a text: each way coded once, by name.

    characters    Unicode code points
    utf16_units   UTF-16 code units (Telegram's offsets)
    utf8_bytes    bytes of UTF-8 (Bluesky's second limit)
    graphemes     what people see as one character: extended grapheme clusters of UAX #29 (Bluesky)
    mastodon      grapheme clusters; a link is 23, @user@host is as long as @user
    weighted      X: composed (NFC); 1 for most alphabets, 2 for the rest and for an emoji of
                  whatever make; a link is 23
    threads       code points, an emoji as many as it has bytes of UTF-8

Mastodon's own server counts as `mastodon` does (its StatusLengthValidator); `weighted` is version 3
of the configuration that X publishes (twitter-text). What counts as a link is decided on the
platform, with lists that change: where that is in doubt it is counted both ways and the larger
number is taken, so that a text that fits here fits there.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType

import regex

LINK = 23
"""What a link counts for on Mastodon and on X, however long it is."""

_CLUSTER = regex.compile(r"\X")
_MENTION = regex.compile(r"(?<![\w/=@])(@[A-Za-z0-9_]+)@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)+")

_HASHTAG = regex.compile(r"(?<![\w&/#＃])[#＃][\w·]*[^\W\d_]")

_TAIL = r"(?::\d+)?(?:[/?#][!-~]*+)?"
_PLAIN = r"(?:[A-Za-z0-9_-]++\.)+[A-Za-z]{2,}"
_NAME = rf"(?:{_PLAIN}|(?:[\p{{L}}\p{{N}}\p{{M}}_-]++\.)+\p{{L}}[\p{{L}}\p{{M}}\p{{N}}-]+)"
_BARE = rf"(?<![A-Za-z0-9@._-])(?:{_PLAIN}|(?:[A-Za-z0-9_-]++\.)+\p{{L}}{{2}})"
_LINKS = regex.compile(rf"(https?://{_NAME}){_TAIL}", regex.IGNORECASE)
_LINKS_AND_NAMES = regex.compile(rf"(https?://{_NAME}|{_BARE}){_TAIL}", regex.IGNORECASE)
"""Whatever may be a link; the group is the least of it that may."""

_SURE = regex.compile(
    r"https?://(?!t\.co/)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"(?:[a-z]{2}|com|edu|gov|info|int|net|org)(?![\w-]|\.\w)"
    r"(?:/(?:[a-z0-9/_~.=&%?#+@!:;,$*'-]*[a-z0-9/=_#+-])?)?",
    regex.IGNORECASE,
)
"""The part of a link of which no platform doubts that it is one."""

_NO_LINK_AFTER = frozenset("@＠$#＃\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
"""X takes no link that follows one of these directly, nor a letter or digit of ASCII."""

_EMOJI = regex.compile(
    r"\p{Regional_Indicator}{2}"
    r"|[0-9#*]\ufe0f?\u20e3"
    r"|PICTURE(?:[\U000e0020-\U000e007e]+\U000e007f)?(?:\u200dPICTURE)*".replace(
        "PICTURE", r"\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})?"
    )
)

_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""The code points that weigh 1 on X (twitter-text, config/v3.json); all others weigh 2."""


def characters(text: str) -> int:
    """Unicode code points."""
    return len(text)


def utf16_units(text: str) -> int:
    """UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def utf8_bytes(text: str) -> int:
    """Bytes of UTF-8."""
    return len(text.encode("utf-8", "surrogatepass"))


def graphemes(text: str) -> int:
    """Extended grapheme clusters."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def mastodon(text: str) -> int:
    """As Mastodon counts: clusters, links as 23, names of other servers without the server."""
    text = _MENTION.sub(r"\1", text)
    return _with_links(text, _LINKS, graphemes)


def weighted(text: str) -> int:
    """As X counts."""
    return _with_links(unicodedata.normalize("NFC", text), _LINKS_AND_NAMES, _weight)


def threads(text: str) -> int:
    """As Threads counts."""
    return len(text) + sum(utf8_bytes(e) - len(e) for e in _EMOJI.findall(text))


COUNTERS: Mapping[str, Callable[[str], int]] = MappingProxyType(
    {
        one.__name__: one
        for one in (characters, utf16_units, utf8_bytes, graphemes, mastodon, weighted, threads)
    }
)
"""Every way of counting by its name, as `Capabilities.text_counter` has it."""

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "characters": "characters",
        "utf16_units": "UTF-16 units (an emoji is two or more)",
        "utf8_bytes": "bytes (an Arabic letter is two, a Chinese one three)",
        "graphemes": "characters",
        "mastodon": "characters (a link is 23)",
        "weighted": "characters as X counts them",
        "threads": "characters as Threads counts them",
    }
)
"""What each counts, in words for people."""


def count(text: str, counter: str) -> int:
    """Length of `text` as the platform counts it. KeyError for an unknown counter."""
    return COUNTERS[counter](text)


def hashtags(text: str) -> int:
    """How many hashtags a platform may see in this text."""
    return sum(1 for _ in _HASHTAG.finditer(text))


def has_link(text: str) -> bool:
    """Whether X may see a link in this text: also a bare `example.org`."""
    return _LINKS_AND_NAMES.search(text) is not None


def _with_links(text: str, links: regex.Pattern[str], measure: Callable[[str], int]) -> int:
    total, done = 0, 0
    for match in links.finditer(text):
        start = match.start()
        total += measure(text[done:start])
        total += _link(match.group(), match.group(1), text[:start][-1:], measure)
        done = match.end()
    return total + measure(text[done:])


def _link(link: str, least: str, before: str, measure: Callable[[str], int]) -> int:
    """What a link counts for, and whatever follows it without a space."""
    sure = _SURE.match(link)
    if sure and not _hides_links(before):
        return LINK + measure(link[sure.end() :])
    return max(measure(link), LINK + measure(link[len(least) :]))


def _hides_links(before: str) -> bool:
    return before in _NO_LINK_AFTER or (before.isascii() and before.isalnum())


def _weight(text: str) -> int:
    emoji = _EMOJI.findall(text)
    plain = _EMOJI.sub("", text)
    return 2 * len(emoji) + sum(1 if _light(ord(char)) else 2 for char in plain)


def _light(code: int) -> bool:
    return any(first <= code <= last for first, last in _LIGHT)
