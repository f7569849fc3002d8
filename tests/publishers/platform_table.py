"""The table of limits in the documentation, made from what `publishers/platforms` knows.

python -m tests.publishers.platform_table        # writes docs/reference/platforms.md anew
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

from publishers.platforms import Fact, facts
from publishers.port import Budget, Prices

FILE = Path(__file__).parents[2] / "docs/reference/platforms.md"

_HEAD = """\
# What each platform allows

These limits are dated data: one file a platform in `publishers/platforms/`, each value with its
source and the day on which somebody last looked. A post is held against them when it is planned.
What an account's own server tells (Mastodon, Bluesky) goes above what stands here. This page is
made from those files; a test keeps the two equal.

How a text is counted (`text_counter`, `alt_counter`) is explained in `publishers/counting.py`:

| name | counts |
| --- | --- |
| `characters` | Unicode code points |
| `utf16_units` | UTF-16 code units: most emoji are 2 |
| `utf8_bytes` | bytes of UTF-8: an Arabic letter is 2, a Chinese one 3 |
| `graphemes` | what people see as one character |
| `mastodon` | the same, a link as 23, `@user@host` as `@user` |
| `weighted` | X: 1 for most alphabets, 2 for the rest and for any emoji, a link as 23 |
| `threads` | code points, an emoji as many as it has bytes of UTF-8 |
"""


def kinds() -> list[str]:
    """Every platform there is a file of."""
    folder = files("publishers.platforms")
    return sorted(one.name[:-5] for one in folder.iterdir() if one.name.endswith(".toml"))


def document() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(line for kind in kinds() for line in _section(kind))])


def _section(kind: str) -> Iterator[str]:
    yield from (
        f"## {kind}",
        "",
        "| what | limit | source | looked at |",
        "| --- | --- | --- | --- |",
    )
    for name, fact in facts(kind).items():
        yield f"| `{name}` | {_words(fact)} | {_escaped(fact.source)} | {fact.checked} |"
    yield ""


def _words(fact: Fact) -> str:
    value: Any = fact.value
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return f"{value:,}"
        case frozenset():
            return ", ".join(sorted(value))
        case (low, high):
            return f"{low:g} to {high:g} (width by height)"
        case Budget(posts, seconds):
            return f"{posts:,} in {_span(seconds)}"
        case Prices(post, with_link):
            return f"US${_money(post)} a post, US${_money(with_link)} with a link"
        case _:
            return str(value)


def _span(seconds: float) -> str:
    for unit, words in ((86400, "a day"), (3600, "an hour"), (60, "a minute")):
        if seconds == unit:
            return words
        if seconds % unit == 0:
            return f"{seconds / unit:g} {words.split()[1]}s"
    return f"{seconds:g} seconds"


def _money(dollars: Decimal) -> str:
    return f"{dollars:.3f}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
