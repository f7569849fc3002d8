"""Files of translations on their way: PO files with versions going out, and any file coming in.

A file that comes back says by its versions which catalogue it belongs to, whatever it is called by
now. A PO file that did not begin here has none; it is told by its header and its name.
"""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Message

from campaigns.errors import ContentError, Place
from locales.bring import Incoming
from locales.po import PoCatalog, parse_po, read_bytes
from locales.sheet import Only, Version, notes, read_version, version, wanted
from locales.spreadsheet import read_sheet

_LANGUAGE = re.compile(rb'"Language: *([A-Za-z_-]+) *\\n"')
_VERSION = "Version: "
_PICTURE = "Picture: "


@dataclass(frozen=True)
class Parcel:
    """A file that came back, read. It is ``foreign`` when it did not begin here."""

    file: Path
    locale: str
    domain: str
    incoming: list[Incoming]
    foreign: bool = False


def addressed(catalog: PoCatalog, only: Only, pictures: Mapping[str, str]) -> PoCatalog:
    """The same catalogue with each message's version, and its picture by context."""
    out = PoCatalog(str(catalog.locale_identifier), str(catalog.domain), catalog.file)
    out.header_comment = catalog.header_comment
    for context, message in wanted(catalog, only):
        put = copy.copy(message)
        picture = [f"{_PICTURE}{pictures[context]}"] if context in pictures else []
        own = f"{_VERSION}{version(catalog, message)}"
        put.auto_comments = [*message.auto_comments, *picture, own]
        out[put.id] = put
    if only is Only.ALL:
        out.obsolete = catalog.obsolete
    return out


def open_parcel(file: Path, locale: str = "") -> Parcel:
    """Read a ``.po``, ``.csv`` or ``.xlsx`` file; ``locale`` is that of a PO file without its own.
    Raises :class:`~campaigns.errors.ContentError`."""
    if file.suffix.lower() == ".po":
        return _open_po(file, locale)
    incoming = read_sheet(file)
    found = _origin(incoming)
    if found is None:
        raise _refused(file, "no row has its version", "export again and copy the texts over")
    return Parcel(file, found.locale, found.domain, incoming)


def _open_po(file: Path, locale: str) -> Parcel:
    raw = read_bytes(file)
    head = _LANGUAGE.search(raw)
    language = head[1].decode("ascii").replace("-", "_") if head else locale
    if not language:
        raise _refused(file, "its header has no Language", "say it with '--locale'")
    name = file.stem.removesuffix(f".{language}")
    catalog = parse_po(raw, file, language, name)
    incoming = [_incoming(message) for message in catalog.contexts.values()]
    found = _origin(incoming)
    if found is None:
        return Parcel(file, language, name, incoming, foreign=True)
    return Parcel(file, found.locale, found.domain, incoming)


def _origin(incoming: Sequence[Incoming]) -> Version | None:
    """Whose file it is: that of most of its rows."""
    found = [mark for one in incoming if (mark := read_version(one.version))]
    count = Counter((one.locale, one.domain) for one in found)
    return Version(*count.most_common(1)[0][0], "") if count else None


def _incoming(message: Message) -> Incoming:
    said = [note for note in message.auto_comments if note.startswith(_VERSION)]
    plain = isinstance(message.id, str)
    return Incoming(
        line=message.lineno or 0,
        context=message.context or "",
        english=str(message.id) if plain else "",
        translation=str(message.string or "") if plain else "",
        note="\n".join(notes(message)),
        version=said[0].removeprefix(_VERSION) if said else "",
        fuzzy=message.fuzzy,
        problem="" if plain else "has plural forms; the campaign's messages have one",
    )


def _refused(file: Path, problem: str, remedy: str) -> ContentError:
    return ContentError(Place(file), "", problem, remedy)
