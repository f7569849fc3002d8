"""Patterns of rules: a small part of regular expressions, matched as words of a language.

A pattern comes from a file somebody wrote, so what could run for ever is refused when it is read,
and a search that takes too long is stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

import regex

from campaigns.errors import ContentError
from campaigns.strict_yaml import Text
from locales.terminology.needles import Piece, caseless, needles
from locales.terminology.plain import folded, is_turkic, signs

MAX_PATTERN = 300
MAX_PATTERNS = 300
MOST_REPEATS = 99
_SECONDS = 2.0
_SPACELESS = frozenset({"th", "km", "lo", "my", "zh", "ja"})
_CLITICS = {"ar": "(?:[وف]?(?:[بك]?(?:ال)?|لل?))", "he": "[ובכלמשה]{0,3}"}
_ARTICLES = {"ar": "(?:ال)?", "he": "ה?"}
_LETTER = r"[\p{L}\p{M}]"
_PIECE = regex.compile(
    r"""(?P<property>\\[pP]\{\w+\})
    |(?P<escape>\\.)
    |(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
    |(?P<open>\((?:\?(?:[:=!]|<[=!]))?)
    |(?P<close>\))
    |(?P<repeat>[*+?]|\{\d*,?\d*\})
    |(?P<sign>.)""",
    regex.VERBOSE | regex.DOTALL,
)
_KNOWN_ESCAPES = frozenset("wWdDsS")


class Words:
    """Some patterns of one language, searched for together.

    What a pattern may not have is refused at once; they are compiled when a text first has a part
    of one of them, since most texts have none.
    """

    def __init__(
        self,
        nodes: Sequence[Text],
        tongue: str,
        *,
        ignorecase: bool = True,
        nonword: bool = False,
    ) -> None:
        if len(nodes) > MAX_PATTERNS:
            problem = f"has {len(nodes)} patterns, {MAX_PATTERNS} allowed"
            raise ContentError(nodes[0].place, nodes[0].path, problem, "split the rule")
        self._nodes = nodes
        self._tongue, self._ignorecase, self._nonword = tongue, ignorecase, nonword
        self._pieces = [_checked(node) for node in nodes]

    @cached_property
    def _needles(self) -> frozenset[str]:
        each = [needles(pieces) for pieces in self._pieces]
        return frozenset().union(*each) if all(each) else frozenset()

    @cached_property
    def _pattern(self) -> regex.Pattern[str]:
        folding = self._tongue if self._ignorecase else ""
        sources = [_source(pieces, self._tongue, folding) for pieces in self._pieces]
        flags = regex.IGNORECASE if self._ignorecase and not is_turkic(self._tongue) else 0
        for node, source in zip(self._nodes, sources, strict=True):
            _compiled(node, source, flags)  # first each alone: a bracket must not reach the next
        return _compiled(self._nodes[0], _framed(sources, self._tongue, self._nonword), flags)

    def ready(self) -> None:
        """Compile the patterns now; what cannot be is refused."""
        _ = self._pattern

    def spans(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Where the patterns match a plain text, from left to right: start, end, which pattern."""
        if self._needles and not _has_one(caseless(text), self._needles):
            return
        looked_at = folded(text, self._tongue) if self._ignorecase else text
        try:
            for match in self._pattern.finditer(looked_at, timeout=_SECONDS):
                if match.end() > match.start():
                    yield match.start(), match.end(), _which(match, len(self._nodes))
        except TimeoutError as error:
            node = self._nodes[0]
            problem = "takes too long to search for"
            raise ContentError(node.place, node.path, problem, "simplify the patterns") from error

    def found(self, text: str) -> bool:
        """Whether any of the patterns matches a plain text."""
        return any(True for _ in self.spans(text))


def _which(match: regex.Match[str], count: int) -> int:
    return next(index for index in range(count) if match.group(f"p{index}") is not None)


def _framed(sources: Sequence[str], tongue: str, nonword: bool) -> str:
    """The alternatives, longer ones first, between the edges of a word."""
    order = sorted(range(len(sources)), key=lambda index: -len(sources[index]))
    either = "|".join(f"(?P<p{index}>{sources[index]})" for index in order)
    if nonword or tongue in _SPACELESS:
        return f"(?:{either})"
    before = f"(?<!{_LETTER}){_CLITICS.get(tongue, '')}"
    return f"{before}(?:{either})(?!{_LETTER})"


def _compiled(node: Text, source: str, flags: int) -> regex.Pattern[str]:
    try:
        return regex.compile(source, flags)
    except regex.error as error:
        raise ContentError(
            node.place, node.path, f"is no pattern ({error})", "check its brackets"
        ) from error


def _checked(node: Text) -> list[Piece]:
    """The pieces of a pattern; what it may not have is refused."""
    pieces = [_piece(match) for match in _PIECE.finditer(signs(node.value))]
    problem = _too_long(node.value) or _unknown(pieces) or _endless(pieces)
    if problem:
        remedy = "see Patterns in docs/reference/terminology.md"
        raise ContentError(node.place, node.path, problem, remedy)
    return pieces


def _source(pieces: Sequence[Piece], tongue: str, folding: str) -> str:
    return "".join(_written(piece, tongue, folding) for piece in pieces)


def _piece(match: regex.Match[str]) -> Piece:
    return str(match.lastgroup), match[0]


def _written(piece: Piece, tongue: str, folding: str) -> str:
    kind, text = piece
    if kind in ("sign", "set"):
        small = folded(text, folding) if "\\" not in text else text
        return small + (_ARTICLES.get(tongue, "") if text == " " else "")
    return text


def _too_long(pattern: str) -> str:
    return f"has more than {MAX_PATTERN} characters" if len(pattern) > MAX_PATTERN else ""


def _unknown(pieces: Sequence[Piece]) -> str:
    last = "open"
    for kind, text in pieces:
        if kind == "escape" and text[1].isalnum() and text[1] not in _KNOWN_ESCAPES:
            return f"uses {text}, which is not known here"
        if kind == "repeat" and last in ("open", "bar"):
            return f"has {text} with nothing before it"
        last = "bar" if text == "|" else kind
    return ""


def _endless(pieces: Sequence[Piece]) -> str:
    """What could keep a search busy for ever: an open repeat around another, or of any sign."""
    inside: list[bool] = [False]  # of every open bracket: whether it has an open repeat
    last, repeated = ("", ""), False
    for kind, text in pieces:
        if kind == "open":
            inside.append(False)
        elif kind == "close":
            repeated = inside.pop() if len(inside) > 1 else False
            inside[-1] |= repeated
        elif kind == "repeat" and _is_open(text):
            if last == ("sign", "."):
                return f"repeats any sign without end (.{text}); write .{{0,40}}"
            if last[0] == "close" and repeated:
                return "repeats a repeat without end"
            inside[-1] = True
        last = (kind, text)
    return ""


def _is_open(repeat: str) -> bool:
    if repeat in "*+":
        return True
    most = repeat.strip("{?}").rpartition(",")[2]
    return repeat != "?" and (not most or int(most) > MOST_REPEATS)


def _has_one(text: str, parts: frozenset[str]) -> bool:
    for part in parts:  # noqa: SIM110 - any() takes twice as long, and nothing is done more often
        if part in text:
            return True
    return False
