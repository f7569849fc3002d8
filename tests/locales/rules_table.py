"""The reference of all rules, made from the tables that the checks read.

python -m tests.locales.rules_table        # writes docs/reference/rules.md anew
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from campaigns.review import RULES as OF_CAMPAIGNS
from campaigns.rules import Rule
from clarion.check import RULES as OF_WORKSPACES
from locales.checks.rules import RULES as OF_TRANSLATIONS
from locales.wording import RULES as OF_WORDING
from tests.project import ROOT

FILE = ROOT / "docs" / "reference" / "rules.md"

MEASURED = {"Babel's check": (0, 0), "`msgfmt -c`": (6, 0), "`pofilter`": (21, 3), "these": (35, 2)}
"""Seeded defects found, and sound texts complained of; a test holds them to what is measured."""
SEEDED = 35

_HEAD = """\
# Rules

What `clarion check` looks for. An **error** holds every card that it touches: the text would say
something else, or show wrong. A **warning** is for the writer or translator, and for nobody's
judgement but theirs. **Information** is printed with `--info` only.

For each rule the first findings are printed and the rest counted, errors first; `--all` prints
every one. `--json` has all of them with file, line, rule, level, field, problem, why and remedy.
`--junit FILE` writes them as JUnit XML: errors are failures, the rest is the output of their suite.

This page is made from the tables that the checks read; a test keeps the two equal. Each example
below is a test as well.
"""

_TERMS = """\
## Terms

`terms` finds words that harm, by the [terminology](terminology.md) of the language, in every
translation and, where it is written, in the English. Level, reason and source are those of the
single rule, which is named; the way out is the better word, or an approval in `overrides.yaml`.
"""

_PICTURES = """\
## Pictures

What a photograph may show, who agreed to it and until when: [picture rules](picture-rules.md).
"""


def document() -> str:
    """The whole page."""
    parts = [
        _HEAD,
        *_section("Campaigns", OF_CAMPAIGNS),
        *_section("Translations", OF_TRANSLATIONS),
        *_examples(OF_TRANSLATIONS),
        *_section("How texts are written", OF_WORDING),
        *_examples(OF_WORDING),
        _TERMS,
        _PICTURES,
        *_section("Workspace", OF_WORKSPACES),
        *_measured(),
    ]
    return "\n".join(parts)


def _section(title: str, rules: Mapping[str, Rule]) -> Iterator[str]:
    yield from (f"## {title}", "", "| Rule | Level | Finds | Why | Way out |")
    yield "| --- | --- | --- | --- | --- |"
    for rule in rules.values():
        said = (rule.finds, rule.why, rule.remedy)
        yield f"| `{rule.id}` | {rule.level} | {' | '.join(map(_sentence, said))} |"
    yield ""


def _examples(rules: Mapping[str, Rule]) -> Iterator[str]:
    yield from ("| Rule | Locale | English | Fails | Passes |", "| --- | --- | --- | --- | --- |")
    for rule in rules.values():
        if rule.fails and rule.passes:
            locale = rule.fails.locale if rule.fails.english else ""
            texts = (rule.fails.english, rule.fails.translation, rule.passes.translation)
            entry = f" ({rule.fails.entry})" if rule.fails.entry not in ("", rule.id) else ""
            yield f"| `{rule.id}`{entry} | {locale} | {' | '.join(map(_shown, texts))} |"
    yield ""


def _measured() -> Iterator[str]:
    yield from ("## Measured", "")
    yield f"A French catalogue with {SEEDED} defects, each once, and its twin without:"
    yield from ("", "| Checks | Found | Sound texts complained of |", "| --- | --- | --- |")
    for name, (found, false) in MEASURED.items():
        yield f"| {name} | {found} | {false} |"
    yield ""
    yield (
        "The two sound texts are those with plural forms, which a campaign's message never has. "
        "`python -m tests.locales.defect_table` measures and prints every defect."
    )
    yield ""


def _sentence(text: str) -> str:
    escaped = text[0].upper() + text[1:].replace("|", "\\|")
    return escaped if escaped.endswith(".") else f"{escaped}."


def _shown(text: str) -> str:
    """The text with what nobody would see as its number."""
    return "".join(map(_seen, text)).replace("|", "\\|").replace("<", "&lt;")


def _seen(sign: str) -> str:
    unseen = unicodedata.category(sign) in ("Cc", "Cf", "Cn", "Co", "Zl", "Zp")
    special = sign in "\u00a0\u202f" or "\u0300" <= sign <= "\u036f"
    return f"‹U+{ord(sign):04X}›" if unseen or special else sign


if __name__ == "__main__":
    FILE.write_text(document(), encoding="utf-8")
    print(f"wrote {FILE}")
