"""The promise: the largest size that fits, judged on ink, or an error that says by how much."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from rendering.breaks import line_breaks
from rendering.errors import RenderError
from rendering.fit import Column, DoesNotFit, InkOutside, TextSpec, VerticalAlign, draw, fit
from rendering.shaping import MissingGlyphs

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


def test_no_text_is_smaller_than_the_smallest() -> None:
    specs = [body(text="Title", scale=1.5), body(), body(text="Source", scale=0.5)]
    sizes = [line.size for line in fit(specs, 500, 190, largest=60, smallest=20).lines]
    assert sizes[0] == round(1.5 * sizes[1])
    assert 20 <= sizes[1] < 40
    assert sizes[-1] == 20


BODY = (
    "Trafficking in persons does not require crossing a border. Many people are exploited in "
    "their own country, sometimes in their own town."
)


def body(**options: object) -> TextSpec:
    return TextSpec(**{"text": BODY, "language": "en", "direction": "ltr"} | options)  # type: ignore[arg-type]


def test_too_high_is_said_in_pixels() -> None:
    column = fit([body()], 400, 10_000, largest=30, smallest=30)
    with pytest.raises(DoesNotFit) as raised:
        fit([body()], 400, column.height - 7, largest=60, smallest=30)
    error = raised.value
    assert (error.over_px, error.axis, error.size, error.spec) == (7, "height", 30, 0)
    assert str(error) == (
        f"text is 7 px too high for 400x{column.height - 7} px at the smallest size, 30 px: "
        "“Trafficking in persons does not require…”; shorten the text or enlarge its box"
    )
    assert isinstance(error, RenderError)
    assert str(pickle.loads(pickle.dumps(error))) == str(error), "it crosses processes"
    assert fit([body()], 400, column.height, largest=30, smallest=30).lines == column.lines


def test_the_first_text_has_no_space_before_and_the_last_runs_over() -> None:
    specs = [body(space_before=5.0), body(text="Source", space_before=0.5)]
    column = fit(specs, 400, 10_000, largest=30, smallest=30)
    assert column.ink[1] < 10
    assert fit(specs, 400, column.height, largest=30, smallest=30).lines == column.lines
    with pytest.raises(DoesNotFit) as raised:
        fit(specs, 400, column.height - 1, largest=30, smallest=30)
    assert (raised.value.over_px, raised.value.spec) == (1, 1)


def test_too_wide_is_said_in_pixels() -> None:
    tag = TextSpec("see #EndHumanTrafficking", "en", "ltr")
    needed = max(line.ink[2] for line in fit([tag], 1000, 500, largest=40, smallest=40).lines)
    alone = TextSpec("#EndHumanTrafficking", "en", "ltr")
    width = fit([alone], 1000, 500, largest=40, smallest=40).ink[2]
    assert width < needed
    assert fit([tag], width, 500, largest=40, smallest=40).ink[2] == width
    with pytest.raises(DoesNotFit) as raised:
        fit([tag], width - 9, 500, largest=90, smallest=40)
    assert (raised.value.axis, raised.value.over_px) == ("width", 9)


def test_too_many_lines_are_said() -> None:
    lines = len(fit([body()], 400, 1000, largest=30, smallest=30).lines)
    with pytest.raises(DoesNotFit) as raised:
        fit([body(max_lines=lines - 2)], 400, 1000, largest=30, smallest=30)
    assert raised.value.axis == "lines"
    assert raised.value.over_px == 2 * round(1.3 * 30)
    smaller = fit([body(max_lines=lines - 2)], 400, 1000, largest=30, smallest=12)
    assert len(smaller.lines) <= lines - 2


def test_the_text_at_fault_is_named() -> None:
    specs = [body(text="short"), body(text="#" + "x" * 80), body(text="short")]
    with pytest.raises(DoesNotFit) as raised:
        fit(specs, 300, 300, largest=40, smallest=20)
    assert raised.value.spec == 1


def test_a_word_is_torn_only_at_the_smallest_size() -> None:
    long = body(text="Donaudampfschifffahrtsgesellschaftskapitän")
    whole = fit([long], 900, 300, largest=60, smallest=20)
    assert len(whole.lines) == 1
    assert whole.base_size < 60
    torn = fit([long], 200, 300, largest=60, smallest=20)
    assert torn.base_size == 20
    assert len(torn.lines) > 1


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


@pytest.mark.parametrize(("direction", "side"), [("ltr", 0), ("rtl", 2)])
def test_start_follows_the_direction(direction: str, side: int) -> None:
    arabic = body(text="مرحبًا بكم", language="ar", direction=direction)
    box = fit([arabic], 800, 200, largest=40, smallest=40).ink
    assert abs(box[side] - (800 if side else 0)) < 6
    opposite = fit([body(direction=direction, align="end")], 800, 400, largest=30, smallest=30)
    assert {line.ink[2 - side] for line in opposite.lines} == {0 if side else 800}


def test_centred_ink_is_in_the_middle() -> None:
    for line in fit([body(align="center")], 800, 400, largest=30, smallest=30).lines:
        assert abs(line.ink[0] - (800 - line.ink[2])) <= 1


@pytest.mark.parametrize("valign", ["top", "middle", "bottom"])
def test_vertical_place(valign: VerticalAlign) -> None:
    line = body(text="Hop")
    column = fit([line], 400, 300, largest=40, smallest=40, valign=valign)
    top, bottom = column.ink[1], 300 - column.ink[3]
    if valign == "middle":
        assert abs(top - bottom) <= 1
    else:
        assert (top if valign == "top" else bottom) == 0


def test_space_before_is_clear_space_between_ink() -> None:
    specs = [body(text="Hgj", scale=2.0), body(text="HHH", space_before=0.5)]
    first, second = fit(specs, 800, 400, largest=40, smallest=40).lines
    assert second.ink[1] - first.ink[3] == 20


@pytest.mark.parametrize("above", ["HHH", "nnn", "Hnn"])
@pytest.mark.parametrize("below", ["xxx", "Hxx", "nnn"])
def test_the_gap_between_texts_does_not_depend_on_the_letters_that_meet(
    above: str, below: str
) -> None:
    """A heading without descenders stands no nearer to its body than one with them."""
    specs = [body(text=above, scale=2.0), body(text=below, space_before=0.5)]
    first, second = fit(specs, 800, 400, largest=40, smallest=40).lines
    assert abs(second.baseline - first.baseline - (20 + 80 * 0.2 + 40 * 0.714)) <= 2


def test_leading_is_kept_where_ink_allows_and_widened_where_not() -> None:
    def step(text: str, language: str = "en", **options: float) -> int:
        found = fit(
            [body(text=text, language=language, **options)], 300, 900, largest=40, smallest=40
        )
        return found.lines[1].baseline - found.lines[0].baseline

    assert step(BODY) == 52
    assert step(BODY, leading=1.12) == 45
    assert step("การค้ามนุษย์ไม่จำเป็นต้องข้ามพรมแดน ผู้คน ที่นี้", "th") > 52
    tight, loose = step("Ǻg " * 12, leading=1.0, line_gap=0.0), step("Ǻg " * 12, line_gap=0.3)
    assert loose - tight == 12


def test_a_phone_number_in_isolates_stays_whole_and_left_to_right() -> None:
    text = "اتصل بنا على الرقم المجاني \u2066+39 800 290 290\u2069 ليلًا ونهارًا"
    for width in range(420, 900, 60):
        column = fit([TextSpec(text, "ar", "rtl")], width, 900, largest=40, smallest=40)
        (line,) = (line for line in column.lines if "800" in line.text)
        assert "\u2066+39 800 290 290\u2069" in line.text
        digits = [
            glyph[1] for run in line.runs if run.font.name == "NotoSans" for glyph in run.glyphs
        ]
        assert digits == sorted(digits)
        assert len(digits) == len("+39800290290")


def test_missing_glyphs_are_never_drawn_as_boxes() -> None:
    with pytest.raises(MissingGlyphs, match=r"U\+6F22") as raised:
        fit([body(text="漢")], 400, 400, largest=40, smallest=20)
    assert str(pickle.loads(pickle.dumps(raised.value))) == str(raised.value)


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


SCRIPT = """
from rendering.fit import TextSpec, draw, fit
from PIL import Image
from hashlib import sha256
specs = [TextSpec("İstanbul ışık مرحبًا שלום निःशुल्क ไทย 116 000 #Tag", "tr", "ltr", 700)]
column = fit(specs, 500, 400, largest=70, smallest=20)
canvas = Image.new("RGB", (500, 400), "white")
draw(canvas, column, 0, 0, [(0, 0, 0)])
print(column.base_size, sha256(canvas.tobytes()).hexdigest())
"""


def test_surroundings_change_nothing() -> None:
    surroundings = [
        {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C"},
        {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "LC_ALL": "tr_TR.UTF-8", "LANG": "ar"},
    ]
    outputs = {
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", SCRIPT],
            check=True,
            capture_output=True,
            cwd=Path(__file__).parents[2],
            env={**os.environ, **changed},
        ).stdout
        for changed in surroundings
    }
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("language", "direction", "texts"),
    [
        ("en", "ltr", ("ace none", "Ågy Éjp", "own", "Qjy")),
        ("ar", "rtl", ("من", "كتابةً", "ثانٍ إلى", "معكم")),
    ],
)
def test_members_of_a_list_have_evenly_spaced_baselines(
    language: str, direction: Literal["ltr", "rtl"], texts: tuple[str, ...]
) -> None:
    """Whatever letters reach up or down in a member; without ``even`` they would differ."""
    specs = [TextSpec(text, language, direction, space_before=0.3, even=True) for text in texts]
    column = fit(specs, 900, 900, largest=60, smallest=60)
    steps = {below.baseline - above.baseline for above, below in pairwise(column.lines)}
    assert max(steps) - min(steps) <= 2  # each text's reach is rounded to a pixel
    loose = fit([replace(spec, even=False) for spec in specs], 900, 900, largest=60, smallest=60)
    uneven = {below.baseline - above.baseline for above, below in pairwise(loose.lines)}
    assert max(uneven) - min(uneven) > 2
