"""PO files, read strictly and written so that the same content is always the same bytes.

Babel parses; what is ours is the header (no dates, no addresses), the refusal of what Babel would
accept in silence, comments that all come back, and files that are replaced whole or not at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser, unescape

from campaigns.errors import ContentError, Place
from locales import signing
from locales.po_text import format_po, replace_file

__all__ = ["CatalogueError", "PoCatalog", "format_po", "parse_po", "read_po", "write_po"]

MAX_BYTES = 2 * 1024 * 1024
MAX_PLURALS = 6
SOURCE_LOCALE = "en_GB"

_STRING = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_LINE = re.compile(
    rf"(?:#~\s*)?(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s+)?{_STRING}"
)
_LOCALE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z0-9]{2,8})*")
_NPLURALS = re.compile(r"nplurals\s*=\s*(\d{1,2})\b")
_CHARSET = re.compile(r"charset\s*=\s*([\w-]+)")
_EXTRACTED = re.compile(r"^[ \t]*#\..*", re.MULTILINE)
_QUOTED = re.compile(_STRING)
_NO_FLAGS = ("", "python-format")
_NOT_BRACES = "no-python-brace-format"
_FUZZY = re.compile(r"(?<=[#,\s])fuzzy(?=\s*(?:,|$))", re.IGNORECASE)
_NUMBERED = re.compile(r"\x00\d{7}([|]?)")
"""What stands before a comment while Babel parses, which keeps of two equal ones only one."""


class CatalogueError(ContentError):
    """A PO file cannot be accepted. Its text is one line: file, line, problem, way out."""


class PoCatalog(Catalog):
    """A Babel catalogue with Clarion's header: what it is, the language and its plural forms.

    ``file`` only says where something stands. A second message with the same context, or a
    message without one, is refused while reading. A template knows its ``source`` locale, and the
    contexts whose last rewording was ``minor``.
    """

    def __init__(self, locale: str | None, domain: str, file: Path | None = None) -> None:
        self.file = file or Path(f"{domain}.po")
        self.source = SOURCE_LOCALE
        self.minor: frozenset[str] = frozenset()
        self.language = ""
        self.contexts: dict[str, Message] = {}
        self.header_comment = ""
        if locale is not None and not _LOCALE.fullmatch(locale):
            raise self.refuse(
                0,
                f"'{locale}' is not a locale's name",
                "use language, script, territory with '_', such as sr_Latn, not sr@latin",
            )
        super().__init__(locale=locale, domain=domain, charset="utf-8", fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """The header, always in this order; nothing in it changes unless the content does."""
        headers = [
            ("Project-Id-Version", "Clarion"),
            ("Language", str(self.locale_identifier or "")),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]
        if self.locale_identifier:
            headers.append(("Plural-Forms", self.plural_forms))
        name, value = headers.pop()
        return [*headers, (name, f"{value}\n")]

    @mime_headers.setter
    def mime_headers(self, headers: Iterable[tuple[str, str]]) -> None:
        for name, value in headers:
            self._set_header(name.lower(), str(value).strip())

    @property
    def header_comment(self) -> str:
        """The comment on top, as written; Babel would put the year into it."""
        return self._comment

    @header_comment.setter
    def header_comment(self, text: str | None) -> None:
        self._comment = text or ""

    def __setitem__(self, msgid: str | tuple[str, ...] | list[str], message: Message) -> None:
        if message.user_comments:
            sort_comments(message)
        if msgid:
            self._admit(message)
        super().__setitem__(msgid, message)

    def _admit(self, message: Message) -> None:
        line = message.lineno or 0
        if not message.context:
            raise self.refuse(line, "a message has no msgctxt", "take the file from 'update'")
        if message.context in self.contexts:
            raise self.refuse(
                line, f"the context '{message.context}' stands twice", "keep one of the two"
            )
        forms = message.string
        if isinstance(forms, (list, tuple)) and any(forms) and not all(forms):
            raise self.refuse(
                line,
                f"'{message.context}' has fewer plural forms than nplurals={self.num_plurals}",
                "fill in every msgstr[n] that the header announces",
            )
        set_flags(message)
        self.contexts[message.context] = message

    def _set_header(self, name: str, value: str) -> None:
        if name == "language":
            self.language = value.replace("-", "_")
        elif name == "plural-forms":
            self._set_plurals(value)
        elif name == "content-type":
            charset = _CHARSET.search(value)
            if charset and charset[1].lower() not in ("utf-8", "utf8", "charset"):
                raise self.refuse(1, f"announces charset {charset[1]}", "save it as UTF-8")

    def _set_plurals(self, value: str) -> None:
        count = _NPLURALS.search(value)
        if count is None or not 1 <= int(count[1]) <= MAX_PLURALS:
            raise self.refuse(
                1, "Plural-Forms has no usable nplurals", "write nplurals=2; plural=(n != 1);"
            )
        Catalog.mime_headers.__set__(self, [("Plural-Forms", value)])

    def refuse(self, line: int, problem: str, remedy: str) -> CatalogueError:
        """The error for something in this file."""
        return CatalogueError(Place(self.file, line), "", problem, remedy)


def read_po(path: Path, locale: str, domain: str) -> PoCatalog:
    """Read a PO file of at most 2 MiB. Everything wrong with it is a :class:`CatalogueError`."""
    return parse_po(read_bytes(path), path, locale, domain)


def read_bytes(path: Path) -> bytes:
    """The file's bytes, at most one more than allowed."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise CatalogueError(Place(path), "", reason, "check the path and rights") from error


