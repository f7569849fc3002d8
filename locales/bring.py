"""Bring translations back into a catalogue, row by row, and say what became of each.

A row was written from the catalogue as it was then, and carries a digest of that. So three things
are told apart: the translator changed nothing, the catalogue changed nothing, both changed. Only in
the last case there is a conflict; then the catalogue stands and both texts are reported.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from unicodedata import normalize

from babel.messages.catalog import Message

from locales import sheet
from locales.po import PoCatalog
from locales.sheet import Version
from locales.signing import clear, is_mark, sign_translated

_LOST = re.compile(r"\w\?\w|\?{3,}")
"""What a program leaves of letters that its encoding does not have."""
_UNSAVABLE = re.compile("[\x00\ud800-\udfff]")


class Outcome(StrEnum):
    """What became of a row."""

    TAKEN = "taken"
    NOTED = "note taken"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    EMPTIED = "emptied"
    ENGLISH = "english changed"
    UNKNOWN = "unknown context"
    DUPLICATE = "stands twice"
    VERSION = "version lost"
    ELSEWHERE = "other file"
    UNREADABLE = "unreadable"


FINE = frozenset({Outcome.TAKEN, Outcome.NOTED, Outcome.UNCHANGED})
"""With these, what the translator wanted is in the catalogue."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A translation that somebody brings. ``line`` is its row or line, counted from 1; ``fuzzy``
    is None where the file cannot say it; ``problem`` says why a cell cannot be read."""

    line: int
    context: str
    english: str
    translation: str
    note: str = ""
    version: str = ""
    fuzzy: bool | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row, and why; ``theirs`` and ``ours`` are the two texts of a conflict."""

    line: int
    context: str
    outcome: Outcome
    why: str = ""
    theirs: str = ""
    ours: str = ""


