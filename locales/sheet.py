"""A catalogue as flat rows, one a message, for those who translate in a spreadsheet.

Nothing here reads or writes a file: see :mod:`locales.spreadsheet`, and :mod:`locales.bring` for
the way back.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from babel.messages.catalog import Message

from locales.po import PoCatalog
from locales.signing import is_mark, mark

COLUMNS = (
    "context", "where", "what", "limit", "english", "translation", "state", "note to translator",
    "your note", "picture", "version",
)  # fmt: skip
"""The header of a sheet, in order. Only ``translation`` and ``your note`` are read as wishes."""

TYPED = ("translation", "your note")
"""The columns a translator fills in."""

_LIMIT = "max-length:"
_VERSION = re.compile(r"([A-Za-z0-9_]{2,20})/([A-Za-z0-9_-]{1,80}) v([0-9a-f]{12})")
_OWN_COLUMN = ("Where: ", "What: ", "Max length: ", "Picture: ", "Version: ")
_DANGEROUS = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]| *[\t\r\n])")
_UNSAFE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]|\\(?=u\{)|x(?=[0-9A-Fa-f]{4}_)"
)
"""Control characters; the beginning of our own spelling; and ``_x000D_``, which is Excel's."""
_SPELLED = re.compile(r"\\u\{([0-9A-F]{1,4})\}")


class Only(StrEnum):
    """Which messages somebody wants to work on."""

    ALL = "all"
    MISSING = "missing"
    FUZZY = "fuzzy"


@dataclass(frozen=True, slots=True)
class Version:
    """Whose row it is, and a digest of what the message was when the row was written."""

    locale: str
    domain: str
    digest: str

    def __str__(self) -> str:
        return f"{self.locale}/{self.domain} v{self.digest}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row, a field a column of :data:`COLUMNS`."""

    context: str
    where: str
    what: str
    limit: str
    english: str
    translation: str
    state: str
    note: str
    own_note: str
    picture: str
    version: str

    def cells(self) -> tuple[str, ...]:
        """The texts in the order of the columns."""
        return tuple(getattr(self, name) for name in self.__slots__)


def rows(catalog: PoCatalog, only: Only, pictures: Mapping[str, str]) -> tuple[Row, ...]:
    """The messages in their order; ``pictures`` gives the file that shows a message, by context."""
    return tuple(
        _row(catalog, context, message, pictures.get(context, ""))
        for context, message in wanted(catalog, only)
    )


def wanted(catalog: PoCatalog, only: Only) -> Iterator[tuple[str, Message]]:
    """The messages of that kind, by context; those with plural forms are no flat row's matter."""
    for context, message in catalog.contexts.items():
        if isinstance(message.id, str) and only in (Only.ALL, _kind(message)):
            yield context, message


def version(catalog: PoCatalog, message: Message) -> Version:
    """What a row is told by that this message gets now."""
    text = str(message.string or "")
    return Version(
        str(catalog.locale_identifier or ""),
        str(catalog.domain),
        digest(str(message.id), text, fuzzy=message.fuzzy),
    )


def digest(english: str, translation: str, *, fuzzy: bool) -> str:
    """Twelve hexadecimal digits of a message's two texts and whether it was fuzzy."""
    parts = f"{len(english)}:{english}{len(translation)}:{translation}{fuzzy}"
    return hashlib.sha256(parts.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def read_version(cell: str) -> Version | None:
    """The version in a cell, or None when it is not whole."""
    match = _VERSION.fullmatch(cell.strip())
    return Version(match[1], match[2], match[3]) if match else None


def notes(message: Message) -> list[str]:
    """What translators noted beside the message; signatures are no notes."""
    return [note for note in message.user_comments if note and not is_mark(note)]


def cell(text: str) -> str:
    """The text as it may stand in a spreadsheet; :func:`text` gives it back exactly.

    What looks like a formula, or like one that was defused, gets an apostrophe before it. A sign
    that a spreadsheet program would drop or take for its own escape is spelled ``\\u{D}``.
    """
    spelled = _UNSAFE.sub(lambda sign: f"\\u{{{ord(sign[0]):X}}}", text)
    return f"'{spelled}" if _DANGEROUS.match(spelled) else spelled


def text(cell: str) -> str:
    """The text that :func:`cell` made this of; any other text is its own."""
    bare = cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell
    return _SPELLED.sub(lambda sign: chr(int(sign[1], 16)), bare)


def _row(catalog: PoCatalog, context: str, message: Message, picture: str) -> Row:
    said = list(message.auto_comments)
    return Row(
        context=context,
        where=_told(said, "Where: "),
        what=_told(said, "What: "),
        limit=_limit(message),
        english=str(message.id),
        translation=str(message.string or ""),
        state=_state(catalog, message),
        note="\n".join(
            line.removeprefix("Note: ") for line in said if not line.startswith(_OWN_COLUMN)
        ),
        own_note="\n".join(notes(message)),
        picture=picture,
        version=str(version(catalog, message)),
    )


def _told(said: list[str], label: str) -> str:
    return next((line.removeprefix(label) for line in said if line.startswith(label)), "")


def _limit(message: Message) -> str:
    flags = (flag for flag in message.flags if flag.startswith(_LIMIT))
    return next(flags, "").removeprefix(_LIMIT)


def _kind(message: Message) -> Only:
    """Missing or fuzzy; all that is neither is only wanted with all."""
    if not str(message.string or "").strip():
        return Only.MISSING
    return Only.FUZZY if message.fuzzy else Only.ALL


def _state(catalog: PoCatalog, message: Message) -> str:
    if _kind(message) is Only.MISSING:
        return "missing"
    return "fuzzy" if message.fuzzy else mark(catalog, message).state.value
