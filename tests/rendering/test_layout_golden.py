"""Every language's sample, laid out as it was when somebody last looked at it.

``tests/samples/<tag>.json`` holds the words of a card; ``tests/golden/layout/<tag>.json`` holds
their layout in a wide and in a narrow box, and nothing else: for each line its text, size, place
and glyphs. A glyph is its number, ``@`` and its position in thousandths of an em from the line's
origin; the height follows where it is not zero. So a changed break is told from a changed glyph,
and both from a changed pixel, which is for ``test_pixels_golden``. After a change that is meant,

    python -m pytest tests/rendering/test_layout_golden.py --write-goldens

writes the layouts anew; the difference is then for a person to read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from difflib import unified_diff
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from rendering.breaks import line_breaks
from rendering.fit import Column, Line, TextSpec, fit
from rendering.fonts import EM
from tests.rendering.samples import LANGUAGES, Sample, samples

FOLDER = Path(__file__).parents[1] / "golden" / "layout"
BOXES = {"wide": (840, 560), "narrow": (420, 900)}
LARGEST, SMALLEST = 64, 14
SAMPLES = samples()
BRACKETS, QUOTES = set("()（）"), set("“”„«»「」‘’״")


def specs(sample: Sample) -> list[TextSpec]:
    """A column such as cards have: heading, body, myth, and a hashtag at the other side."""
    how: dict[str, Any] = {"language": sample["language"], "direction": sample["direction"]}
    return [
        TextSpec(sample["heading"], weight=700, scale=1.5, leading=1.12, **how),
        TextSpec(sample["body"], space_before=0.6, **how),
        TextSpec(sample["myth"], space_before=0.6, **how),
        TextSpec(sample["tag"], weight=600, scale=0.7, space_before=0.8, align="end", **how),
    ]


def laid_out(sample: Sample) -> dict[str, Column]:
    return {
        name: fit(specs(sample), *box, largest=LARGEST, smallest=SMALLEST)
        for name, box in BOXES.items()
    }


def described(columns: Mapping[str, Column]) -> dict[str, Any]:
    """The layout in plain values, as the golden files hold it."""
    return {
        name: {
            "base_size": column.base_size,
            "height": column.height,
            "lines": [_line(line) for line in column.lines],
        }
        for name, column in columns.items()
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "text": line.text,
        "size": line.size,
        "x": round(line.x, 3),
        "baseline": line.baseline,
        "runs": [
            f"{run.font.name} {run.font.weight}: " + " ".join(_glyph(*one) for one in run.placed)
            for run in line.runs
        ],
    }


def _glyph(number: int, x: int, y: int) -> str:
    across, up = (round(units * 1000 / EM) for units in (x, y))
    return f"{number}@{across},{up}" if up else f"{number}@{across}"


@pytest.mark.parametrize("tag", sorted(SAMPLES))
def test_layout(tag: str, write_goldens: bool) -> None:
    found = json.dumps(described(laid_out(SAMPLES[tag])), ensure_ascii=False, indent=1) + "\n"
    file = FOLDER / f"{tag}.json"
    if write_goldens:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert file.is_file(), f"no golden for {tag}: run with --write-goldens and look at {file}"
    golden = file.read_text(encoding="utf-8")
    if found != golden:
        lines = unified_diff(golden.splitlines(), found.splitlines(), str(file), "now", n=0)
        pytest.fail("\n".join(line.rstrip()[:160] for line in islice(lines, 30)), pytrace=False)


@pytest.mark.parametrize("tag", sorted(SAMPLES))
def test_a_sample_is_set_in_full_and_torn_nowhere(tag: str) -> None:
    for column in laid_out(SAMPLES[tag]).values():
        for index, spec in enumerate(specs(SAMPLES[tag])):
            lines = [line.text for line in column.lines if line.spec == index]
            assert "".join(lines) == spec.text
            ends = {item.next for item in line_breaks(spec.text, spec.language)}
            assert {len("".join(lines[:n])) for n in range(1, len(lines))} <= ends


@pytest.mark.parametrize("tag", sorted(SAMPLES))
def test_a_sample_holds_what_goes_wrong_easily(tag: str) -> None:
    sample = SAMPLES[tag]
    assert sample["tag"].startswith("#")
    assert sample["tag"][1:].isascii()
    assert "+00 000 000 000" in sample["body"]
    text = "".join(sample[name] for name in ("heading", "body", "myth"))
    assert any(char.isdecimal() and char != "0" for char in text), "digits"
    assert BRACKETS & set(text), "brackets"
    assert QUOTES & set(text), "a quotation"


def test_there_is_a_sample_for_every_language_and_a_golden_for_every_sample() -> None:
    assert set(LANGUAGES) <= set(SAMPLES), "languages without a sample"
    assert {file.stem for file in FOLDER.iterdir()} == set(SAMPLES)
