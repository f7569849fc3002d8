"""Texts that files, spreadsheets and their readers like to change, and a catalogue of them."""

from __future__ import annotations

from babel.messages.catalog import Message
from hypothesis import strategies as st

from locales.po import PoCatalog

PIECES = (
    "=", "+", "-", "@", "\t", "\r", "\n", "\r\n", "'", '"', ";", ",", "_x000D_", "x005F_", "_", "x",
    "000D", "\\u{", "\\", "u{D}", "\u200b", "\u2066", "\u2069", "\u00a0", " ", "👩🏽‍🦱", "ש", "ع",
    "\x01", "\x85", "\u2028", "\ufeff", "a", "1", "#N/A", "＝", "<", "&", "]]>", "\x1f", "é", "?",
)  # fmt: skip

TEXTS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join) | st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), max_size=30
)


def catalogue(
    *texts: tuple[str, str], fuzzy: frozenset[int] = frozenset(), locale: str = "fr"
) -> PoCatalog:
    """Messages ``card.1``.. of these English texts and translations."""
    catalog = PoCatalog(locale, "small")
    for number, (english, translation) in enumerate(texts, 1):
        catalog[english] = Message(
            english,
            translation,
            flags={"max-length:90", *(["fuzzy"] if number in fuzzy else [])},
            auto_comments=["Where: picture", "What: a heading", "Note: Keep it short."],
            context=f"card.{number}",
            lineno=number,
        )
    return catalog
