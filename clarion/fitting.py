"""A post held against its channel before anybody approves it: a text that fits, and its cost.

Nothing is ever cut. A post has several texts, one shorter than the other, and the channel gets the
first that its platform takes. Where none fits, what is wrong is said in words that name the file
or the setting to change.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from campaigns.errors import one_line
from campaigns.model import Channel
from clarion.press import HEARTS, Job
from locales import LocalisedCard
from publishers.counting import has_link
from publishers.errors import SetupError
from publishers.port import Finding, Prices, Publisher
from rendering.caption import AUTOMATIC
from scheduler.delivery import Content, Delivery, Entry, State

_PICTURE = re.compile(r"\bpicture (\d+)\b")
_COMING = frozenset({State.PLANNED, State.APPROVED})


def fit(
    content: Content, shorter: Iterator[str], validate: Callable[[Content], Sequence[Finding]]
) -> tuple[Content, Sequence[Finding]]:
    """The content as it is if ``validate`` finds nothing wrong with its text, else with the first
    shorter text of which that is true, else with the last; and what is wrong with that one."""
    findings = validate(content)
    while any(found.field == "text" for found in findings) and (text := next(shorter, "")):
        content = replace(content, text=text)
        findings = validate(content)
    return content, findings


def reasons(
    findings: Iterable[Finding], job: Job, card: LocalisedCard, channel: Channel
) -> list[str]:
    """The findings in one line each, with the place where it can be mended; what is wrong with
    several pictures alike is said once, of the first, and the others are named."""
    lines = [one_line(found.text + _way_out(found, job, card, channel)) for found in findings]
    alike: dict[str, list[str]] = {}
    for line in dict.fromkeys(lines):
        alike.setdefault(_PICTURE.sub("picture N", line, count=1), []).append(line)
    return [_of_all(ones) for ones in alike.values()]


def _of_all(lines: Sequence[str]) -> str:
    """The first of lines that differ in nothing but the number of the picture."""
    others = ", ".join(found[1] for line in lines[1:] if (found := _PICTURE.search(line)))
    return f"{lines[0]} (so it is with {others})" if others else lines[0]


def _way_out(finding: Finding, job: Job, card: LocalisedCard, channel: Channel) -> str:
    if finding.code == "hashtags.too_many":
        return f": 'hashtags' in {_source(job)}"
    if finding.code == "text.too_long":
        if channel.caption != AUTOMATIC:
            return f", or take 'caption: {channel.caption}' out of channel {channel.id}"
        heart = HEARTS.get(card.kind, "heading")
        line = " and the helpline" if card.helpline else ""
        return f", and this is its shortest text: '{heart}' of {_texts(job, card)}{line}"
    if finding.code == "alt.too_long":
        return f": it is made of the texts of {_texts(job, card)}"
    if finding.code == "picture.media_type":
        return ": 'encoding' in clarion.toml decides it"
    if finding.code.startswith("picture."):
        return f": 'format' in the settings of channel {channel.id} decides it"
    return ""


def _texts(job: Job, card: LocalisedCard) -> str:
    """The card, and the file in which its texts of this language stand."""
    catalogue = f"locales/{card.locale}/LC_MESSAGES/{card.campaign}.po"
    source = card.locale == job.campaign.source_locale
    return f"{card.campaign}/{card.card} in {_source(job) if source else catalogue}"


def _source(job: Job) -> str:
    return f"campaigns/{job.campaign.id}/campaign.yaml"


@dataclass(frozen=True)
class Cost:
    """What the coming posts on one platform cost, in US dollars, by prices of the day ``as_of``."""

    platform: str
    posts: int
    with_link: int
    dollars: Decimal
    as_of: date | None

    def __str__(self) -> str:
        posts = "1 post" if self.posts == 1 else f"{self.posts} posts"
        dollars = self.dollars.quantize(Decimal("0.01"), ROUND_CEILING)
        seen = f", at the prices of {self.as_of}" if self.as_of else ""
        return f"{self.platform}: {posts}, {self.with_link} with a link: US${dollars}{seen}"

    def as_dict(self) -> dict[str, Any]:
        """JSON values; the dollars are a text, so that no cent is lost."""
        day = self.as_of.isoformat() if self.as_of else None
        return asdict(self) | {"dollars": f"{self.dollars}", "as_of": day}


def costs(entries: Iterable[Entry], publisher_for: Callable[[Delivery], Publisher]) -> list[Cost]:
    """What it costs to post these, a line for each platform that takes money."""
    found: dict[str, list[tuple[str, Prices, date | None]]] = defaultdict(list)
    for entry in entries:
        delivery, content = entry.delivery, entry.delivery.content
        if content is None or entry.state not in _COMING:
            continue
        try:
            able = publisher_for(delivery).capabilities()
        except SetupError:
            continue  # held since, and said so
        if able.prices is not None:
            found[delivery.platform].append((content.text, able.prices, able.as_of))
    return [_cost(platform, posts) for platform, posts in sorted(found.items())]


def _cost(platform: str, posts: Sequence[tuple[str, Prices, date | None]]) -> Cost:
    linked = [has_link(text) for text, _, _ in posts]
    dollars = [
        prices.with_link if link else prices.post
        for (_, prices, _), link in zip(posts, linked, strict=True)
    ]
    days = [day for _, _, day in posts if day is not None]
    oldest = min(days, default=None)
    return Cost(platform, len(posts), sum(linked), sum(dollars, Decimal()), oldest)
