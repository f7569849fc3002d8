"""UAX #9: every row of both conformance files, and what the files leave out (P1, L3, L4)."""

from __future__ import annotations

import lzma
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rendering import bidi, bidi_data

FILES = Path(__file__).parent / "unicode"


def lines(name: str) -> Iterator[str]:
    with lzma.open(FILES / f"{name}.txt.xz", "rt", encoding="utf-8") as file:
        assert f"{name}-{bidi_data.VERSION}.txt" in next(file), "another version than our data"
        for line in file:
            if data := line.partition("#")[0].strip():
                yield data


def numbers(field: str) -> list[int]:
    return [bidi.REMOVED if word == "x" else int(word) for word in field.split()]


def outcome(classes: Sequence[str], base: int, text: str = "") -> tuple[list[int], list[int]]:
    found = bidi.reset_line_end(classes, bidi.resolve(classes, base, text), base)
    return found, bidi.visual_order(found)


def test_every_row_of_bidi_character_test() -> None:
    rows, wrong = 0, []
    for line in lines("BidiCharacterTest"):
        codes, direction, base, levels, order = line.split(";")
        text = "".join(chr(int(code, 16)) for code in codes.split())
        classes = [bidi.bidi_class(char) for char in text]
        level = bidi.paragraph_level(classes) if direction == "2" else int(direction)
        got = outcome(classes, level, text)
        rows += 1
        if level != int(base) or got != (numbers(levels), numbers(order)):
            wrong.append((line, level, got))
    assert not wrong, f"{len(wrong)} rows differ, the first: {wrong[0]}"
    assert rows == 91_707


def test_every_row_of_bidi_test() -> None:
    rows, wrong = 0, []
    want: dict[str, list[int]] = {}
    for line in lines("BidiTest"):
        if line.startswith("@"):
            name, _, field = line.partition(":")
            want[name] = numbers(field)
            continue
        field, _, bits = line.partition(";")
        classes = field.split()
        bases = [int(bits) & 1 and bidi.paragraph_level(classes), 0, 1]
        asked = [base for bit, base in zip((1, 2, 4), bases, strict=True) if int(bits) & bit]
        rows += len(asked)
        for base in set(asked):  # automatic direction comes to one of the two others
            got = outcome(classes, base)
            if got != (want["@Levels"], want["@Reorder"]):
                wrong.append((line, base, got))
    assert not wrong, f"{len(wrong)} rows differ, the first: {wrong[0]}"
    assert rows == 770_241


@pytest.mark.parametrize(
    ("char", "kind"),
    [
        ("a", "L"),
        ("א", "R"),
        ("ع", "AL"),
        ("7", "EN"),
        ("٧", "AN"),
        ("\u0378", "L"),  # unassigned, no right-to-left block
        ("\u05ff", "R"),  # unassigned in Hebrew
        ("\u061d", "AL"),  # assigned after the data of Python 3.9
        ("\u20cf", "ET"),  # unassigned among currency signs
        ("\U0001eeff", "AL"),
        ("\ufdd0", "BN"),  # noncharacter
        ("\U0010ffff", "BN"),
    ],
)
def test_class_of_assigned_and_unassigned_characters(char: str, kind: str) -> None:
    assert bidi.bidi_class(char) == kind


def test_each_paragraph_has_its_own_direction() -> None:
    assert bidi.levels("ab\nאב\nab") == [0, 0, 0, 1, 1, 1, 0, 0]
    assert bidi.levels("ab\nאב", "rtl") == [2, 2, 1, 1, 1]


def test_brackets_are_mirrored_at_odd_levels_only() -> None:
    assert bidi.visual("אב (גד) ab (cd)", "rtl") == "ab (cd) (דג) בא"


def test_marks_follow_their_base_at_odd_levels() -> None:
    assert bidi.visual("אָבּ", "rtl") == "בּאָ"
    assert bidi.visual("א\u05c1\u05b8ב", "rtl") == "בא\u05c1\u05b8"


def test_isolates_keep_a_number_and_a_tag_readable() -> None:
    bare = bidi.visual("אב 116 000 #Tag", "rtl")
    assert bare == "Tag# 000 116 בא", "if this changes, isolates are no longer needed"
    isolated = bidi.visual("אב \u2066116 000\u2069 \u2066#Tag\u2069", "rtl")
    assert isolated.translate(dict.fromkeys((0x2066, 0x2069))) == "#Tag 116 000 בא"
