"""Folders of rules as somebody would write them, for the tests of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from locales.terminology.vocabulary import Vocabulary, vocabulary

META = """\
  {name}:
    id: T01
    why: Because.
    source: Somebody's advice
    reviewed_by: ""
    fails: [Wrong.]
    passes: [Right.]
"""


def rule(kind: str, body: str, *, more: str = "ignorecase: true") -> str:
    """A rule's file."""
    return f"extends: {kind}\nmessage: \"Not '%s'.\"\nlevel: error\n{more}\n{body}\n"


def tokens(*words: str, more: str = "ignorecase: true") -> str:
    """A file of forbidden words."""
    lines = "".join("\n  - '" + word.replace("'", "''") + "'" for word in words)
    return rule("existence", f"tokens:{lines}", more=more)


def folder(
    root: Path, locale: str, rules: Mapping[str, str], *, meta: str = "", sets: str = ""
) -> Path:
    """Write a locale's rules; ``meta`` is added to the record of each, ``sets`` stands above."""
    path = root / locale
    path.mkdir(parents=True)
    for name, text in rules.items():
        (path / f"{name}.yml").write_text(text, encoding="utf-8")
    records = "".join(META.format(name=name) + meta for name in rules)
    (path / "meta.yml").write_text(f"{sets}rules:\n{records}", encoding="utf-8")
    return path


def words(root: Path, locale: str, *patterns: str, **more: str) -> Vocabulary:
    """One rule that forbids some words."""
    folder(root, locale, {"Words": tokens(*patterns)}, **more)
    return vocabulary(locale, root).ready()


def found(rules: Vocabulary, text: str, *, myth: bool = False) -> list[str]:
    """The words found in a text, from left to right."""
    return [one.words for _, one in sorted(rules.found(text, myth=myth), key=lambda at: at[0])]
