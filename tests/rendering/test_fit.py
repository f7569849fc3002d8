"""The promise: the largest size that fits, judged on ink, or an error that says by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from rendering.breaks import line_breaks
from rendering.fit import Column, DoesNotFit, InkOutside, TextSpec, VerticalAlign, draw, fit

SOME = settings(derandomize=True, max_examples=60, deadline=None, database=None)

WORDS = (
    "jolly fjord half ȷef Éclat ÅNGSTRÖM naïve ğüşiöç İzmir çështje žena 27.6 % (maybe) « oui » – "
    "#Tag @me "
    "Άγιος ψυχή Ђурђевдан ћерка عمل مرحبًا، للأشخاص؟ (ليلًا) שלום, עִבְרִית בעירם. שָׁלוֹם "
    "हिन्दी निःशुल्क ज़रूरी বাংলা தமிழ் සිංහල ไทย ที่นี้ ລາວ ខ្មែរ ក្រុមហ៊ុន မြန်မာ ქართული "
    "Հայերեն አማርኛ 116\u00a0000 \u2066+39 800 290 290\u2069 \u2068#Tag\u2069 e\u0323\u0301 Ǻ"
).split(" ")

texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join)
columns = st.lists(
    st.builds(
        TextSpec,
        text=texts,
        language=st.sampled_from(["en", "ar", "he", "hi", "th", "tr"]),
        direction=st.sampled_from(["ltr", "rtl"]),
        weight=st.sampled_from([400, 550, 700]),
        scale=st.sampled_from([0.7, 1.0, 1.6]),
        leading=st.sampled_from([1.0, 1.3]),
        line_gap=st.sampled_from([0.0, 0.1]),
        space_before=st.sampled_from([0.0, 0.5]),
        align=st.sampled_from(["start", "center", "end"]),
    ),
    min_size=1,
    max_size=3,
)
sides = st.integers(150, 900)


def fitted(
    specs: Sequence[TextSpec],
    width: int,
    height: int,
    *,
    largest: int = 60,
    smallest: int = 12,
    valign: VerticalAlign = "top",
) -> Column | None:
    try:
        return fit(specs, width, height, largest=largest, smallest=smallest, valign=valign)
    except DoesNotFit:
        return None


def drawn(
    column: Column, left: int, top: int, colours: int = 3
) -> tuple[int, int, int, int] | None:
    """The box of the pixels that really changed, relative to the column's box."""
    width, height = column.box
    blank = Image.new("RGB", (width + 2 * left, height + 2 * top), "white")
    canvas = blank.copy()
    draw(canvas, column, left, top, [(0, 0, 0)] * colours)
    box = ImageChops.difference(canvas, blank).getbbox()
    return box and (box[0] - left, box[1] - top, box[2] - left, box[3] - top)


@SOME
@given(columns, sides, sides, st.sampled_from(["top", "middle", "bottom"]))
def test_every_drawn_pixel_lies_inside_the_box(
    specs: list[TextSpec], width: int, height: int, valign: VerticalAlign
) -> None:
    column = fitted(specs, width, height, valign=valign)
    if column is None:
        return
    box = drawn(column, 60, 70)
    assert box is not None
    assert box[0] >= 0
    assert box[1] >= 0
    assert box[2] <= width
    assert box[3] <= height
    assert all(abs(real - told) <= 1 for real, told in zip(box, column.ink, strict=True))


def torn(column: Column, specs: Sequence[TextSpec]) -> bool:
    """Whether a line ends where no line may end."""
    for index, spec in enumerate(specs):
        allowed = {item.next for item in line_breaks(spec.text, spec.language)}
        ends = accumulate(len(line.text) for line in column.lines if line.spec == index)
        if not allowed.issuperset(ends):
            return True
    return False


@SOME
@given(columns, sides, sides)
def test_no_larger_size_fits(specs: list[TextSpec], width: int, height: int) -> None:
    specs = [replace(spec, scale=max(1.0, spec.scale)) for spec in specs]
    column = fitted(specs, width, height)
    for size in range(column.base_size + 1 if column else 12, 61):
        larger = fitted(specs, width, height, largest=size, smallest=size)
        assert larger is None or torn(larger, specs)
    if column and column.base_size > 12:
        assert not torn(column, specs)


@SOME
@given(columns, sides, sides, st.integers(0, 200), st.integers(0, 200))
def test_a_larger_box_never_gets_smaller_type(
    specs: list[TextSpec], width: int, height: int, wider: int, higher: int
) -> None:
    column = fitted(specs, width, height)
    larger = fitted(specs, width + wider, height + higher)
    if column is not None:
        assert larger is not None
        assert larger.base_size >= column.base_size


@SOME
@given(columns, sides)
def test_the_lines_together_are_the_text(specs: list[TextSpec], width: int) -> None:
    column = fitted(specs, width, 10_000)
    assert column is not None
    for index, spec in enumerate(specs):
        assert "".join(line.text for line in column.lines if line.spec == index) == spec.text


