"""The facts of a post that some publishers cannot do without."""

from __future__ import annotations

from collections.abc import Mapping

from publishers.limits import missing
from publishers.port import Finding, Post


def society_of(facts: Mapping[str, str]) -> str:
    """The society's name in the post's language, on one line; its id where no name is told."""
    return " ".join((facts.get("society_name") or facts.get("society", "")).split())


def lacking(post: Post, *names: str) -> list[Finding]:
    """A finding for each of these facts that is not told, and one when the post has no instant."""
    found = [
        missing("fact.missing", f"facts.{name}", f"the post does not tell its {name}; add it")
        for name in names
        if not post.facts.get(name, "").strip()
    ]
    try:
        _ = post.due
    except ValueError:
        text = "the post does not tell when it is due; add 'utc_time', as 2027-07-30 07:00"
        found.append(missing("fact.missing", "facts.utc_time", text))
    return found
