"""The words in a post's HTML, and whether they are those that were sent.

A server shows a post as HTML: lines become paragraphs, links are cut up for the eye, hashtags and
names become links, and names of other servers lose the server.
"""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

from publishers.sameness import same_text

_BLOCKS = frozenset("p div ul ol blockquote pre h1 h2 h3 h4 h5 h6".split())
_NAME = re.compile(r"(?<![\w/@])@(\w[\w.-]*)@\w[\w.-]*")
_GAP = re.compile(r"\n{3,}")


def plain(html: str) -> str:
    """The text that somebody reads, links whole."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _GAP.sub("\n\n", "".join(reader.parts)).strip()


def same_words(sent: str, shown: str) -> bool:
    """Whether this is what was sent, but for spaces, line ends and the server after a name."""
    return same_text(_NAME.sub(r"@\1", sent), _NAME.sub(r"@\1", shown))


def same_letters(sent: str, shown: str) -> bool:
    """As `same_words`, and blind to punctuation: some servers read it as Markdown and drop it."""
    one, other = _letters(sent), _letters(shown)
    return one == other if one and other else same_words(sent, shown)


def _letters(text: str) -> str:
    folded = unicodedata.normalize("NFC", _NAME.sub(r"@\1", text)).casefold()
    return "".join(char for char in folded if unicodedata.category(char)[0] in "LNM")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._numbers: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("ol", "ul"):
            self._numbers.append(0 if tag == "ol" else None)
        if tag == "br":
            self.parts.append("\n")
        elif tag == "li":
            self.parts.append(f"\n{self._next()}")
        elif tag == "img":
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("ol", "ul") and self._numbers:
            self._numbers.pop()
        if tag in _BLOCKS:
            self.parts.append("\n\n")

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def _next(self) -> str:
        """What a list writes before its next point."""
        if not self._numbers or self._numbers[-1] is None:
            return "- "
        self._numbers[-1] += 1
        return f"{self._numbers[-1]}. "
