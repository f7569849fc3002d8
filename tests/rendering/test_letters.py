"""Breaks and fit, to be read: text set in squares (``tests.rendering.squares``), drawn as text.

A row of a picture is a row of pixels: ``#`` ink, ``.`` none. Unless a test says otherwise type is
one pixel an em, so a letter is a pixel, and lines stand solid, so a line is a row. Rows of letters
show the same with the letters' names. Capitals are Hebrew, and read from right to left.
"""

from __future__ import annotations

import pickle
import re
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rendering.errors import RenderError
from rendering.fit import Column, DoesNotFit, TextSpec, VerticalAlign, fit
from rendering.fonts import EM, Fonts
from rendering.lines import Pieces, balanced, fewest, pieces
from rendering.shaping import MissingGlyphs
from tests.rendering.squares import build, letters, picture, typed

SOME = settings(derandomize=True, max_examples=100, deadline=None, database=None)


@pytest.fixture(scope="module")
def fonts(tmp_path_factory: pytest.TempPathFactory) -> Fonts:
    """The squares."""
    return build(tmp_path_factory.mktemp("squares"))


Lay = Callable[..., Column]
"""Called with texts and the sides of a box; ``smallest`` and ``largest`` are 1 px if not given."""


@pytest.fixture(scope="module")
def lay(fonts: Fonts) -> Lay:
    def laid(
        *texts: TextSpec | str,
        width: int,
        height: int = 9,
        smallest: int = 1,
        largest: int = 1,
        valign: VerticalAlign = "top",
    ) -> Column:
        specs = [solid(text) if isinstance(text, str) else text for text in texts]
        return fit(
            specs, width, height, largest=largest, smallest=smallest, valign=valign, fonts=fonts
        )

    return laid


def solid(text: str, **options: object) -> TextSpec:
    """A text whose lines stand solid, from left to right unless it starts with a capital."""
    rtl = text[:1].isupper()
    usual = {"language": "he" if rtl else "en", "direction": "rtl" if rtl else "ltr"}
    spaced = {"leading": 1.0, "line_gap": 0.0}
    return TextSpec(typed(text), **usual | spaced | options)  # type: ignore[arg-type]


def inked(column: Column) -> list[str]:
    """The picture down to its last row that is not blank."""
    rows = picture(column)
    while not rows[-1].strip("."):
        del rows[-1]
    return rows


def too_much(lay: Lay, *texts: TextSpec | str, **sides: int) -> tuple[int, str]:
    """By how many pixels texts are too large for a box, and along which axis."""
    with pytest.raises(DoesNotFit) as raised:
        lay(*texts, **sides)
    return raised.value.over_px, raised.value.axis


# Lines: as few as can be, then as even as can be.


def in_pieces(text: str, fonts: Fonts) -> Pieces:
    return pieces(text, "en", "ltr", 400, fonts)


def cut(text: Pieces, lines: Sequence[int] | None) -> list[str]:
    """The visible text of each line."""
    starts = [0, *(text.breaks[last].next for last in lines or [])]
    return [
        text.paragraph.text[start : text.breaks[last].end]
        for start, last in zip(starts, lines or [], strict=False)
    ]


@pytest.mark.parametrize(
    ("text", "limit", "filled", "even"),
    [
        ("aaa bbb ccc ddd", 11, ["aaa bbb ccc", "ddd"], ["aaa bbb", "ccc ddd"]),
        ("aaa bbb ccc ddd", 10, ["aaa bbb", "ccc ddd"], ["aaa bbb", "ccc ddd"]),
        ("aaaaa bbb ccc ddd eee", 13, ["aaaaa bbb ccc", "ddd eee"], ["aaaaa bbb", "ccc ddd eee"]),
        ("aaal b cccc", 6, ["aaal b", "cccc"], ["aaal", "b cccc"]),  # no letter alone at the end
        ("aaa\nbbb ccc ddd eee", 11, ["aaa", "bbb ccc ddd", "eee"], ["aaa", "bbb ccc", "ddd eee"]),
        ("one\n\ntwo", 9, ["one", "", "two"], ["one", "", "two"]),
        ("aaa bbbb", 3, [], []),
    ],
)
def test_lines(text: str, limit: int, filled: list[str], even: list[str], fonts: Fonts) -> None:
    """``filled`` is the greedy setting, which only counts the lines; ``even`` is what is set."""
    found = in_pieces(text, fonts)
    assert cut(found, fewest(found, limit * EM)) == filled
    if filled:
        assert cut(found, balanced(found, limit * EM)) == even
    else:
        with pytest.raises(ValueError, match="wider than the limit"):
            balanced(found, limit * EM)


