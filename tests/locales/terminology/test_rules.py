"""A rule's file: what it may say, what it finds, and what is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from campaigns.errors import ContentError
from locales import terminology
from locales.terminology.patterns import MAX_PATTERN
from locales.terminology.proof import failing_examples
from locales.terminology.vocabulary import Vocabulary
from tests.locales.terminology.folders import folder, found, rule, tokens, words


def one(root: Path, text: str, *, meta: str = "", sets: str = "") -> Vocabulary:
    folder(root, "en_GB", {"One": text}, meta=meta, sets=sets)
    return terminology.vocabulary("en_GB", root).ready()


def said(rules: Vocabulary, text: str) -> list[str]:
    return [
        hit.rule.pattern.sentence(hit.words, hit.prefer)
        for _, hit in rules.found(text)
        if hit.rule.pattern
    ]


def test_existence_says_the_words(tmp_path: Path) -> None:
    assert said(one(tmp_path, tokens("prey", "evil")), "Evil prey.") == [
        "Not 'Evil'.",
        "Not 'prey'.",
    ]


def test_substitution_says_the_better_words_first(tmp_path: Path) -> None:
    text = (
        "extends: substitution\nmessage: Write %s, not %s.\nswap: {a(b)?c|d: one|two, xy: three}\n"
    )
    rules = one(tmp_path, text)
    assert said(rules, "abc xy d") == [
        "Write one / two, not abc.", "Write three, not xy.", "Write one / two, not d.",
    ]  # fmt: skip


def test_substitution_takes_the_longer_words(tmp_path: Path) -> None:
    text = "extends: substitution\nmessage: '%s'\nswap:\n  illegal: x\n  illegal migrant: person\n"
    assert said(one(tmp_path, text), "illegal migrant, illegal") == ["person", "x"]


def test_occurrence_counts_in_the_text_or_in_each_sentence(tmp_path: Path) -> None:
    text = "Stop! Now! Here! And now."
    whole = one(tmp_path / "a", rule("occurrence", "max: 2\ntoken: '!'", more="nonword: true"))
    each = rule("occurrence", "max: 1\ntoken: now", more="ignorecase: true\nscope: sentence")
    by_sentence = one(tmp_path / "b", each)
    assert found(whole, text) == ["!"]
    assert found(whole, "Stop! Now!") == []
    assert found(by_sentence, text) == []
    assert found(by_sentence, "Now! Now or now? Later.") == ["now"]


def test_consistency_keeps_to_the_first_word(tmp_path: Path) -> None:
    body = "either:\n  survivors?: 'victims?'\n  a: b"
    rules = one(tmp_path, rule("consistency", body))
    assert found(rules, "A victim or a survivor? Victims.") == ["survivor"]
    assert [hit.prefer for _, hit in rules.found("Victims and survivors")] == ["Victims"]
    assert found(rules, "Survivors and a survivor") == []


def test_exceptions_are_longer_words(tmp_path: Path) -> None:
    text = tokens("rescue", "chains") + "exceptions:\n  - search and rescue\n  - supply chains\n"
    rules = one(tmp_path, text)
    assert found(rules, "Search and Rescue, rescue, supply chains, chains") == ["rescue", "chains"]


def test_levels_of_vale_are_ours(tmp_path: Path) -> None:
    for typed, ours in {"error": "error", "warning": "warning", "suggestion": "info"}.items():
        text = tokens("prey").replace("level: error", f"level: {typed}")
        ((_, hit),) = one(tmp_path / typed, text).found("prey")
        assert hit.level == ours
    ((_, hit),) = one(tmp_path, tokens("prey").replace("level: error\n", "")).found("prey")
    assert hit.level == "warning"


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (tokens("a").replace("tokens", "token"), 5, "token: is not a known key|tokens: is missing"),
        (rule("spelling", "tokens: [a]"), 1, "'spelling' is not allowed; use one of existence"),
        (tokens("a").replace("level: error", "level: fatal"), 3, "'fatal' is not allowed"),
        (tokens("a", more="ignorecase: yes"), 4, "'yes' is not allowed; use one of true, false"),
        (tokens("a", more="scope: heading"), 4, "'heading' is not allowed"),
        (tokens("a", more="vocab: false"), 4, "vocab: is not a known key"),
        (rule("existence", "tokens: []"), 5, "is an empty list"),
        (rule("existence", "tokens: [[a]]"), 5, "must be one text"),
        (rule("substitution", "swap: {}"), 5, "is empty"),
        (rule("substitution", "swap: {a: [b]}"), 5, "must be one text"),
        (rule("occurrence", "token: a\nmax: -1"), 6, "'-1' is not a count"),
        (rule("occurrence", "token: a\nmax: ²"), 6, "'²' is not a count"),
        (rule("occurrence", "token: a"), 1, "max: is missing"),
        (tokens("a").replace("message:", "note:"), 1, "message: is missing"),
    ],
)
def test_a_file_that_says_something_else_is_refused(
    tmp_path: Path, text: str, line: int, problem: str
) -> None:
    with pytest.raises(ContentError, match=problem) as refused:
        one(tmp_path, text)
    assert refused.value.place.file.name == "One.yml"
    assert refused.value.place.line in (line, 1)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        (r"\bprey\b", r"uses \\b"),
        (r"(a)\1", r"uses \\1"),
        (r"\N{DASH}", r"uses \\N"),
        ("(?P<name>a)", "nothing before it"),
        ("(?i)a", "nothing before it"),
        ("(?R)", "nothing before it"),
        ("(?#note)", "nothing before it"),
        ("*a", "nothing before it"),
        ("a|+b", "nothing before it"),
        ("(?:a+)+", "repeats a repeat without end"),
        ("((?:a*)b?)*", "repeats a repeat without end"),
        ("(?:a{2,}){3,}", "repeats a repeat without end"),
        (r"(?:\w{0,400}){0,400}", "repeats a repeat without end"),
        (".*", "repeats any sign without end"),
        ("a.+b", "repeats any sign without end"),
        ("a)|(?:b", "is no pattern"),
        ("[a", "is no pattern"),
        ("(a", "is no pattern"),
        (r"\p{Nonsense}", "is no pattern"),
        ("a**", "is no pattern"),
        ("a" * (MAX_PATTERN + 1), "has more than 300 characters"),
    ],
)
def test_a_pattern_that_could_go_wrong_is_refused(
    tmp_path: Path, pattern: str, problem: str
) -> None:
    with pytest.raises(ContentError, match=problem) as refused:
        words(tmp_path, "en_GB", "harmless", pattern)
    assert refused.value.place.line == 7


def test_a_search_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    rules = words(tmp_path, "en_GB", "(?:a|aa)*(?:d|be)")
    with pytest.raises(ContentError, match="takes too long"):
        found(rules, "a" * 4000 + "bx")


def test_rules_and_records_belong_together(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", "en_GB", {"One": tokens("a")})
    (path / "Two.yml").write_text(tokens("b"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"Two\.yml: is not in meta\.yml; add 'Two:'"):
        terminology.vocabulary("en_GB", tmp_path / "a")
    path = folder(tmp_path / "b", "en_GB", {"One": tokens("a")})
    (path / "One.yml").unlink()
    with pytest.raises(ContentError, match=r"meta\.yml:3: rules\.One: has no file"):
        terminology.vocabulary("en_GB", tmp_path / "b")
    path = folder(tmp_path / "c", "en_GB", {"One": tokens("a")}, meta="    kind: by-hand\n")
    with pytest.raises(ContentError, match="is judged by hand, yet has a file"):
        terminology.vocabulary("en_GB", tmp_path / "c")
    (path / "One.yml").unlink()
    assert found(terminology.vocabulary("en_GB", tmp_path / "c"), "a") == []
    (tmp_path / "d" / "en_GB").mkdir(parents=True)
    (tmp_path / "d" / "en_GB" / "One.yml").write_text(tokens("a"), encoding="utf-8")
    with pytest.raises(ContentError, match=r"meta\.yml"):
        terminology.vocabulary("en_GB", tmp_path / "d")


@pytest.mark.parametrize(
    ("typed", "instead", "problem"),
    [
        ("id: T01", "id: 1", "'1' is no rule's id"),
        ("why: Because.", "because: So.", "why: is missing"),
        ("    source: Somebody's advice\n", "", "source: is missing"),
        ('    reviewed_by: ""\n', "", "reviewed_by: is missing"),
        ('reviewed_by: ""', "reviewed_by: [a]", "must be one text"),
        ("    fails: [Wrong.]\n", "", "fails: is missing"),
        ("passes: [Right.]", "passes: []", "is an empty list"),
        ("passes: [Right.]", "passes: [Right.]\n    myths: maybe", "'maybe' is not allowed"),
        ("passes: [Right.]", "passes: [Right.]\n    note: x", "note: is not a known key"),
        ("passes: [Right.]", "passes: [Right.]\n    unless: ['(a+)+']", "repeats a repeat"),
        ("rules:", "sets: {laws: [a]}\nrules:", "laws: is not a known key"),
        ("rules:", "rule:", "rules: is missing"),
    ],
)
def test_a_record_that_says_something_else_is_refused(
    tmp_path: Path, typed: str, instead: str, problem: str
) -> None:
    path = folder(tmp_path, "en_GB", {"One": tokens("a")}) / "meta.yml"
    text = path.read_text(encoding="utf-8")
    assert typed in text
    path.write_text(text.replace(typed, instead), encoding="utf-8")
    with pytest.raises(ContentError, match=problem) as refused:
        terminology.vocabulary("en_GB", tmp_path)
    assert refused.value.place.file == path


def test_an_example_that_does_not_do_what_it_says_is_named(tmp_path: Path) -> None:
    rules = one(tmp_path, tokens("right"))
    told = [str(error) for error in failing_examples(rules)]
    meta = tmp_path / "en_GB" / "meta.yml"
    assert told == [
        f"{meta}:7: en_GB.One: finds nothing in “Wrong.”; mend the rule or the example",
        f"{meta}:8: en_GB.One: finds 'Right' in “Right.”; mend the rule, or add it to 'unless'",
    ]
