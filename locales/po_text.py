"""A catalogue as the bytes of a PO file: same content, same bytes.

Babel's writer wraps every comment letter by letter, which is most of its time, and drops the flags
of obsolete messages and the empty lines of comments. What both write is equal to the byte.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog, Message

from campaigns.errors import ContentError, Place

_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\r": "\\r", "\n": "\\n", '"': '\\"'})
_SPECIAL = re.compile(r'["\\\t-\r\x1c-\x1e\x85\u2028\u2029]')
"""What is written as something else, or ends a line."""


def format_po(catalog: Catalog) -> bytes:
    """The file's bytes: header, messages in order, then the obsolete ones; no places, no dates."""
    blocks = [_block(message, catalog) for message in catalog]
    blocks += [_block(message, catalog, gone=True) for message in catalog.obsolete.values()]
    return "\n".join(blocks).encode("utf-8", "backslashreplace")


def replace_file(path: Path, raw: bytes, before: bytes | None = None) -> None:
    """Replace the file whole: a reader sees the old one or the new one.

    ``before`` are the bytes it was read with, empty when there was no file: when it holds others by
    now, somebody saved it meanwhile, and that is a :class:`~campaigns.errors.ContentError`.
    """
    if before is not None and (path.read_bytes() if path.is_file() else b"") != before:
        problem, remedy = "was saved by somebody else meanwhile", "run the command again"
        raise ContentError(Place(path), "", problem, remedy)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _block(message: Message, catalog: Catalog, *, gone: bool = False) -> str:
    """One message with all that stands above it."""
    lines = [] if message.id else [line for line in catalog.header_comment.splitlines() if line]
    lines += [f"# {note}" if note else "#" for note in message.user_comments]
    lines += [f"#. {note}" for note in message.auto_comments if note]
    if message.flags:
        lines.append(f"#, {', '.join(sorted(message.flags))}")
    mark = "#~ " if gone else ""
    before = "#~| " if gone else "#| "
    for word, text in zip(("msgid", "msgid_plural"), message.previous_id, strict=False):
        lines.append(_said(before, word, text))
    if message.context:
        lines.append(_said(mark, "msgctxt", message.context))
    lines.extend(_strings(message, mark, catalog.num_plurals))
    lines.append("")
    return "\n".join(lines)


def _strings(message: Message, mark: str, plurals: int) -> Iterator[str]:
    string = message.string or ""
    if isinstance(message.id, str):
        yield _said(mark, "msgid", message.id)
        yield _said(mark, "msgstr", str(string))
        return
    forms: Sequence[str] = (string,) if isinstance(string, str) else tuple(string)
    yield _said(mark, "msgid", message.id[0])
    yield _said(mark, "msgid_plural", message.id[1])
    for number in range(plurals):
        yield _said(mark, f"msgstr[{number}]", forms[number] if number < len(forms) else "")


def _said(mark: str, keyword: str, text: str) -> str:
    if not _SPECIAL.search(text):
        return f'{mark}{keyword} "{text}"'
    lines = text.splitlines(keepends=True)
    if len(lines) <= 1:
        return f'{mark}{keyword} "{text.translate(_ESCAPES)}"'
    rest = "".join(f'\n{mark}"{line.translate(_ESCAPES)}"' for line in lines)
    return f'{mark}{keyword} ""{rest}'