words = st.lists(st.text("abc", min_size=1, max_size=7), min_size=1, max_size=12).map(" ".join)


def wrapped(text: str, width: int) -> list[str]:
    """The same by the standard library, which counts letters."""
    return textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)


@SOME
@given(words, st.integers(7, 20))
def test_the_greedy_setting_is_that_of_counting_letters(
    fonts: Fonts, text: str, limit: int
) -> None:
    found = in_pieces(text, fonts)
    assert cut(found, fewest(found, limit * EM)) == wrapped(text, limit)
    assert len(balanced(found, limit * EM)) == len(wrapped(text, limit))


@SOME
@given(words, st.integers(14, 60), st.integers(4, 60))
def test_the_largest_size_is_that_of_counting_letters(
    lay: Lay, text: str, width: int, height: int
) -> None:
    """A size fits if its lines of letters fill no more than the width and no more than the height.

    The box is always wide enough for the longest word at the smallest size, so none is torn.
    """

    def fits(size: int) -> bool:
        lines = wrapped(text, width // size)
        longest = max(map(len, lines))
        return longest * size <= width and len(lines) * size <= height

    sizes = [size for size in range(2, 13) if fits(size)]
    if sizes:
        column = lay(text, width=width, height=height, smallest=2, largest=12)
        assert column.base_size == max(sizes)
        assert len(column.lines) == len(wrapped(text, width // max(sizes)))
    else:
        with pytest.raises(DoesNotFit):
            lay(text, width=width, height=height, smallest=2, largest=12)


@SOME
@given(words, st.integers(7, 20), st.integers(2, 5))
def test_a_larger_size_is_the_same_picture_enlarged(
    lay: Lay, text: str, width: int, size: int
) -> None:
    small = picture(lay(text, width=width, height=12))
    sides = {"width": width * size, "height": 12 * size}
    large = picture(lay(text, **sides, smallest=size, largest=size))
    assert large == ["".join(sign * size for sign in row) for row in small for _ in range(size)]


# Size: the largest that fits.


def test_the_largest_size_fills_the_box(lay: Lay) -> None:
    assert picture(lay("ab cd", width=7, height=6, largest=9)) == ["######."] * 6
    assert picture(lay("ab cd", width=10, height=4, largest=9)) == [
        "####..####",
        "####..####",
        "..........",
        "..........",
    ]


@pytest.mark.parametrize(
    ("width", "height", "size", "lines"),
    [
        (12, 12, 4, 3),
        (11, 12, 3, 3),
        (12, 11, 3, 3),
        (33, 3, 3, 1),
        (32, 3, 2, 1),
        (33, 2, 2, 1),
        (28, 8, 4, 2),
        (27, 8, 3, 2),
    ],
)
def test_one_pixel_less_takes_the_next_size(
    lay: Lay, width: int, height: int, size: int, lines: int
) -> None:
    column = lay("abc abc abc", width=width, height=height, largest=20)
    assert (column.base_size, len(column.lines)) == (size, lines)


def test_neither_the_largest_nor_the_smallest_size_is_passed(lay: Lay) -> None:
    assert lay("ab", width=99, height=99, largest=7).base_size == 7
    assert lay("abc", width=6, height=2, smallest=2, largest=7).base_size == 2
    assert too_much(lay, "ab cd", width=6, height=2, smallest=2, largest=7) == (2, "height")


def test_texts_of_a_column_share_one_size_and_keep_their_scale(lay: Lay) -> None:
    title, source = solid("ab", scale=2.0), solid("cd", scale=0.5)
    assert inked(lay(title, "ef", width=9, height=9, largest=9)) == [
        "########.",
        "########.",
        "########.",
        "########.",
        ".........",
        "####.....",
        "####.....",
    ]
    small = lay("ef", source, width=8, height=9, smallest=2, largest=2)
    assert [line.size for line in small.lines] == [2, 2], "not even a source gets smaller"


# Ink: what is judged, to the pixel.


def test_ink_has_to_fit_and_not_the_advance(lay: Lay) -> None:
    for text, row in (("abr", "abr."), ("jab", ".jab"), ("ABR", ".RBA"), ("JAB", "BAJ.")):
        column = lay(text, width=4)
        assert (inked(column), letters(column)) == (["####"], [row])
        assert too_much(lay, text, width=3, height=1) == (1, "height"), "torn, and then too high"
    assert too_much(lay, "#abr", width=4) == (1, "width")
    assert inked(lay("l", width=4, height=8, largest=8)) == ["####"] * 8, "half as wide as an em"


def test_ink_that_hangs_over_a_neighbour_needs_no_room(lay: Lay) -> None:
    for text, row in (("abj", "abj"), ("rab", "rab"), ("ABJ", "JBA"), ("RAB", "BAR")):
        assert letters(lay(text, width=3)) == [row]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("ab", ["##"]),
        ("ap", ["##", ".#"]),
        ("ab\u0301", [".#", "##"]),
        ("pb\u0301", [".#", "##", "#."]),
    ],
)
def test_room_is_made_for_what_goes_up_and_down_and_no_more(
    lay: Lay, text: str, rows: list[str]
) -> None:
    assert picture(lay(text, width=2, height=len(rows))) == rows
    assert lay(text, width=2, height=len(rows)).height == len(rows)
    if len(rows) > 1:
        assert too_much(lay, text, width=2, height=len(rows) - 1) == (1, "height")


def test_ink_is_told_as_it_is_drawn(lay: Lay) -> None:
    column = lay("ab pj\u0301", width=7, height=6, valign="middle")
    assert picture(column) == [
        ".......",
        "....#..",
        "##.##..",
        "...#...",
        ".......",
        ".......",
    ]
    assert column.ink == (0, 1, 5, 4)


# Too much: by how many pixels, along which axis.


@pytest.mark.parametrize(
    ("text", "width", "height", "over"),
    [
        ("ab cd ef", 2, 2, (1, "height")),
        ("ab cd ef", 2, 1, (2, "height")),
        ("ab cd ef", 5, 1, (1, "height")),
        ("ab #abcdef", 5, 9, (2, "width")),
        ("+39 800 290 290", 14, 9, (1, "width")),
    ],
)
def test_too_much_is_said_in_pixels(
    lay: Lay, text: str, width: int, height: int, over: tuple[int, str]
) -> None:
    assert too_much(lay, text, width=width, height=height) == over
    amount, axis = over
    room = {"width": width, "height": height}
    lay(text, **room | {axis: room[axis] + amount})


def test_surplus_lines_are_said_by_the_height_they_take(lay: Lay) -> None:
    two = solid("ab cd ef", max_lines=2)
    assert inked(lay(two, width=5)) == ["##...", "##.##"]
    assert too_much(lay, two, width=4) == (1, "lines")
    assert too_much(lay, replace(two, max_lines=1, leading=3.0), width=4) == (6, "lines")
    assert lay(two, width=12, height=99, smallest=1, largest=9).base_size == 2, (
        "lines are kept few by a smaller size"
    )


def test_the_text_at_fault_is_named(lay: Lay) -> None:
    for texts, at_fault in ((("ab", "#abcdef", "cd"), 1), (("ab", "cd", "ef gh"), 2)):
        with pytest.raises(DoesNotFit) as raised:
            lay(*texts, width=5, height=4)
        assert raised.value.spec == at_fault


def test_errors_say_it_in_one_line_and_cross_processes(lay: Lay) -> None:
    with pytest.raises(DoesNotFit) as too_high:
        lay("one or two more words than there is room for", width=20, height=1)
    assert str(too_high.value) == (
        "text is 2 px too high for 20x1 px at the smallest size, 1 px: "
        "“one or two more words than there is roo…”; shorten the text or enlarge its box"
    )
    with pytest.raises(MissingGlyphs) as missing:
        lay("ab ж漢 cd", width=9)
    assert missing.value.characters == "ж漢"
    for error in (too_high.value, missing.value):
        assert isinstance(error, RenderError)
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


# What stays together, and what is torn.


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("aa 116 000 bb", ["aa.....", "116.000", "bb....."]),
        ("aa +3 800 bb", ["aa.....", "+3.800.", "bb....."]),
        ("aaaa 5 km bb", ["aaaa...", "5.km.bb"]),
        ("aaaa 5 ka bb", ["aaaa...", "5.ka.bb"]),
        ("aaaaaa 5 ka bbb", ["aaaaaa.", "5.ka...", "bbb...."]),
        ("aaaa #b_c", ["aaaa...", "#b_c..."]),
        ("aaaa oui ?", ["aaaa...", "oui.?.."]),
        ("« aaa » bb", ["«.aaa.»", "bb....."]),
        ("aaaaa b\u00a0c", ["aaaaa..", "b.c...."]),
        ("aaaaa\u200bbbb", ["aaaaa..", "bbb...."]),
    ],
)
def test_what_belongs_together_stays_on_a_line(lay: Lay, text: str, rows: list[str]) -> None:
    assert letters(lay(text, width=7)) == rows


