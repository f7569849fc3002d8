"""What a page of HTML shows: the words of its paragraphs, and the alt texts of its pictures."""

from __future__ import annotations

from html.parser import HTMLParser


class Shown(HTMLParser):
    """`text` is all the words in paragraphs, `alts` the alt texts, `sources` where pictures are
    from, `root` the attributes of the first element."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.root: dict[str, str | None] = {}
        self.sources: list[str] = []
        self.tags: list[str] = []
        self._words: list[str] = []
        self._alts: list[str] = []
        self._deep = 0
        self._new = False
        self.feed(html)
        self.close()

    @property
    def text(self) -> str:
        return "".join(self._words)

    @property
    def alts(self) -> tuple[str, ...]:
        return tuple(self._alts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        self.tags.append(tag)
        self.root = self.root or told
        if tag == "p":
            self._deep += 1
            self._new = True
        elif tag == "br":
            self._words.append("\n")
        elif tag == "img":
            self._alts.append(told["alt"] or "")
            self.sources.append(told["src"] or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._deep -= 1

    def handle_data(self, data: str) -> None:
        if self._deep:
            self._words += ["\n\n"] * (self._new and bool(self._words))
            self._words.append(data)
            self._new = False
