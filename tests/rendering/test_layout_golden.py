"""One sample a language, laid out as it was when somebody last looked at it.

Each file under tests/golden/layout/ holds a text and its layout: sizes, lines, glyph numbers, and
positions in thousandths of an em. After a change that is meant,

    python -m pytest tests/rendering/test_layout_golden.py --write-goldens

writes the layouts anew; the difference is then for a person to read.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from rendering.fit import Column, TextSpec, fit
from rendering.fonts import EM

FOLDER = Path(__file__).parents[1] / "golden" / "layout"
FILES = sorted(FOLDER.glob("*.json"))


def specs(sample: dict[str, Any]) -> list[TextSpec]:
    how = {"language": sample["language"], "direction": sample["direction"]}
    return [
        TextSpec(sample["title"], weight=700, scale=1.5, leading=1.12, max_lines=3, **how),
        TextSpec(sample["body"], space_before=0.6, **how),
        TextSpec(sample["tag"], weight=600, scale=0.7, space_before=0.8, align="end", **how),
    ]


def per_mille(units: int) -> int:
    return round(units * 1000 / EM)


def described(column: Column) -> dict[str, Any]:
    return {
        "base_size": column.base_size,
        "height": column.height,
        "lines": [
            {
                "spec": line.spec,
                "text": line.text,
                "size": line.size,
                "x": round(line.x, 3),
                "baseline": line.baseline,
                "runs": [
                    f"{run.font.name} {run.font.weight}: "
                    + " ".join(f"{g}@{per_mille(x)},{per_mille(y)}" for g, x, y in run.glyphs)
                    for run in line.runs
                ],
            }
            for line in column.lines
        ],
    }


def test_the_samples_cover_the_languages() -> None:
    languages = {"en", "fr", "es", "it", "pt", "tr", "sq", "hr", "sl", "el", "sr", "ar", "he"}
    assert languages <= {path.stem for path in FILES}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_layout(path: Path, write_goldens: bool) -> None:
    sample = json.loads(path.read_text(encoding="utf-8"))
    width, height = sample["box"]
    found = described(fit(specs(sample), width, height, largest=64, smallest=22))
    if write_goldens:
        text = json.dumps(sample | {"layout": found}, ensure_ascii=False, indent=1)
        path.write_text(text + "\n", encoding="utf-8")
    else:
        assert found == sample.get("layout")
