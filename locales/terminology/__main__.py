"""Read the rules of some locales, or of all, and try every example: ``python -m
locales.terminology fr``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from campaigns.errors import ContentError
from locales.terminology.proof import failing_examples
from locales.terminology.vocabulary import META, SHIPPED, vocabulary


def main(locales: list[str]) -> int:
    """Print a line for every locale and for everything wrong; 1 when something is."""
    bad = 0
    for locale in locales or sorted(file.parent.name for file in SHIPPED.glob(f"*/{META}")):
        problems = [*_problems(locale)]
        bad += bool(problems)
        rules = "" if problems else f"{len(vocabulary(locale).rules)} rules"
        sys.stdout.write("\n".join([f"{locale}: {rules}", *problems]) + "\n")
    return min(bad, 1)


def _problems(locale: str) -> Iterator[str]:
    try:
        words = vocabulary(locale).ready()
    except ContentError as error:
        yield str(error)
        return
    if not words.rules:
        yield "has no rules"
    yield from map(str, failing_examples(words))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
