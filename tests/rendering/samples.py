"""The words of a card in every language: ``tests/samples/<tag>.json``.

Each has a heading, a body, a myth and its fact, a source, a society and a Latin hashtag, and among
them a phone number with spaces and a plus sign, digits, brackets and a quotation.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from rendering.asset import CardRequest
from tests.templates.samples import SLOTS

FOLDER = Path(__file__).parents[1] / "samples"
LANGUAGES = (
    "en fr es it pt-PT de nl pl ro hu cs sq hr sl tr mt vi id so sw el sr bg mk uk ru "
    "ar fa ur ur-Arab ps ckb he hi mr ne bn ta te si th lo km my ka hy am ti "
    "zh-Hans zh-Hant ja ko"
).split()
"""The languages that have to be right."""

Sample = dict[str, str]


@cache
def samples() -> dict[str, Sample]:
    """Every sample there is, by its file's name."""
    return {
        file.stem: json.loads(file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("*.json"))
    }


def card(sample: Sample, layout: str, form: str) -> CardRequest:
    """A card in a sample's words; what a layout asks for beyond them is said in them again."""
    words = {
        **{name: sample["label_fact"] for name in SLOTS if name.startswith("label_")},
        **{name: sample[name] for name in SLOTS if name in sample},
        "hashtag": sample["tag"],
        "helpline_name": sample["society"],
        "items": f"{sample['label_fact']}\n{sample['myth']}",
        "lead": sample["label_fact"],
        "title": sample["heading"],
    }
    return CardRequest(
        layout, form, sample["direction"], sample["language"], SLOTS | words, "crescent"
    )
