"""A post looked for among those of the account. X charges for every post that it shows."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from publishers.errors import Transient
from publishers.http.client import UNSHAPED
from publishers.port import Receipt
from publishers.sameness import same_text, since

"""How much earlier than planned a post may have gone out, by whatever clock."""

# A name begins where no other goes on: else a long text without spaces is tried at every letter.
_LINK = re.compile(r"(?:https?://)?(?<![\w-])((?:[\w-]++\.)+[\w-]{2,}[^\s]*?)/?(?=\s|$)")


def question(request: Mapping[str, Any]) -> dict[str, str | int]:
    """The parameters that ask for the account's posts since this one was due."""
    after = since(request)
    return {
        "start_time": after.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "max_results": 100,
        "exclude": "replies,retweets",
        "tweet.fields": "created_at,attachments,edit_history_tweet_ids,entities,note_tweet",
        "expansions": "attachments.media_keys",
        "media.fields": "alt_text,type",
    }


def match(request: Mapping[str, Any], page: Mapping[str, Any]) -> Receipt | None:
    """The oldest post of a page with these words and pictures; None when there is none. Transient
    when the page is not of the shape that X documents."""
    try:
        return _match(request, page)
    except UNSHAPED:
        raise Transient("a list of posts that cannot be understood", scope="host") from None


def _match(request: Mapping[str, Any], page: Mapping[str, Any]) -> Receipt | None:
    media = page.get("includes", {}).get("media", [])
    # A picture that is told without a description has none.
    alts = {one["media_key"]: str(one.get("alt_text") or "") for one in media}
    after = since(request)
    for post in reversed(page.get("data", [])):
        keys = post.get("attachments", {}).get("media_keys", [])
        told = [alts.get(key) for key in keys]
        if len(keys) != len(request["pictures"]) or not _fits(told, request["alts"]):
            continue
        late = datetime.fromisoformat(post["created_at"]) >= after
        if late and same_text(written(post), plain(request["text"])):
            return _receipt(request, post, told)
    return None


def edited(page: Mapping[str, Any]) -> bool:
    """Whether a post of a page was changed after it was made: its first words are not told."""
    posts = page.get("data")
    return any(
        isinstance(one, dict) and len(one.get("edit_history_tweet_ids") or []) > 1
        for one in (posts if isinstance(posts, list) else [])
    )


def _fits(told: list[str | None], sent: list[str]) -> bool:
    """X may have lost a description; it makes no other one."""
    return all(not one or same_text(one, two) for one, two in zip(told, sent, strict=True))


def _receipt(
    request: Mapping[str, Any], post: Mapping[str, Any], told: list[str | None]
) -> Receipt:
    echoed: dict[str, Any] = {"text": request["text"]}
    if None not in told:
        echoed["alts"] = told
    at = datetime.fromisoformat(post["created_at"])
    return Receipt(post["id"], address(post["id"]), at.astimezone(UTC), echoed)


def address(remote_id: str) -> str:
    """Where a post is seen; X leads on to its account."""
    return f"https://x.com/i/web/status/{remote_id}"


def written(post: Mapping[str, Any]) -> str:
    """The words that were written: X shortens links, adds one for the pictures, and hides < & >."""
    whole = post.get("note_tweet") or post
    text = str(whole.get("text", ""))
    for link in whole.get("entities", {}).get("urls", []):
        full = "" if link.get("media_key") else link.get("expanded_url", "")
        text = text.replace(link.get("url", ""), full)
    return plain(html.unescape(text))


def plain(text: str) -> str:
    """A text to compare: X writes a bare example.org as http://example.org."""
    return _LINK.sub(r"\1", text)


def echo(sent: str, stored: str) -> str:
    """What X says it stored, in the words that were sent where only links were shortened."""
    bare, ours = _LINK.sub("@", html.unescape(stored)), _LINK.sub("@", sent)
    same = same_text(bare, ours) or same_text(bare.removesuffix("@"), ours)
    return sent if same else stored
