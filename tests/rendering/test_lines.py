"""Lines: few, even and never wider than the limit."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.column import place
from rendering.fonts import EM, packaged
from rendering.lines import Pieces, balanced, fewest, pieces

FEW = settings(derandomize=True, max_examples=40, deadline=None, database=None)


def latin(text: str) -> Pieces:
    return pieces(text, "en", "ltr", 400, packaged())


def widths(text: Pieces, lines: list[int]) -> list[int]:
    firsts = [0, *(last + 1 for last in lines[:-1])]
    return [text.ends[last] - text.starts[first] for first, last in zip(firsts, lines, strict=True)]


words = st.lists(st.text("abcdijlmt", min_size=1, max_size=9), min_size=1, max_size=11)


@FEW
@given(words, st.integers(4, 14))
def test_balanced_lines_are_the_best_of_all_with_as_few_lines(found: list[str], em: int) -> None:
    text = latin(" ".join(found))
    limit = max(em * EM, text.widest)
    few, even = fewest(text, limit), balanced(text, limit)
    assert few is not None
    assert len(even) == len(few)
    assert max(widths(text, even)) <= limit
    end = len(text.breaks) - 1

    def price(lines: list[int]) -> int:
        return sum(w * w for w in widths(text, lines)) + sum(text.costs[last] for last in lines)

    every = ([*inner, end] for inner in combinations(range(end), len(few) - 1))
    assert price(even) == min(price(c) for c in every if max(widths(text, c)) <= limit)


@FEW
@given(words, st.integers(4, 14))
def test_no_other_setting_has_fewer_lines(found: list[str], em: int) -> None:
    text = latin(" ".join(found))
    limit = max(em * EM, text.widest)
    few, end = fewest(text, limit), len(text.breaks) - 1
    assert few is not None
    if len(few) > 1:
        fewer = ([*inner, end] for inner in combinations(range(end), len(few) - 2))
        assert all(max(widths(text, lines)) > limit for lines in fewer)


def test_torn_text_breaks_between_graphemes_but_not_in_ligatures() -> None:
    torn = pieces("office", "en", "ltr", 400, packaged(), torn=True)
    assert [item.next for item in torn.breaks] == [1, 4, 5, 6]


OVERHANGING = "jf ȷ̂ff جر رو، ڠَّ ڠ حَ (ج) fj. #jf 12 אף, jj".split(" ")


@FEW
@given(
    st.lists(st.sampled_from(OVERHANGING), min_size=1, max_size=7),
    st.sampled_from(["ltr", "rtl"]),
    st.sampled_from([" ", "\u200b"]),
)
def test_no_line_is_wider_than_its_pieces_say(found: list[str], direction: str, gap: str) -> None:
    text = pieces(gap.join(found), "ar", direction, 700, packaged(), torn=True)
    firsts = [0, *(item.next for item in text.breaks)]
    for first in range(len(text.breaks)):
        for last in range(first, len(text.breaks)):
            line = place(text.paragraph, firsts[first], text.breaks[last].end)
            if direction == "ltr":
                width = line.right - min(0, line.left)
            else:
                width = max(line.advance, line.right) - line.left
            assert width <= text.ends[last] - text.starts[first]


@pytest.mark.parametrize(
    "text", ["jar fjord jij", "في الحدود #Tag f +39 800 290", "f\u200b\u200bj"]
)
@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_edges_never_decrease(text: str, direction: str) -> None:
    found = pieces(text, "ar", direction, 700, packaged())
    assert list(found.starts) == sorted(found.starts)
    assert list(found.ends) == sorted(found.ends)
