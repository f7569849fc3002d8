"""A post as the server tells it, beside the one that was sent.

Servers change posts without a word: they take another language, drop alt texts, or answer a key
they know with the post they made of it before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from publishers.http.client import Answer
from publishers.mastodon.words import plain, same_letters, same_words
from publishers.port import Receipt
from publishers.sameness import same_text

_OLD = timedelta(seconds=60)
"""A post this much older than the answer that tells of it was there before: no exchange takes
half as long."""


@dataclass(frozen=True)
class Stored:
    """`pictures` are their ids; an alt text is None where the server tells none. `language` is
    missing from `fields` when the server does not tell."""

    id: str
    url: str | None
    text: str
    pictures: tuple[str, ...]
    alts: tuple[str | None, ...]
    at: datetime | None
    fields: Mapping[str, Any]

    @classmethod
    def read(cls, fields: object) -> Stored | None:
        """None when this is no post with an id of its own: nothing, or a repost."""
        if not isinstance(fields, dict) or fields.get("reblog"):
            return None
        number, content = id_of(fields), fields.get("content")
        pictures = fields.get("media_attachments") or []
        if number is None or not isinstance(content, str) or not isinstance(pictures, list):
            return None
        shown = [one for one in pictures if isinstance(one, dict)]
        return cls(
            id=number,
            url=_text(fields.get("url")) or _text(fields.get("uri")),
            text=plain(content),
            pictures=tuple(id_of(one) or "" for one in shown),
            alts=tuple(_text(one.get("description")) for one in shown),
            at=_instant(fields.get("created_at")),
            fields=fields,
        )

    def is_of(self, request: Mapping[str, Any]) -> bool:
        """Whether this was made from that request, as far as one can see."""
        alts: Sequence[str] = request["alts"]
        return (
            same_letters(request["text"], self.text)
            and len(self.alts) == len(alts)
            and all(not told or same_text(sent, told) for sent, told in self._beside(alts))
        )

    def is_another(self, request: Mapping[str, Any], answer: Answer) -> bool:
        """Whether a server that knows keys answered with an earlier post under the same key.

        Said only where it is sure: a post with pictures is told by their ids, one without by its
        words and its age.
        """
        if self.is_of(request):
            return False
        sent = set(uploads_of(request))
        if sent and self.pictures:
            return sent.isdisjoint(self.pictures)
        if same_letters(request["text"], self.text):
            return False
        said = _date(answer)
        return bool(self.pictures) or (
            self.at is not None and said is not None and said - self.at > _OLD
        )

    def receipt(self, request: Mapping[str, Any], otherwise: datetime) -> Receipt:
        """What it says it stored. Where that says the same in another spelling, ours is given."""
        text = request["text"]
        echoed: dict[str, Any] = {
            "text": text if same_words(text, self.text) else self.text,
            "alts": self._echoed_alts(request["alts"]),
        }
        if "language" in self.fields:
            echoed["language"] = self._language(request)
        return Receipt(self.id, self.url, self.at or otherwise, echoed)

    def _echoed_alts(self, alts: Sequence[str]) -> list[str]:
        if len(alts) != len(self.alts):
            return [told or "" for told in self.alts]
        beside = [(sent, told or "") for sent, told in self._beside(alts)]
        return [sent if same_text(sent, told) else told for sent, told in beside]

    def _beside(self, alts: Sequence[str]) -> list[tuple[str, str | None]]:
        return list(zip(alts, self.alts, strict=False))

    def _language(self, request: Mapping[str, Any]) -> str | None:
        stored = _text(self.fields["language"])
        meant = (request["language"].lower(), request["sent_as"].lower())
        return request["language"] if stored and stored.lower() in meant else stored


def id_of(fields: object) -> str | None:
    """The id; None when there is none. Some servers write it as a number."""
    value = fields.get("id") if isinstance(fields, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _text(value)


def uploads_of(request: Mapping[str, Any]) -> list[str]:
    """What the server called the pictures."""
    return [upload["id"] for upload in request.get("uploads", [])]


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _date(answer: Answer) -> datetime | None:
    try:
        return parsedate_to_datetime(answer.headers.get("date", "")).replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError):
        return None