def test_words_of_thai_are_found_without_spaces(lay: Lay) -> None:
    """The sentence is “Thailand is a beautiful country”; marks stand above or hang below."""
    column = lay(solid("ประเทศไทยเป็นประเทศที่สวยงาม", language="th"), width=12)
    assert [line.text for line in column.lines] == ["ประเทศไทย", "เป็นประเทศ", "ที่สวยงาม"]


def test_a_forced_break_ends_a_line_and_an_empty_line_stays(lay: Lay) -> None:
    assert inked(lay("ab\ncdef\n\ng", width=9)) == [
        "##.......",
        "####.....",
        ".........",
        "#........",
    ]


def test_a_word_is_torn_as_the_last_resort(lay: Lay) -> None:
    """First it gets smaller; at the smallest size it is torn, evenly, but no sooner."""
    assert inked(lay("abcdef", width=12, height=4, largest=9)) == ["############"] * 2
    assert inked(lay("abcdef", width=6, height=4, largest=9)) == ["######"]
    torn = lay("abcdef", width=5, height=4, largest=9)
    assert (torn.base_size, letters(torn)) == (1, ["abc..", "def.."])
    assert too_much(lay, "abcdef", width=5, height=1, largest=9) == (1, "height")


def test_a_torn_word_keeps_its_marks_and_spares_what_is_dialled(lay: Lay) -> None:
    assert inked(lay("abc\u0301d", width=2))[1:] == ["##", "#.", "##"]
    assert letters(lay("abcdef 116 000", width=7)) == ["abcdef.", "116.000"]
    assert too_much(lay, "abcdef 116 000", width=5) == (2, "width")