@SOME
@given(columns, sides)
def test_lines_of_a_text_keep_one_distance_and_never_touch(
    specs: list[TextSpec], width: int
) -> None:
    column = fitted(specs, width, 10_000)
    assert column is not None
    for index, spec in enumerate(specs):
        lines = [line for line in column.lines if line.spec == index]
        steps = {after.baseline - before.baseline for before, after in pairwise(lines)}
        assert len(steps) <= 1
        for before, after in pairwise(lines):
            assert before.ink[3] <= after.ink[1]
            assert after.baseline - before.baseline >= round(spec.leading * after.size)


@SOME
@given(columns, sides, sides)
def test_sizes_keep_their_proportion_down_to_the_smallest(
    specs: list[TextSpec], width: int, height: int
) -> None:
    column = fitted(specs, width, height)
    if column:
        for line in column.lines:
            assert line.size == max(12, round(column.base_size * specs[line.spec].scale))


BODY = (
    "Trafficking in persons does not require crossing a border. Many people are exploited in "
    "their own country, sometimes in their own town."
)


def body(**options: object) -> TextSpec:
    return TextSpec(**{"text": BODY, "language": "en", "direction": "ltr"} | options)  # type: ignore[arg-type]


def test_empty_texts_take_no_room() -> None:
    alone = fit([body()], 500, 500, largest=40, smallest=20)
    spaced = [body(text=""), body(text=" \n"), body(space_before=3.0), body(text="")]
    assert [(line.baseline, line.text) for line in alone.lines] == [
        (line.baseline, line.text) for line in fit(spaced, 500, 500, largest=40, smallest=20).lines
    ]
    empty = fit([body(text="")], 500, 500, largest=40, smallest=20)
    assert (empty.lines, empty.height, empty.ink, empty.base_size) == ((), 0, (0, 0, 0, 0), 40)


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("align", ["start", "center", "end"])
@pytest.mark.parametrize("text", ["jaf", "فر jf", "יף (jaf)", "ڠَّر"])
def test_ink_that_hangs_out_of_its_advance_stays_inside(
    text: str, align: str, direction: str
) -> None:
    (line,) = fit(
        [body(text=text, direction=direction, align=align)], 400, 200, largest=90, smallest=90
    ).lines
    assert line.ink[0] >= 0
    assert line.ink[2] <= 400


@pytest.mark.parametrize("above", ["HHH", "nnn", "Hnn"])
@pytest.mark.parametrize("below", ["xxx", "Hxx", "nnn"])
def test_the_gap_between_texts_does_not_depend_on_the_letters_that_meet(
    above: str, below: str
) -> None:
    """A heading without descenders stands no nearer to its body than one with them."""
    specs = [body(text=above, scale=2.0), body(text=below, space_before=0.5)]
    first, second = fit(specs, 800, 400, largest=40, smallest=40).lines
    assert abs(second.baseline - first.baseline - (20 + 80 * 0.2 + 40 * 0.714)) <= 2


@pytest.mark.parametrize(("largest", "smallest"), [(10, 20), (10, 0)])
def test_sizes_must_make_sense(largest: int, smallest: int) -> None:
    with pytest.raises(ValueError, match="0 < smallest <= largest"):
        fit([body()], 400, 400, largest=largest, smallest=smallest)


def test_drawing_beyond_the_canvas_is_refused() -> None:
    column = fit([body()], 400, 400, largest=30, smallest=20)
    canvas = Image.new("RGB", (420, 420), "white")
    ink = column.ink
    places = ((421 - ink[2], 0), (-ink[0] - 1, 0), (0, -ink[1] - 1), (0, 421 - ink[3]))
    for left, top in places:
        with pytest.raises(InkOutside, match="leaves its box"):
            draw(canvas, column, left, top, [(0, 0, 0)])


def test_ink_beyond_the_box_is_refused() -> None:
    column = fit([body()], 400, 400, largest=30, smallest=20)
    _, _, right, bottom = column.ink
    for box in ((right - 1, 400), (400, bottom - 1)):
        with pytest.raises(InkOutside):
            draw(Image.new("RGB", (500, 500)), replace(column, box=box), 0, 0, [(0, 0, 0)])
    draw(Image.new("RGB", (500, 500)), replace(column, box=(right, bottom)), 0, 0, [(0, 0, 0)])


def test_each_spec_has_its_colour_on_any_canvas() -> None:
    column = fit([body(text="H"), body(text="H")], 200, 200, largest=60, smallest=60)
    for mode in ("RGB", "RGBA"):
        canvas = Image.new(mode, (200, 200), "white")
        draw(canvas, column, 0, 0, [(200, 0, 0), (0, 0, 200)])
        data = canvas.tobytes()
        step = len(mode)
        colours = {tuple(data[at : at + 3]) for at in range(0, len(data), step)}
        assert {(200, 0, 0), (0, 0, 200), (255, 255, 255)} <= colours
