"""Who translated a message and who reviewed it: one comment in the PO file, bound to the words.

``# clarion: translated by <role>; reviewed by <role>; <16 hex>``. The digits are a digest of
context, text and translation, so that an edit of either language voids the mark of that message
and of no other. PO editors keep such comments.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum

from babel.messages.catalog import Message

from campaigns.roles import same_role

_MARK = re.compile(
    r"clarion: translated by (?P<translator>[^;]+?)"
    r"(?:; reviewed by (?P<reviewer>[^;]+?))?; (?P<digest>[0-9a-f]{16})"
)
_ROLE = re.compile(r"[^\W_](?:[^;\x00-\x1f\x7f\u2028\u2029]*\S)?")
_MOST = 80
"""Characters of a role."""


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


def mark(message: Message) -> Mark:
    """Who signed these words. A reviewer who is the translator does not count."""
    match = _written(message)
    if match is None or message.fuzzy or not _translated(message):
        return Mark()
    if match["digest"] != digest(message):
        return Mark()
    translator, reviewer = match["translator"], match["reviewer"] or ""
    return Mark(translator, "" if same_role(translator, reviewer) else reviewer)


def sign_translated(message: Message, role: str) -> bool:
    """Put the translator's name to the words; whether that changed anything.

    Another translator's name takes away the review. Raises :class:`SigningError`.
    """
    role = checked_role(role)
    _need_words(message)
    if same_role(mark(message).translated_by, role):
        return False
    set_mark(message, Mark(role))
    return True


def sign_reviewed(message: Message, role: str) -> bool:
    """Put the reviewer's name beside the translator's; whether that changed anything.

    Raises :class:`SigningError`, also when nobody translated or the same role did.
    """
    role = checked_role(role)
    _need_words(message)
    signed = mark(message)
    if not signed.translated_by:
        raise SigningError("nobody signed the translation")
    if same_role(signed.translated_by, role):
        raise SigningError("the reviewer is the translator")
    if same_role(signed.reviewed_by, role):
        return False
    set_mark(message, Mark(signed.translated_by, role))
    return True


def clear(message: Message) -> None:
    """Take the mark away, and nothing else."""
    message.user_comments = [note for note in message.user_comments if not is_mark(note)]


def set_mark(message: Message, signed: Mark) -> None:
    """Bind these roles to the words as they are now; all other comments stay, in their order."""
    notes = message.user_comments
    at = next((place for place, note in enumerate(notes) if is_mark(note)), len(notes))
    clear(message)
    if signed.translated_by:
        reviewed = f"; reviewed by {signed.reviewed_by}" if signed.reviewed_by else ""
        line = f"clarion: translated by {signed.translated_by}{reviewed}; {digest(message)}"
        message.user_comments.insert(at, line)


def holds_for(message: Message, text: str) -> bool:
    """Whether the mark was given for this translation of another text: that before a rewording."""
    match = _written(message)
    return match is not None and match["digest"] == digest(message, text)


def is_mark(comment: str) -> bool:
    """Whether a translator's comment is meant as a mark."""
    return comment.lstrip().startswith("clarion:")


def digest(message: Message, text: str | None = None) -> str:
    """What binds a mark: sixteen hexadecimal digits of context, text (or this one), translation."""
    wanted = message.id if text is None else text
    ids = (wanted,) if isinstance(wanted, str) else tuple(wanted)
    raw = "\0".join((message.context or "", "\1".join(ids), "\1".join(_strings(message))))
    return hashlib.sha256(raw.encode("utf-8", "surrogatepass")).hexdigest()[:16]


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
