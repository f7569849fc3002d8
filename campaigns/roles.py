"""Roles: who wrote, who reviewed, who approved. Compared as people mean them, not as typed."""

from __future__ import annotations

import unicodedata


def same_role(one: str, other: str) -> bool:
    """Whether two names mean the same role: case, spaces and punctuation do not count.

    So that a capital letter does not turn an author into somebody else.
    """
    return _plain(one) == _plain(other)


def _plain(role: str) -> str:
    folded = unicodedata.normalize("NFKC", role).casefold()
    return "".join(sign for sign in folded if sign.isalnum())
