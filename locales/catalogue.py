"""Translations as the rest of Clarion sees them: immutable, by context, found by locale.

A workspace's catalogue of a locale and domain takes the place of the shipped one as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from babel.messages.catalog import Message

from campaigns.errors import Place
from locales.po import CatalogueError, PoCatalog, parse_po, read_bytes
from locales.signing import Mark, State, mark

SHIPPED = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Entry:
    """One translated message. ``line`` is that of its msgid, ``previous`` the text it was
    translated from when the text changed since; ``plurals`` is empty for a plain message.
    ``translated_by`` and ``reviewed_by`` are roles, empty where nobody signed these words.
    """

    context: str
    msgid: str
    msgstr: str
    fuzzy: bool
    flags: frozenset[str]
    comments: tuple[str, ...]
    previous: str
    plurals: tuple[str, ...]
    line: int
    translated_by: str = ""
    reviewed_by: str = ""

    @property
    def state(self) -> State:
        """Draft, translated or reviewed."""
        return Mark(self.translated_by, self.reviewed_by).state


@dataclass(frozen=True)
class Catalogue:
    """All messages of one domain in one locale. ``digest`` is that of the file's bytes."""

    locale: str
    domain: str
    entries: Mapping[str, Entry]
    file: Path
    digest: str

    def place(self, context: str) -> Place:
        """Where a message stands, for findings."""
        entry = self.entries.get(context)
        return Place(self.file, entry.line if entry else 0)


def catalogue_path(root: Path, locale: str, domain: str) -> Path:
    """Where the catalogue of a locale and a domain lies."""
    return root / locale / "LC_MESSAGES" / f"{domain}.po"


def load_catalogue(path: Path) -> Catalogue:
    """Read ``<locale>/LC_MESSAGES/<domain>.po``; :class:`CatalogueError` when it is not usable."""
    return _load(read_bytes(path), path)


class Catalogues:
    """Catalogues by locale and domain, from several folders, the first that has one wins.

    Files are read at every call and parsed once per content, so an edit is seen at once.
    """

    def __init__(self, roots: Sequence[Path]) -> None:
        self.roots = tuple(roots)
        self._parsed: dict[Path, Catalogue] = {}

    def find(self, locale: str, domain: str) -> Catalogue | None:
        """The catalogue, or None when no folder has it."""
        for root in self.roots:
            path = catalogue_path(root, locale, domain)
            if path.is_file():
                return self._cached(path)
        return None

    def hidden(self, locale: str, domain: str) -> tuple[str, ...]:
        """The contexts for which a later folder, hidden by the first that has the catalogue, has
        another translation of the same English."""
        paths = (catalogue_path(root, locale, domain) for root in self.roots)
        found = [self._cached(path).entries for path in paths if path.is_file()]
        theirs = (entry for entries in found[1:] for entry in entries.values())
        differ = (one.context for one in theirs if _differs(found[0].get(one.context), one))
        return tuple(dict.fromkeys(differ))

    def locales(self) -> tuple[str, ...]:
        """Every locale with a folder of messages, sorted."""
        found = {path.parent.name for root in self.roots for path in root.glob("*/LC_MESSAGES")}
        return tuple(sorted(found))

    def _cached(self, path: Path) -> Catalogue:
        raw = read_bytes(path)
        known = self._parsed.get(path)
        if known is None or known.digest != _digest(raw):
            known = self._parsed[path] = _load(raw, path)
        return known


class StillCatalogues(Catalogues):
    """Other catalogues as they are now: each is looked for once and stands still from then on.

    For many cards at once; whoever has to see an edit asks the others again.
    """

    def __init__(self, base: Catalogues) -> None:
        super().__init__(base.roots)
        self._base = base
        self._found: dict[tuple[str, str], Catalogue | None] = {}

    def find(self, locale: str, domain: str) -> Catalogue | None:
        """The catalogue, or None when no folder had it."""
        key = locale, domain
        if key not in self._found:
            self._found[key] = self._base.find(locale, domain)
        return self._found[key]

    def locales(self) -> tuple[str, ...]:
        """Those of the others."""
        return self._base.locales()


def open_catalogues(workspace: Path | None = None) -> Catalogues:
    """The shipped catalogues and, before them, those of ``workspace/locales``."""
    roots = [SHIPPED]
    if workspace is not None and (workspace / "locales").is_dir():
        roots.insert(0, workspace / "locales")
    return Catalogues(roots)


def _differs(ours: Entry | None, theirs: Entry) -> bool:
    if ours is None or theirs.fuzzy or not theirs.msgstr:
        return False
    return ours.msgid == theirs.msgid and ours.msgstr != theirs.msgstr


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _load(raw: bytes, path: Path) -> Catalogue:
    if path.suffix != ".po" or path.parent.name != "LC_MESSAGES":
        raise CatalogueError(
            Place(path), "", "does not lie where catalogues lie", "<locale>/LC_MESSAGES/<domain>.po"
        )
    locale, domain = path.parent.parent.name, path.stem
    catalog = parse_po(raw, path, locale, domain)
    entries = {context: _entry(catalog, message) for context, message in catalog.contexts.items()}
    return Catalogue(
        locale=locale,
        domain=domain,
        entries=MappingProxyType(entries),
        file=path,
        digest=_digest(raw),
    )


def _entry(catalog: PoCatalog, message: Message) -> Entry:
    ids = (message.id,) if isinstance(message.id, str) else tuple(message.id)
    texts = message.string or ""
    strings = (texts,) if isinstance(texts, str) else tuple(texts)
    signed = mark(catalog, message)
    return Entry(
        context=message.context or "",
        msgid=ids[0],
        msgstr=strings[0],
        fuzzy=message.fuzzy,
        flags=frozenset(message.flags),
        comments=tuple(message.auto_comments),
        previous=str(message.previous_id[0]) if message.previous_id else "",
        plurals=strings if len(ids) > 1 else (),
        line=message.lineno or 0,
        translated_by=signed.translated_by,
        reviewed_by=signed.reviewed_by,
    )