@dataclass(frozen=True, slots=True)
class Bringer:
    """Brings rows into ``catalog``, which it changes, in the name of ``role``.

    ``foreign`` is a PO file that was not exported from here and has no versions. With ``replace``
    a text wins over another one that translates the same English.
    """

    catalog: PoCatalog
    role: str
    foreign: bool = False
    replace: bool = False

    def bring(self, incoming: Sequence[Incoming]) -> list[Result]:
        """One result a row, in their order. Raises ``SigningError`` for what is no role."""
        twice = {c for c, n in Counter(one.context for one in incoming).items() if n > 1}
        return [self._one(one, twice) for one in incoming]

    def _one(self, one: Incoming, twice: Iterable[str]) -> Result:
        message = self.catalog.contexts.get(one.context)
        found = sheet.read_version(one.version)
        refusal = self._refused(one, message, found, twice)
        if refusal is not None or message is None:
            return refusal or Result(one.line, one.context, Outcome.UNKNOWN)
        one = _as_it_was(one, message)
        result = self._weighed(one, message, found)
        if result.outcome is Outcome.TAKEN:
            self._take(one, message)
        noted = result.outcome in FINE and _note(message, one.note)
        if noted and result.outcome is Outcome.UNCHANGED:
            return replace(result, outcome=Outcome.NOTED, why="")
        return result

    def _refused(
        self,
        one: Incoming,
        message: Message | None,
        found: Version | None,
        twice: Iterable[str],
    ) -> Result | None:
        """Why the row cannot even be weighed."""

        def no(outcome: Outcome, why: str) -> Result:
            return Result(one.line, one.context, outcome, why)

        if one.problem:
            return no(Outcome.UNREADABLE, one.problem)
        if one.context in twice:
            return no(Outcome.DUPLICATE, "keep one row of each context")
        own = (str(self.catalog.locale_identifier), str(self.catalog.domain))
        if found is not None and (found.locale, found.domain) != own:
            here, there = f"{own[0]}/{own[1]}", f"{found.locale}/{found.domain}"
            return no(Outcome.ELSEWHERE, f"belongs to {there}, the file to {here}")
        if message is None:
            return no(Outcome.UNKNOWN, "the campaign has no such message")
        if not isinstance(message.id, str):
            return no(Outcome.UNREADABLE, "has plural forms; translate it in a PO editor")
        if found is None and not self.foreign:
            return no(Outcome.VERSION, "copy the version from the exported sheet, or export again")
        return None

    def _weighed(self, one: Incoming, message: Message, found: Version | None) -> Result:
        ours = str(message.string or "")

        def say(outcome: Outcome, why: str = "") -> Result:
            both = (one.translation, ours) if outcome is Outcome.CONFLICT else ("", "")
            return Result(one.line, one.context, outcome, why, *both)

        same_text = one.translation == ours
        if found is not None and _untouched(one, found):
            return say(Outcome.UNCHANGED)
        moved = found is not None and found != sheet.version(self.catalog, message)
        if one.english != message.id:
            if same_text and moved:
                return say(Outcome.UNCHANGED)
            return self._english(one, say(Outcome.CONFLICT), moved=moved)
        doubt = one.fuzzy is not None and one.fuzzy != message.fuzzy
        if same_text and not (doubt and found and not moved and ours.strip()):
            return say(Outcome.UNCHANGED)
        if not one.translation.strip():
            return self._empty(say)
        if why := _broken(one.translation, one.english):
            return say(Outcome.UNREADABLE, why)
        stands = moved or (found is None and bool(ours.strip()))
        if stands and not self.replace:
            return say(Outcome.CONFLICT, "the catalogue has another text by now")
        return say(Outcome.TAKEN, "still marked fuzzy in the file" if one.fuzzy else "")

    def _empty(self, say: Callable[[Outcome, str], Result]) -> Result:
        """Elsewhere somebody may not have come to it yet; in our own sheet it was deleted."""
        if self.foreign:
            return say(Outcome.UNCHANGED, "")
        return say(Outcome.EMPTIED, "an empty cell deletes nothing; the translation stays")

    def _english(self, one: Incoming, conflict: Result, *, moved: bool) -> Result:
        """The row has another English text than the catalogue: whose doing was it?"""
        if moved or self.foreign:
            why = "it translates another English text than the catalogue has now"
            return replace(conflict, why=why)
        why = "the English is the campaign's; tell its author, and restore the cell"
        return Result(one.line, one.context, Outcome.ENGLISH, why)

    def _take(self, one: Incoming, message: Message) -> None:
        message.string = one.translation
        if one.fuzzy:
            message.flags.add("fuzzy")
            clear(message)
            return
        message.flags.discard("fuzzy")
        message.previous_id = []
        sign_translated(self.catalog, message, self.role)


def _as_it_was(one: Incoming, message: Message) -> Incoming:
    """With the catalogue's line ends and accents, where a program wrote those of its own system."""
    english, text = str(message.id), str(message.string or "")
    came, said = _usual(one.english), _usual(one.translation)
    return replace(
        one,
        english=english if came == _usual(english) else one.english,
        translation=text if said == _usual(text) else said,
    )


def _usual(text: str) -> str:
    return normalize("NFC", _ends(text))


def _ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _untouched(one: Incoming, found: Version) -> bool:
    """Whether the row still says what it said when it was written."""
    marks = (True, False) if one.fuzzy is None else (one.fuzzy,)
    return any(
        sheet.digest(one.english, one.translation, fuzzy=fuzzy) == found.digest for fuzzy in marks
    )


def _broken(text: str, english: str) -> str:
    """Why a text cannot be what somebody typed; empty when it can."""
    if _UNSAVABLE.search(text):
        return "has a character that cannot be saved; type it again"
    if _LOST.search(text) and not _LOST.search(english):
        return "has '?' in place of letters; save the sheet as UTF-8 or XLSX"
    return ""


def _note(message: Message, note: str) -> bool:
    """Add what is new of a note; whether anything was. No line can pass for a signature."""
    there = sheet.notes(message)
    if _ends(note) == _ends("\n".join(there)):
        return False
    lines = (" ".join(_UNSAVABLE.sub(" ", line).split()) for line in _ends(note).split("\n"))
    told = dict.fromkeys(f"Note: {line}" if is_mark(line) else line for line in lines if line)
    known = {" ".join(old.split()) for old in there}
    fresh = [line for line in told if line not in known]
    message.user_comments = [*message.user_comments, *fresh]
    return bool(fresh)