# Place: along the line, and down the box.


@pytest.mark.parametrize(
    ("align", "ltr", "rtl"),
    [
        ("start", ["abc..", "d...."], ["..CBA", "....D"]),
        ("center", [".abc.", "..d.."], [".CBA.", "..D.."]),
        ("end", ["..abc", "....d"], ["CBA..", "D...."]),
    ],
)
def test_lines_are_aligned_as_their_language_reads(
    lay: Lay, align: str, ltr: list[str], rtl: list[str]
) -> None:
    for text, rows in (("abc\nd", ltr), ("ABC\nD", rtl)):
        column = lay(solid(text, align=align), width=5)
        assert letters(column) == rows
        assert inked(column) == [re.sub(r"\w", "#", row) for row in rows]


def test_the_middle_may_lie_between_pixels(lay: Lay) -> None:
    assert picture(lay(solid("ab", align="center"), width=5, height=1)) == [".+#+."]


@pytest.mark.parametrize(
    ("valign", "rows"),
    [
        ("top", ["##", ".#", "..", "..", "..", ".."]),
        ("middle", ["..", "..", "##", ".#", "..", ".."]),
        ("bottom", ["..", "..", "..", "..", "##", ".#"]),
    ],
)
def test_the_column_stands_by_its_ink(lay: Lay, valign: str, rows: list[str]) -> None:
    assert picture(lay("ap", width=2, height=6, valign=valign)) == rows


# Distance: of lines, and of texts.


