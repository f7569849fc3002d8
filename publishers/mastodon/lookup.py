"""Looking for a post among those of the account, from the newest back to when it was due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from publishers.mastodon.stored import Stored, id_of, uploads_of
from publishers.port import Absent, CannotTell, Found
from publishers.sameness import since

PAGE = 40
"""How many posts a page has at most (docs.joinmastodon.org/methods/accounts)."""
_PAGES = 10
"""By how much the server's clock may be behind ours."""

Page = Callable[[str | None], list[Any]]
"""The page of posts before this id, newest first."""


def look(
    page: Page, request: Mapping[str, Any], now: datetime, *, by_pictures: bool
) -> Found | Absent | CannotTell:
    """Whether the post is there. `by_pictures`: the server keeps the ids of pictures, so a post
    that has any is known by them, and another one with the same words is not taken for it."""
    after = since(request)
    before: str | None = None
    changed = False
    for _ in range(_PAGES):
        raw = page(before)
        for post in filter(None, map(Stored.read, raw)):
            if _older(post, after):
                continue
            if _is_it(post, request, by_pictures=by_pictures):
                return Found(post.receipt(request, now))
            changed = changed or _was_it(post, request, by_pictures=by_pictures)
        if not raw:
            return _absent(changed=changed)
        last = Stored.read(raw[-1])
        if last is not None and _older(last, after):
            return _absent(changed=changed)
        reached = id_of(raw[-1])
        if reached is None or reached == before:
            return CannotTell("the server does not page through the account's posts")
        before = reached
    return CannotTell(f"the account has more than {_PAGES * PAGE} posts since this one was due")


def _is_it(post: Stored, request: Mapping[str, Any], *, by_pictures: bool) -> bool:
    sent = uploads_of(request)
    if sent and by_pictures:
        return not set(sent).isdisjoint(post.pictures)
    return post.is_of(request)


def _was_it(post: Stored, request: Mapping[str, Any], *, by_pictures: bool) -> bool:
    """Whether somebody may have made another post of it since, by hand."""
    known = bool(uploads_of(request)) and by_pictures
    alike = len(post.pictures) == len(request["alts"])
    return alike and not known and bool(post.fields.get("edited_at"))


def _absent(*, changed: bool) -> Absent | CannotTell:
    if changed:
        return CannotTell("somebody has changed a post since: it may be this one")
    return Absent()


def _older(post: Stored, after: datetime) -> bool:
    return post.at is not None and post.at < after