def parse_po(
    raw: bytes, path: Path, locale: str, domain: str, *, extracted: bool = True
) -> PoCatalog:
    """The catalogue in these bytes; ``path`` only says where something stands.

    Without ``extracted`` comments it is read a third sooner: a merge takes those of the template.
    """
    catalog = PoCatalog(locale, domain, path)
    text = _text(raw, catalog)
    lines = (text if extracted else _EXTRACTED.sub("", text)).split("\n")
    strict = [
        _strict(line, number, catalog) if line else "" for number, line in enumerate(lines, 1)
    ]
    try:
        PoFileParser(catalog, abort_invalid=True).parse(strict)
    except PoFileError as error:
        problem = f"is not a valid PO file ({error.args[0]})"
        raise catalog.refuse(error.lineno + 1, problem, "mend the line in a PO editor") from error
    except (ValueError, IndexError) as error:
        if isinstance(error, CatalogueError):
            raise
        problem = f"is not a valid PO file ({error})"
        raise catalog.refuse(0, problem, "take the file from 'update' again") from error
    for message in catalog.obsolete.values():
        sort_comments(message)
        message.flags.difference_update((*_NO_FLAGS, "python-brace-format"))
    if catalog.language and catalog.language != locale:
        raise catalog.refuse(
            1,
            f"its header says Language: {catalog.language}, its folder {locale}",
            "move the file, or translate it: a neighbour language is never used",
        )
    return catalog


def write_po(catalog: PoCatalog, path: Path) -> None:
    """Replace the file whole: a reader sees the old one or the new one."""
    replace_file(path, format_po(catalog))


def set_flags(message: Message) -> None:
    """Keep of Babel's own guesses what is one: our texts hold ``{name}``, and never ``%s``."""
    message.flags.difference_update(_NO_FLAGS)
    if _NOT_BRACES in message.flags:
        message.flags.discard("python-brace-format")


def sort_comments(message: Message) -> None:
    """Tell a translator's comments from the lines of an older text; Babel gives both as one."""
    notes, older = [], []
    for note in message.user_comments:
        match = _NUMBERED.match(note)
        if match is None:
            notes.append(note)
        elif match[1] == "|":
            older.append(note[match.end() :])
        else:
            notes.append(note[match.end() :].strip())
    message.user_comments = signing.joined(notes)
    if older:
        message.previous_id = _previous(older)


def _text(raw: bytes, catalog: PoCatalog) -> str:
    if len(raw) > MAX_BYTES:
        limit = f"is larger than {MAX_BYTES // 1024 // 1024} MiB"
        raise catalog.refuse(0, limit, "split the campaign into several")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = raw[: error.start].count(b"\n") + 1
        raise catalog.refuse(broken, "is not UTF-8 text", "save the file as UTF-8") from error


def _strict(line: str, number: int, catalog: PoCatalog) -> str:
    """The line as Babel may see it; what Babel would repair in silence is refused."""
    line = line.strip(" \t\r")
    if line[:1] == "#" and line[1:2] != "~":
        return _comment(line, number)
    if line[:3] == "#~|":
        return f"#\x00{number:07}{line[2:]}"
    if line and not _LINE.fullmatch(line):
        raise catalog.refuse(
            number, "is not a line of a PO file", "check the keyword and the quotation marks"
        )
    return line


def _comment(line: str, number: int) -> str:
    kind = line[1:2]
    if kind == ":":
        return ""  # where it stands is told by its context
    if kind == ",":
        return _FUZZY.sub("fuzzy", line) if "fuzzy" in line.lower() else line
    if kind == ".":
        return line
    said = line[1:].replace("\x00", "")
    return f"#\x00{number:07}{said if kind == '|' else ' ' + said}"


def _previous(lines: list[str]) -> list[str]:
    """The texts of ``| msgid "..."`` lines, the plural after the singular."""
    found: dict[str, str] = {}
    keyword = ""
    for line in lines:
        word = line.strip().partition(" ")[0]
        keyword = keyword if word.startswith('"') else word
        quoted = "".join(unescape(text) for text in _QUOTED.findall(line))
        found[keyword] = found.get(keyword, "") + quoted
    return [found[name] for name in ("msgid", "msgid_plural") if name in found]