def test_leading_is_the_distance_of_baselines(lay: Lay) -> None:
    assert inked(lay(solid("ab cd ef", leading=2.0), width=2)) == ["##", "..", "##", "..", "##"]
    assert inked(lay(solid("a b", leading=1.3), width=10, height=23, smallest=10, largest=10)) == [
        *["##########"] * 10,
        *[".........."] * 3,
        *["##########"] * 10,
    ]


def test_a_script_whose_marks_reach_far_has_more_room_and_a_name_in_it_has_not(lay: Lay) -> None:
    own = solid("กข คง", language="km", leading=1.0)
    assert (
        inked(lay(own, width=4, smallest=2, largest=2)) == ["####", "####", "...."] + ["####"] * 2
    )
    name = solid("ab cd", language="km", leading=1.0)
    assert inked(lay(name, width=4, smallest=2, largest=2)) == ["####"] * 4


def test_a_gap_is_kept_where_marks_and_tails_meet(lay: Lay) -> None:
    """Two ems of ink at a leading of one: lines draw apart, all of them alike."""
    high = solid("ab cd e\u0301f", line_gap=1.0)
    assert picture(lay(high, width=2, height=8)) == [
        "..",
        "##",
        "..",
        "..",
        "##",
        "..",
        "#.",
        "##",
    ]
    deep = replace(high, text="ap cd ef")
    assert picture(lay(deep, width=2, height=8)) == [
        "##",
        ".#",
        "..",
        "##",
        "..",
        "..",
        "##",
        "..",
    ]
    assert too_much(lay, high, width=2, height=7) == (1, "height")


def test_space_before_is_clear_and_the_first_text_has_none(lay: Lay) -> None:
    """In ems of the column, whatever the text's own size, and from the ink of the text above."""
    big = solid("ef", space_before=1.0, scale=2.0)
    texts = solid("ab", space_before=5.0), solid("cp", space_before=2.0), big
    column = lay(*texts, width=20, height=50, smallest=5, largest=5)
    above, middle, below = (line.ink for line in column.lines)
    assert above[1] == 0
    assert middle[1] - above[3] == 2 * 5 + 1, "a fifth of an em is kept for what may hang there"
    assert below[1] - middle[3] == 5, "here something does"


def test_members_of_a_list_are_evenly_spaced_whatever_letters_meet(lay: Lay) -> None:
    """A list with marks above and tails below in some of its members but not in others."""
    members = [solid(text, even=True) for text in ("ab", "ap", "cd", "e\u0301f", "gh")]
    room = {"width": 10, "height": 99, "smallest": 5, "largest": 5}

    def steps(texts: list[TextSpec]) -> list[int]:
        return [
            below.baseline - above.baseline for above, below in pairwise(lay(*texts, **room).lines)
        ]

    assert steps([replace(member, even=False) for member in members]) == [6, 10, 11, 6]
    assert steps(members) == [11, 11, 11, 11]


# Order: what reads from right to left, and what does not.


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("abc DEF ghi", ["abc.FED.ghi..."]),
        ("ABC def GHI", ["...IHG.def.CBA"]),
        ("abc DEF GHI", ["abc.IHG.FED..."]),
        ("abc DEF, GHI.", ["abc.IHG.,FED.."]),
        ("ABC (def) GHI", [".IHG.(def).CBA"]),
        ("ABC (DEF) 12", ["..12.(FED).CBA"]),
        ("ABC 116 000 DE", ["ED.116.000.CBA"]),
        ("ABC \u2066116 000\u2069 DE", ["ED.116.000.CBA"]),
        ("ABC #tag DE", ["...ED.#tag.CBA"]),
        ("abc #DEF ghi", ["abc.FED#.ghi.."]),
    ],
)
def test_order_of_a_mixed_line(lay: Lay, text: str, rows: list[str]) -> None:
    """Numbers to dial and hashtags keep their direction in a text of the other one."""
    assert letters(lay(text, width=14)) == rows


def test_each_line_is_put_in_order_by_itself(lay: Lay) -> None:
    assert letters(lay("abc DEF GHI klm", width=7)) == ["abc.FED", "IHG.klm"]
    assert letters(lay("ABC def ghi KLM", width=7)) == ["def.CBA", "MLK.ghi"]
