"""PO files, read strictly and written so that the same content is always the same bytes.

Babel parses and escapes; what is ours is the header (no dates, no addresses, a state), the
refusal of what Babel would accept in silence, and files that are replaced whole or not at all.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import PoFileError, PoFileParser
from babel.messages.pofile import write_po as babel_write_po

from campaigns.errors import ContentError, Place

State = Literal["draft", "reviewed"]

MAX_BYTES = 2 * 1024 * 1024
MAX_PLURALS = 6
NO_WRAP = 1_000_000

_STRING = r'"(?:[^"\\]|\\.)*"'
_LINE = re.compile(
    rf"(?:#~\s*)?(?:(?:msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d\])\s+)?{_STRING}"
)
_LOCALE = re.compile(r"[a-z]{2,3}(?:_[A-Za-z0-9]{2,8})*")
_NPLURALS = re.compile(r"nplurals\s*=\s*(\d{1,2})\b")
_CHARSET = re.compile(r"charset\s*=\s*([\w-]+)")
_PREVIOUS = "| "


class CatalogueError(ContentError):
    """A PO file cannot be accepted. Its text is one line: file, line, problem, way out."""


class PoCatalog(Catalog):
    """A Babel catalogue with Clarion's header: identity, plural forms, state, reviewer.

    ``file`` only says where something stands. A second message with the same context, or a
    message without one, is refused while reading.
    """

    def __init__(self, locale: str | None, domain: str, file: Path | None = None) -> None:
        self.file = file or Path(f"{domain}.po")
        self.state: State = "draft"
        self.reviewed_by = ""
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
        if self.reviewed_by:
            headers.append(("X-Clarion-Reviewed-By", self.reviewed_by))
        return [*headers, ("X-Clarion-State", f"{self.state}\n")]

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
        forms = message.string if isinstance(message.string, (list, tuple)) else ()
        if any(forms) and not all(forms):
            raise self.refuse(
                line,
                f"'{message.context}' has fewer plural forms than nplurals={self.num_plurals}",
                "fill in every msgstr[n] that the header announces",
            )
        previous = [note for note in message.user_comments if note.startswith(_PREVIOUS)]
        message.user_comments = [note for note in message.user_comments if note not in previous]
        if previous:
            message.previous_id = [_unquote(previous)]
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
        elif name == "x-clarion-state":
            if value not in ("draft", "reviewed"):
                raise self.refuse(1, f"X-Clarion-State is '{value}'", "write draft or reviewed")
            self.state = "reviewed" if value == "reviewed" else "draft"
        elif name == "x-clarion-reviewed-by":
            self.reviewed_by = value

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


def parse_po(raw: bytes, path: Path, locale: str, domain: str) -> PoCatalog:
    """The catalogue in these bytes; ``path`` only says where something stands."""
    catalog = PoCatalog(locale, domain, path)
    lines = _lines(raw, catalog)
    try:
        PoFileParser(catalog, abort_invalid=True).parse(lines)
    except PoFileError as error:
        problem = f"is not a valid PO file ({error.args[0]})"
        raise catalog.refuse(error.lineno + 1, problem, "mend the line in a PO editor") from error
    except (ValueError, IndexError) as error:
        if isinstance(error, CatalogueError):
            raise
        problem = f"is not a valid PO file ({error})"
        raise catalog.refuse(0, problem, "take the file from 'update' again") from error
    if catalog.language and catalog.language != locale:
        raise catalog.refuse(
            1,
            f"its header says Language: {catalog.language}, its folder {locale}",
            "move the file, or translate it: a neighbour language is never used",
        )
    return catalog


def format_po(catalog: PoCatalog) -> bytes:
    """The file's bytes: same content, same bytes; one line a message, no places, no dates."""
    buffer = io.BytesIO()
    babel_write_po(buffer, catalog, width=NO_WRAP, no_location=True, include_previous=True)
    return buffer.getvalue().lstrip(b"\n").rstrip(b"\n") + b"\n"


def write_po(catalog: PoCatalog, path: Path) -> None:
    """Replace the file whole: a reader sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(format_po(catalog))
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _lines(raw: bytes, catalog: PoCatalog) -> list[str]:
    if len(raw) > MAX_BYTES:
        limit = f"is larger than {MAX_BYTES // 1024 // 1024} MiB"
        raise catalog.refuse(0, limit, "split the campaign into several")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = raw[: error.start].count(b"\n") + 1
        raise catalog.refuse(broken, "is not UTF-8 text", "save the file as UTF-8") from error
    return [
        _strict(line.strip(" \t\r"), number, catalog)
        for number, line in enumerate(text.split("\n"), 1)
    ]


def _strict(line: str, number: int, catalog: PoCatalog) -> str:
    """The line as Babel may see it; what Babel would repair in silence is refused."""
    if line.startswith("#~|"):
        return ""
    if line and (line.startswith("#~") or not line.startswith("#")) and not _LINE.fullmatch(line):
        raise catalog.refuse(
            number, "is not a line of a PO file", "check the keyword and the quotation marks"
        )
    return line


def _unquote(previous: list[str]) -> str:
    """The text of ``| msgid "..."`` comment lines, which Babel keeps as they are."""
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', " ".join(previous)))
    return re.sub(r"\\(.)", lambda sign: {"n": "\n", "t": "\t"}.get(sign[1], sign[1]), text)
