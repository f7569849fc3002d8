"""Words by what they do to people: the terminology of the language, and how texts are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import regex

from campaigns.overrides import Override
from locales import terminology, wording
from locales.fault import Fault

HASHTAGS = "campaign.hashtags"
"""What stands for a message's context in an approval of a hashtag's words."""
_PARTS = regex.compile(r"_+|(?<=\p{Ll})(?=\p{Lu})|(?<=\p{Lu})(?=\p{Lu}\p{Ll})")


def words(
    text: str, locale: str, context: str, allowed: Iterable[Override] = ()
) -> Iterator[Fault]:
    """What is wrong with the words of a text, whatever it translates; ``context`` is its message's,
    ``allowed`` the overrides of that message. Approved words are only information."""
    yield from wording.faults(text, locale, field=context)
    yield from _terms(text, locale, context, allowed)


def hashtags(tags: Iterable[str], locale: str, allowed: Iterable[Override] = ()) -> Iterator[Fault]:
    """What the words of a campaign's hashtags (without ``#``) do; they are in every post, and
    nobody translates them."""
    for tag in tags:
        yield from _terms(_PARTS.sub(" ", tag), locale, HASHTAGS, allowed)


def _terms(text: str, locale: str, context: str, allowed: Iterable[Override]) -> Iterator[Fault]:
    for hit in terminology.hits(text, locale, field=context, allowed=allowed):
        remedy = str(hit.approved) if hit.approved else _remedy(hit)
        why = f"{hit.why} ({hit.source})" if hit.source else hit.why
        yield Fault("terms", hit.level, f"{hit.rule}: {hit.message.rstrip('.')}", remedy, why)


def _remedy(hit: terminology.Hit) -> str:
    """What to do, without saying twice what the rule's own words say."""
    told = not hit.prefer or hit.prefer.replace("|", " / ") in hit.message
    first = "mend it" if told else f"write {hit.prefer.replace('|', ' or ')}"
    return f"{first}, or have it approved in overrides.yaml"
