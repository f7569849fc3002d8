"""Whether every rule does what its own examples say."""

from __future__ import annotations

from collections.abc import Iterator

from campaigns.errors import ContentError
from campaigns.strict_yaml import Text
from locales.terminology.vocabulary import Rule, Vocabulary


def failing_examples(words: Vocabulary) -> Iterator[ContentError]:
    """Every example in which a rule finds nothing though it should, or something though not."""
    for rule in words.rules:
        if rule.pattern is None:
            continue
        for example in rule.meta.fails:
            if not _finds(words, rule, example):
                yield _refused(rule, example, "finds nothing in", "mend the rule or the example")
        for example in rule.meta.passes:
            if found := _finds(words, rule, example):
                problem = f"finds '{found[0]}' in"
                yield _refused(rule, example, problem, "mend the rule, or add it to 'unless'")


def _finds(words: Vocabulary, rule: Rule, example: Text) -> list[str]:
    return [found.words for _, found in words.found(example.value) if found.rule is rule]


def _refused(rule: Rule, example: Text, problem: str, remedy: str) -> ContentError:
    return ContentError(example.place, rule.name, f"{problem} “{example.value}”", remedy)
