"""How often the rules are right: ``python -m tests.locales.terminology.measure``.

The corpus was written before the rules were tuned, and holds sentences no rule of words can judge.
With a file's name, prints what the English rules find in that text, for reading by hand.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from campaigns.strict_yaml import as_fields, as_text, load
from locales import terminology
from locales.terminology import Hit

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Sentence:
    """A text and the ids of the rules it breaks; none when it is fine."""

    text: str
    breaks: frozenset[str]


@dataclass(frozen=True)
class Count:
    """What was found in a corpus, in sentences and rules broken; levels below warning aside in
    ``alarms``, which are what a writer would have to answer."""

    fine: int
    alarms: tuple[tuple[str, Hit], ...]
    remarks: tuple[tuple[str, Hit], ...]
    broken: int
    missed: tuple[tuple[str, str], ...]

    @property
    def found(self) -> int:
        """How many of the broken rules were found."""
        return self.broken - len(self.missed)


def corpus(locale: str) -> Iterator[Sentence]:
    """The labelled sentences of a locale."""
    top = load(CORPUS / f"{locale}.yaml")
    for node in top.items("fine"):
        yield Sentence(as_text(node), frozenset())
    for node in top.items("wrong"):
        fields = as_fields(node)
        yield Sentence(fields.text("text"), frozenset(fields.texts("breaks")))


def measure(locale: str) -> Count:
    """Hold the rules of a locale against its corpus."""
    sentences = [*corpus(locale)]
    false = [
        (one.text, hit)
        for one in sentences
        for hit in terminology.hits(one.text, locale)
        if hit.id not in one.breaks
    ]
    missed = [
        (one.text, rule)
        for one in sentences
        for rule in sorted(one.breaks - {hit.id for hit in terminology.hits(one.text, locale)})
    ]
    return Count(
        fine=sum(not one.breaks for one in sentences),
        alarms=tuple(pair for pair in false if pair[1].level != "info"),
        remarks=tuple(pair for pair in false if pair[1].level == "info"),
        broken=sum(len(one.breaks) for one in sentences),
        missed=tuple(missed),
    )


def report(locale: str) -> str:
    """The counts in words, and every sentence that was judged wrongly."""
    count = measure(locale)
    lines = [
        f"{locale}: {count.found} of {count.broken} broken rules found;"
        f" {len(count.alarms)} false alarms and {len(count.remarks)} false remarks"
        f" ({count.fine} sentences are fine)"
    ]
    lines += [f"  false {hit.level} {hit.id} '{hit.words}': {text}" for text, hit in count.alarms]
    lines += [f"  false {hit.level} {hit.id} '{hit.words}': {text}" for text, hit in count.remarks]
    lines += [f"  missed {rule}: {text}" for text, rule in count.missed]
    return "\n".join(lines)


if __name__ == "__main__":
    if sys.argv[1:]:
        for file in sys.argv[1:]:
            for paragraph in Path(file).read_text("utf-8").splitlines():
                for hit in terminology.hits(paragraph, "en_GB"):
                    print(f"{file} {hit.level} {hit.id} '{hit.words}' in: {paragraph[:150]}")
    else:
        print("\n".join(report(file.stem) for file in sorted(CORPUS.glob("*.yaml"))))
