"""One entry of a feed: how a post is written as XML and HTML, and what an entry says when read.

<entry xml:lang="ar">
  <id>urn:uuid:…</id>                            from the channel and the key, for ever
  <title> <author> <published> <updated>         published: the planned instant
  <content type="html">                          the text, and each picture with its alt text
  <link rel="enclosure" type= length= href=>     each picture, for readers that download
  <media:content><media:description>             each picture's alt text, for programs
  <clarion:digest>                               of everything that was frozen for it
"""

from __future__ import annotations

import uuid
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from datetime import datetime
from html import escape
from html.parser import HTMLParser
from typing import Any

from publishers.port import Receipt

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
OURS = "{urn:uuid:3f0d6c8e-5b0b-5a52-9d0f-3c1c6a2f8e11}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACE = uuid.UUID("3f0d6c8e-5b0b-5a52-9d0f-3c1c6a2f8e11")

for _prefix, _name in (("", ATOM), ("media", MEDIA), ("clarion", OURS)):
    ET.register_namespace(_prefix, _name[1:-1])


def urn(*parts: str) -> str:
    """An id that is the same for the same parts, wherever the feed is served."""
    return uuid.uuid5(_SPACE, "/".join(parts)).urn


def element(request: Mapping[str, Any], digest: str, at: datetime) -> ET.Element:
    """The entry of a frozen request, as published at the instant `at`."""
    entry = ET.Element(f"{ATOM}entry", {LANG: request["language"]})
    _add(entry, f"{ATOM}id", request["id"])
    _add(entry, f"{ATOM}title", request["title"])
    _add(_add(entry, f"{ATOM}author"), f"{ATOM}name", request["author"])
    _add(entry, f"{ATOM}published", request["due"])
    _add(entry, f"{ATOM}updated", at.isoformat())
    _add(entry, f"{ATOM}content", request["html"], type="html")
    for picture in request["pictures"]:
        _enclose(entry, picture)
    _add(entry, f"{OURS}digest", digest)
    return entry


def _enclose(entry: ET.Element, picture: Mapping[str, Any]) -> None:
    url, kind, size = picture["url"], picture["media_type"], str(picture["size"])
    _add(entry, f"{ATOM}link", rel="enclosure", type=kind, length=size, href=url)
    sides = {"width": str(picture["width"]), "height": str(picture["height"])}
    media = _add(
        entry, f"{MEDIA}content", url=url, type=kind, medium="image", fileSize=size, **sides
    )
    _add(media, f"{MEDIA}description", " ".join(picture["alt"].split()), type="plain")


def html(text: str, language: str, direction: str, pictures: list[dict[str, Any]]) -> str:
    """The content. `reading` gives back every character of text and alt texts."""
    lines = escape(text).replace("\r", "&#13;").replace("\n", "<br>")
    images = "".join(
        f'<p><img src="{escape(picture["url"])}" alt="{_quoted(picture["alt"])}"'
        f' width="{picture["width"]}" height="{picture["height"]}"></p>'
        for picture in pictures
    )
    return f'<div lang="{escape(language)}" dir="{direction}"><p>{lines}</p>{images}</div>'


def _quoted(text: str) -> str:
    return escape(text).replace("\r", "&#13;").replace("\n", "&#10;")


def receipt(entry: ET.Element, url: str) -> Receipt:
    """What an entry says it is. ValueError when it is not one of ours."""
    read = _Reading()
    read.feed(_text(entry, f"{ATOM}content"))
    read.close()
    at = datetime.fromisoformat(_text(entry, f"{ATOM}updated"))
    echoed = {"text": "".join(read.text), "language": entry.get(LANG), "alts": read.alts}
    return Receipt(_text(entry, f"{ATOM}id"), url, at, echoed)


def identity(entry: ET.Element) -> str:
    return _text(entry, f"{ATOM}id")


def digest(entry: ET.Element) -> str:
    return _text(entry, f"{OURS}digest")


def due(entry: ET.Element) -> datetime:
    """The instant it was planned for."""
    return datetime.fromisoformat(_text(entry, f"{ATOM}published"))


def enclosures(entry: ET.Element) -> list[str]:
    """The addresses of its pictures."""
    return [link.get("href", "") for link in entry.iterfind(f"{ATOM}link")]


def _text(entry: ET.Element, name: str) -> str:
    text = entry.findtext(name)
    if text is None:
        raise ValueError(f"an entry without {name.rpartition('}')[2]}")
    return text


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, name, attributes)
    child.text = text or None
    return child


class _Reading(HTMLParser):
    """The text of the first paragraph, and the alt texts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.alts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "p":
            self._inside = True
        elif tag == "br":
            self.text.append("\n")
        elif tag == "img":
            self.alts.append(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "p":
            self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.text.append(data)
