"""Roles: who wrote, who reviewed, who approved. Compared as people mean them, not as typed."""

from __future__ import annotations

import unicodedata


def same_role(one: str, other: str) -> bool:
    """Whether two names mean the same role: case, spaces, punctuation and accents do not count.

    So that a capital letter, or one typed without its accent, does not turn an author into somebody
    else.
    """
    return _plain(one) == _plain(other)


def is_role(name: str) -> bool:
    """Whether a name says who somebody is: a dash is nobody."""
    return bool(_plain(name))


def _plain(role: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", role).casefold())
    return "".join(sign for sign in folded if sign.isalnum() or _is_vowel(sign))


def _is_vowel(sign: str) -> bool:
    """Whether a mark is a letter of its own, as the vowels of Indian scripts are, and no accent."""
    return unicodedata.category(sign) in ("Mn", "Mc") and not unicodedata.combining(sign)
