"""Rules W1 to W7 and N0 to N2 of UAX #9, on one isolating run sequence at a time.

Each function works on `kinds`, the Bidi_Classes of the characters of the sequence, in place.
"""

from __future__ import annotations

from collections.abc import Iterator

from rendering import bidi_data

ISOLATES = frozenset(("LRI", "RLI", "FSI"))

_NEUTRAL = frozenset(("B", "S", "WS", "ON", "PDI")) | ISOLATES
_BRACKET_STACK = 63
_STRONG = frozenset(("L", "R", "AL"))
_SEPARATORS = frozenset(("ES", "CS", "ET"))


def pairs(table: str) -> Iterator[tuple[str, str]]:
    """The character pairs of a table of `bidi_data`."""
    for word in table.split():
        left, _, right = word.partition(":")
        yield chr(int(left, 16)), chr(int(right, 16))


# The angle brackets U+2329/A and U+3008/9 are canonically equivalent, hence the same pair (BD14).
_SAME = {"\u2329": "\u3008", "\u232a": "\u3009"}
_CLOSING = {_SAME.get(a, a): _SAME.get(b, b) for a, b in pairs(bidi_data.BRACKETS)}
_CLOSERS = frozenset(_CLOSING.values())
_BRACKETS = frozenset(_CLOSING) | _CLOSERS | frozenset(_SAME)


def weak(kinds: list[str], sos: str) -> None:
    """W1-W7. Most texts have few of the types concerned, so each rule looks for its own first."""
    if "NSM" in kinds:
        _marks(kinds, sos)
    if "EN" in kinds and "AL" in kinds:
        _numbers(kinds, sos, "AL", "AN")  # W2
    if "AL" in kinds:  # W3
        kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    if not _SEPARATORS.isdisjoint(kinds):
        _separators(kinds)
        _terminators(kinds)
    if "EN" in kinds:
        _numbers(kinds, sos, "L", "L")  # W7


def _marks(kinds: list[str], sos: str) -> None:
    """W1: a mark takes the type of what it stands on."""
    previous = sos
    for i, kind in enumerate(kinds):
        if kind == "NSM":
            kinds[i] = "ON" if previous in ISOLATES or previous == "PDI" else previous
        previous = kinds[i]


def _numbers(kinds: list[str], sos: str, after: str, becomes: str) -> None:
    """W2 and W7: European numbers whose last strong type is `after` change."""
    strong = sos
    for i, kind in enumerate(kinds):
        if kind in _STRONG:
            strong = kind
        elif kind == "EN" and strong == after:
            kinds[i] = becomes


def _separators(kinds: list[str]) -> None:
    """W4: a single separator between two numbers of one type joins them."""
    for i in range(1, len(kinds) - 1):
        if kinds[i] in ("ES", "CS"):
            before, after = kinds[i - 1], kinds[i + 1]
            if before == after and (before == "EN" or (before == "AN" and kinds[i] == "CS")):
                kinds[i] = before


def _terminators(kinds: list[str]) -> None:
    """W5 and W6: terminators beside a European number join it; the rest turns neutral."""
    i = 0
    while i < len(kinds):
        kind = kinds[i]
        if kind == "ET":
            end = i
            while end < len(kinds) and kinds[end] == "ET":
                end += 1
            joins = (i > 0 and kinds[i - 1] == "EN") or (end < len(kinds) and kinds[end] == "EN")
            kinds[i:end] = ["EN" if joins else "ON"] * (end - i)
            i = end
            continue
        if kind in ("ES", "CS"):
            kinds[i] = "ON"
        i += 1


def _strong(kind: str) -> str:
    """How the N rules see a type: numbers count as right-to-left."""
    return "R" if kind in ("R", "EN", "AN") else kind


def brackets(
    kinds: list[str], chars: list[str], marks: list[bool], sos: str, embedding: str
) -> None:
    """N0: paired brackets take the direction of what they enclose, or of what precedes them."""
    for opener, closer in _bracket_pairs(kinds, chars):
        inside = {_strong(kind) for kind in kinds[opener + 1 : closer]} & {"L", "R"}
        if not inside:
            continue
        side = embedding
        if embedding not in inside:
            before = (_strong(kinds[i]) for i in range(opener - 1, -1, -1))
            side = next((kind for kind in before if kind in ("L", "R")), sos)
        for position in (opener, closer):
            kinds[position] = side
            following = position + 1
            while following < len(kinds) and marks[following]:
                kinds[following] = side
                following += 1


def _bracket_pairs(kinds: list[str], chars: list[str]) -> list[tuple[int, int]]:
    """BD16: positions of the bracket pairs in the sequence, by their openers."""
    if _BRACKETS.isdisjoint(chars):
        return []
    stack: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for position, char in enumerate(chars):
        if kinds[position] != "ON":
            continue
        char = _SAME.get(char, char)
        if char in _CLOSING:
            if len(stack) == _BRACKET_STACK:
                return []
            stack.append((_CLOSING[char], position))
        elif char in _CLOSERS:
            for depth in range(len(stack) - 1, -1, -1):
                if stack[depth][0] == char:
                    pairs.append((stack[depth][1], position))
                    del stack[depth:]
                    break
    return sorted(pairs)


def neutral(kinds: list[str], sos: str, eos: str, embedding: str) -> None:
    """N1 and N2: runs of neutrals take the direction they stand in, or the embedding's."""
    i = 0
    while i < len(kinds):
        if kinds[i] not in _NEUTRAL:
            i += 1
            continue
        end = i
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        before = _strong(kinds[i - 1]) if i else sos
        after = _strong(kinds[end]) if end < len(kinds) else eos
        kinds[i:end] = [before if before == after else embedding] * (end - i)
        i = end
