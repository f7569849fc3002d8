"""Who translated a message and who reviewed it: one comment in the PO file, bound to the words.

``# clarion: translated by <role>; reviewed by <role>; <16 hex>``. The digits are a digest of the
catalogue's locale and domain, both roles, context, text and translation: an edit of any of them
voids the mark of that message and of no other, and so does a copy into another catalogue. PO
editors keep such comments.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from babel.messages.catalog import Catalog, Message

from campaigns.roles import same_role

_MARK = re.compile(
    r"clarion: translated by (?P<translator>[^;]+?)"
    r"(?:; reviewed by (?P<reviewer>[^;]+?))?; (?P<digest>[0-9a-f]{16})"
)
_ROLE = re.compile(r"[^\W_](?:[^;\x00-\x1f\x7f\u2028\u2029]*\S)?")
_MOST = 80
"""Characters of a role."""
_LINES = 4
"""How many a mark may be wrapped into: two such roles, at the width that tools use."""


class State(StrEnum):
    """How far a message is. What is fuzzy, empty or signed by nobody is a draft."""

    DRAFT = "draft"
    TRANSLATED = "translated"
    REVIEWED = "reviewed"


class SigningError(ValueError):
    """A message may not be signed. Its text says why, without naming the message."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The roles that signed a message; each empty when nobody did, or the mark is void."""

    translated_by: str = ""
    reviewed_by: str = ""

    @property
    def state(self) -> State:
        """What the two roles make of the message."""
        if self.reviewed_by:
            return State.REVIEWED
        return State.TRANSLATED if self.translated_by else State.DRAFT


def mark(catalog: Catalog, message: Message) -> Mark:
    """Who signed these words in this catalogue. A reviewer who is the translator does not count."""
    match = _written(message)
    if match is None or message.fuzzy or not _translated(message):
        return Mark()
    signed = _roles(match)
    if match["digest"] != _digest(catalog, message, signed):
        return Mark()
    if same_role(signed.translated_by, signed.reviewed_by):
        return Mark(signed.translated_by)
    return signed


def sign_translated(catalog: Catalog, message: Message, role: str) -> bool:
    """Put the translator's name to the words; whether that changed anything.

    Another translator's name takes away the review. Raises :class:`SigningError`.
    """
    role = checked_role(role)
    _need_words(message)
    if same_role(mark(catalog, message).translated_by, role):
        return False
    set_mark(catalog, message, Mark(role))
    return True


def sign_reviewed(catalog: Catalog, message: Message, role: str) -> bool:
    """Put the reviewer's name beside the translator's; whether that changed anything.

    Raises :class:`SigningError`, also when nobody translated or the same role did.
    """
    role = checked_role(role)
    _need_words(message)
    signed = mark(catalog, message)
    if not signed.translated_by:
        raise SigningError("nobody signed the translation")
    if same_role(signed.translated_by, role):
        raise SigningError("the reviewer is the translator")
    if same_role(signed.reviewed_by, role):
        return False
    set_mark(catalog, message, Mark(signed.translated_by, role))
    return True


def clear(message: Message) -> None:
    """Take the mark away, and nothing else."""
    message.user_comments = [note for note in message.user_comments if not is_mark(note)]


def set_mark(catalog: Catalog, message: Message, signed: Mark) -> None:
    """Bind these roles to the words as they are now; all other comments stay, in their order."""
    notes = message.user_comments
    at = next((place for place, note in enumerate(notes) if is_mark(note)), len(notes))
    clear(message)
    if signed.translated_by:
        reviewed = f"; reviewed by {signed.reviewed_by}" if signed.reviewed_by else ""
        line = f"clarion: translated by {signed.translated_by}{reviewed}"
        line += f"; {_digest(catalog, message, signed)}"
        message.user_comments.insert(at, line)


def holds_for(catalog: Catalog, message: Message, text: str) -> bool:
    """Whether the mark was given for this translation of another text: that before a rewording."""
    match = _written(message)
    return match is not None and match["digest"] == _digest(catalog, message, _roles(match), text)


def is_mark(comment: str) -> bool:
    """Whether a translator's comment is meant as a mark."""
    return comment.lstrip().startswith("clarion:")


def joined(notes: Sequence[str]) -> list[str]:
    """The comments with a mark that a tool wrapped into several lines as one again."""
    found = list(notes)
    for at, note in enumerate(notes):
        if is_mark(note) and not _MARK.fullmatch(note.strip()):
            for end in range(at + 2, at + _LINES + 1):
                whole = " ".join(line.strip() for line in notes[at:end])
                if _MARK.fullmatch(whole):
                    found[at:end] = [whole]
                    return found
    return found


def checked_role(role: str) -> str:
    """The role as a mark can hold it. Raises :class:`SigningError`."""
    name = " ".join(role.split())
    if not _ROLE.fullmatch(name) or len(name) > _MOST:
        raise SigningError(
            f"'{role}' is not a role; begin with a letter, at most {_MOST} characters, no ';'"
        )
    return name


def _strings(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def _translated(message: Message) -> bool:
    return all(text.strip() for text in _strings(message))


def _need_words(message: Message) -> None:
    if not _translated(message):
        raise SigningError("it is not translated")
    if message.fuzzy:
        raise SigningError("it is marked fuzzy")


def _written(message: Message) -> re.Match[str] | None:
    """The mark as it is written, void or not; None when there is none, or more than one."""
    if not message.user_comments:
        return None
    found = [note for note in message.user_comments if is_mark(note)]
    return _MARK.fullmatch(found[0].strip()) if len(found) == 1 else None


def _roles(match: re.Match[str]) -> Mark:
    return Mark(match["translator"], match["reviewer"] or "")


def _digest(catalog: Catalog, message: Message, signed: Mark, text: str | None = None) -> str:
    """What binds a mark: sixteen hexadecimal digits of all that it is given for. ``text`` stands
    for the message's own English."""
    wanted = message.id if text is None else text
    ids = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    home = (str(catalog.locale_identifier or ""), str(catalog.domain or ""))
    parts = (
        *home, signed.translated_by, signed.reviewed_by, message.context or "", ids,
        _strings(message),
    )  # fmt: skip
    return hashlib.sha256(json.dumps(parts).encode("ascii")).hexdigest()[:16]
