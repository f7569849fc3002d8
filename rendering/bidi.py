"""The Unicode Bidirectional Algorithm (UAX #9, revision 46, Unicode 15.0) in pure Python.

`levels` gives every character of a text its embedding level; `reset_line_end` and `visual_order`
then put one line of it into the order in which it is read off the screen. Both conformance files
of the Unicode Consortium pass row by row. Rule numbers (X1, W1, N0, L1 ...) are those of the
annex. Property data comes from `bidi_data`, so the result does not depend on the interpreter.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import Literal

from rendering import bidi_data, bidi_rules
from rendering.bidi_rules import ISOLATES

Direction = Literal["ltr", "rtl", "auto"]

REMOVED = -1
"""The level of a character that rule X9 takes out (embedding controls, boundary neutrals)."""

MAX_DEPTH = 125
_EMBEDDINGS = frozenset(("LRE", "RLE", "LRO", "RLO"))
_GONE = _EMBEDDINGS | {"PDF", "BN"}
_EXPLICIT = _GONE | ISOLATES | {"PDI"}
_HANGING = frozenset(("WS", "PDI")) | ISOLATES | _GONE


_RUNS = [word.partition(":")[::2] for word in bidi_data.CLASSES.split()]
_STARTS = [int(start, 16) for start, _ in _RUNS]
_MIRRORS = dict(bidi_rules.pairs(bidi_data.MIRRORS))


@cache
def bidi_class(char: str) -> str:
    """The Bidi_Class of one character, unassigned code points included."""
    return _RUNS[bisect_right(_STARTS, ord(char)) - 1][1]


def mirrored(char: str) -> str:
    """The mirror image to show at an odd level (L4), or the character itself."""
    return _MIRRORS.get(char, char)


def levels(text: str, direction: Direction = "auto") -> list[int]:
    """The embedding level of every character, paragraph by paragraph (P1), before rule L1.

    Characters that rule X9 removes carry `REMOVED`.
    """
    classes = [bidi_class(char) for char in text]
    found: list[int] = []
    start = 0
    while start < len(text):
        end = classes.index("B", start) + 1 if "B" in classes[start:] else len(text)
        part = classes[start:end]
        base = paragraph_level(part) if direction == "auto" else int(direction == "rtl")
        found += resolve(part, base, text[start:end])
        start = end
    return found


def paragraph_level(classes: Sequence[str]) -> int:
    """P2 and P3: 1 if the first strong character outside isolates is right-to-left, else 0."""
    depth = 0
    for kind in classes:
        if kind in ISOLATES:
            depth += 1
        elif kind == "PDI":
            depth = max(0, depth - 1)
        elif depth == 0 and kind in ("L", "R", "AL"):
            return int(kind != "L")
    return 0


def resolve(classes: Sequence[str], base: int, text: str = "") -> list[int]:
    """The levels of one paragraph (X1-X10, W1-W7, N0-N2, I1-I2); `text` feeds the brackets of N0.

    `classes` are the Bidi_Classes of its characters, `base` is its paragraph level.
    """
    types = list(classes)
    if _EXPLICIT.isdisjoint(types):
        found = [base] * len(types)
        sequences = [list(range(len(types)))] if types else []
    else:
        found = _explicit(types, base)
        sequences = _sequences(classes, found)
    explicit = found[:]
    for sequence in sequences:
        _resolve_sequence(sequence, types, classes, explicit, base, text)
        for index in sequence:  # I1, I2
            kind = types[index]
            if found[index] & 1:
                found[index] += kind != "R"
            elif kind != "L":
                found[index] += 1 if kind == "R" else 2
    return found


def _explicit(types: list[str], base: int) -> list[int]:
    """X1-X9: explicit levels; applies overrides to `types` in place."""
    found = [base] * len(types)
    stack: list[tuple[int, str, bool]] = [(base, "", False)]  # level, override, opened by isolate
    overflow_isolates = overflow_embeddings = valid_isolates = 0
    level, override = base, ""
    for index, kind in enumerate(types):
        if kind not in _EXPLICIT:
            if kind != "B":
                found[index] = level
                types[index] = override or kind
            continue
        if kind in ISOLATES:
            found[index] = level
            types[index] = override or kind
            right = kind == "RLI" or (kind == "FSI" and _right_inside(types, index))
            deeper = _next_level(level, right)
            if deeper <= MAX_DEPTH and not overflow_isolates and not overflow_embeddings:
                valid_isolates += 1
                stack.append((deeper, "", True))
            else:
                overflow_isolates += 1
        elif kind == "PDI":
            if overflow_isolates:
                overflow_isolates -= 1
            elif valid_isolates:
                overflow_embeddings = 0
                while not stack.pop()[2]:
                    pass
                valid_isolates -= 1
            found[index] = stack[-1][0]
            types[index] = stack[-1][1] or kind
        else:
            found[index] = REMOVED
            if kind in _EMBEDDINGS:
                deeper = _next_level(level, kind[0] == "R")
                if deeper <= MAX_DEPTH and not overflow_isolates and not overflow_embeddings:
                    stack.append((deeper, kind[0] if kind[2] == "O" else "", False))
                elif not overflow_isolates:
                    overflow_embeddings += 1
            elif kind == "PDF" and not overflow_isolates:
                if overflow_embeddings:
                    overflow_embeddings -= 1
                elif len(stack) > 1 and not stack[-1][2]:
                    stack.pop()
        level, override, _ = stack[-1]
    return found


def _next_level(level: int, right: bool) -> int:
    return (level + 1) | 1 if right else (level + 2) & ~1


def _right_inside(types: Sequence[str], opener: int) -> bool:
    """X5c: whether the text up to the matching PDI starts with a right-to-left character."""
    depth = 1
    for index in range(opener + 1, len(types)):
        depth += (types[index] in ISOLATES) - (types[index] == "PDI")
        if depth == 0:
            return bool(paragraph_level(types[opener + 1 : index]))
    return bool(paragraph_level(types[opener + 1 :]))


def _sequences(classes: Sequence[str], found: Sequence[int]) -> list[list[int]]:
    """X10: isolating run sequences, as lists of the indices that X9 leaves."""
    runs: list[list[int]] = []
    for index, level in enumerate(found):
        if level == REMOVED:
            continue
        if runs and found[runs[-1][-1]] == level:
            runs[-1].append(index)
        else:
            runs.append([index])
    sequences: list[list[int]] = []
    matched = _matches(classes)
    waiting: dict[int, list[int]] = {}
    for run in runs:
        sequence = waiting.pop(run[0], None)
        if sequence is None:
            sequence = []
            sequences.append(sequence)
        sequence += run
        if (closer := matched.get(run[-1])) is not None:
            waiting[closer] = sequence
    return sequences


def _matches(classes: Sequence[str]) -> dict[int, int]:
    """BD9: the PDI that matches each isolate initiator."""
    stack: list[int] = []
    matched: dict[int, int] = {}
    for index, kind in enumerate(classes):
        if kind in ISOLATES:
            stack.append(index)
        elif kind == "PDI" and stack:
            matched[stack.pop()] = index
    return matched


def _resolve_sequence(
    sequence: list[int],
    types: list[str],
    classes: Sequence[str],
    explicit: Sequence[int],
    base: int,
    text: str,
) -> None:
    """W1-W7, N0-N2 on one isolating run sequence; leaves L, R, EN or AN in `types`."""
    level = explicit[sequence[0]]
    embedding = _direction(level)
    sos = _edge(explicit, range(sequence[0] - 1, -1, -1), level, base)
    if classes[sequence[-1]] in ISOLATES:  # X10: an initiator without a match
        eos = _direction(max(level, base))
    else:
        eos = _edge(explicit, range(sequence[-1] + 1, len(explicit)), level, base)
    kinds = [types[index] for index in sequence]
    bidi_rules.weak(kinds, sos)
    if text:
        chars = [text[index] for index in sequence]
        marks = [classes[index] == "NSM" for index in sequence]
        bidi_rules.brackets(kinds, chars, marks, sos, embedding)
    bidi_rules.neutral(kinds, sos, eos, embedding)
    for index, kind in zip(sequence, kinds, strict=True):
        types[index] = kind


def _direction(level: int) -> str:
    return "R" if level & 1 else "L"


def _edge(explicit: Sequence[int], beyond: range, level: int, base: int) -> str:
    """sos or eos: the higher of the two levels at the border, looking past removed characters."""
    outside = next((explicit[i] for i in beyond if explicit[i] != REMOVED), base)
    return _direction(max(level, outside))


def reset_line_end(classes: Sequence[str], found: Sequence[int], base: int) -> list[int]:
    """L1 on one line: separators, and white space before them or the line's end, go to `base`."""
    out = list(found)
    hanging = True
    for index in range(len(out) - 1, -1, -1):
        kind = classes[index]
        if kind in ("S", "B"):
            hanging = True
        elif kind not in _HANGING:
            hanging = False
        if hanging and out[index] != REMOVED:
            out[index] = base
    return out


def visual_order(found: Sequence[int]) -> list[int]:
    """L2: indices from left to right; characters that X9 removed are left out."""
    order = [index for index, level in enumerate(found) if level != REMOVED]
    odd = [level for level in found if level & 1 and level != REMOVED]
    if not odd:
        return order
    for threshold in range(max(found), min(odd) - 1, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and found[order[end]] >= threshold:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return order


def visual(text: str, direction: Direction = "auto") -> str:
    """One line as it reads from left to right, with marks after their base (L3) and mirrors (L4).

    For reports and tests; drawn text goes through the shaper, which does L3 and L4 itself.
    """
    classes = [bidi_class(char) for char in text]
    base = paragraph_level(classes) if direction == "auto" else int(direction == "rtl")
    found = reset_line_end(classes, levels(text, "rtl" if base else "ltr"), base)
    out: list[str] = []
    marks: list[str] = []
    for index in visual_order(found):
        if found[index] & 1 and classes[index] == "NSM":
            marks.append(text[index])
            continue
        out.append(mirrored(text[index]) if found[index] & 1 else text[index])
        out += reversed(marks)
        marks.clear()
    return "".join(out + marks)
