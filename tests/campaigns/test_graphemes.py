"""Length is what people see as characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.graphemes import clusters, length
from rendering.caption import graphemes


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        ("\u2066x\u2069", 1),
        ("\u200fשָׁלוֹם", 4),
        ("👩🏽‍🦱🇷🇸 नमस्ते é", 8),
        ("می\u200cدانید", 7),
        ("กำลัง", 3),
        ("한국", 2),
    ],
)
def test_it_counts_clusters_and_no_signs_that_only_format(text: str, size: int) -> None:
    assert length(text) == size


@given(st.text(st.characters(blacklist_categories=("Cs", "Cn", "Cf", "Co")), max_size=40))
def test_it_counts_as_pictures_and_platforms_do(text: str) -> None:
    assert length(text) == graphemes(text)


@given(st.text(max_size=40))
def test_clusters_are_the_whole_text(text: str) -> None:
    assert "".join(clusters(text)) == text
