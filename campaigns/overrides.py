"""Words that a terminology rule finds and somebody approved, in one message, with a reason.

An override is about these words only: once the text has others, it approves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaigns.errors import ContentError, Place
from campaigns.registers import records
from campaigns.roles import same_role
from campaigns.strict_yaml import Fields, as_date


@dataclass(frozen=True, slots=True)
class Override:
    """One approval: which rule, in which message of which locale, which words; by whom and why.

    ``context`` is the campaign's id, a slash and the message's context: ``our-week/leaving.more``,
    or ``shared/labels.tip``.
    """

    id: str
    rule: str
    locale: str
    context: str
    words: str
    by: str
    on: date
    why: str
    place: Place

    def __str__(self) -> str:
        return f"approved by {self.by} on {self.on.isoformat()}: {self.why}"


def load_overrides(path: Path) -> dict[str, Override]:
    """The register of approved words."""
    return records(path, "overrides", _override)


def of_message(
    overrides: Iterable[Override], locale: str, domain: str, context: str
) -> tuple[Override, ...]:
    """The overrides of one message; ``domain`` is the campaign's id, or ``shared``."""
    wanted = f"{domain}/{context}"
    return tuple(one for one in overrides if (one.locale, one.context) == (locale, wanted))


def refuse_own(overrides: Iterable[Override], campaign: str, author: str) -> None:
    """Refuse overrides in a campaign that its own author approved: somebody else does."""
    for override in overrides:
        ours = override.context.partition("/")[0] == campaign
        if ours and same_role(override.by, author):
            raise ContentError(
                override.place,
                f"overrides.{override.id}.by",
                f"'{override.by}' wrote the campaign",
                "let another role approve the words",
            )


def _override(fields: Fields) -> Override:
    return Override(
        id=fields.text("id"),
        rule=_shaped(fields, "rule", ".", "en_GB.Survivor"),
        locale=fields.text("locale"),
        context=_shaped(fields, "context", "/", "our-week/leaving.more"),
        words=fields.text("words"),
        by=fields.text("by"),
        on=as_date(fields.need("on")),
        why=fields.text("why"),
        place=fields.place,
    )


def _shaped(fields: Fields, key: str, sign: str, example: str) -> str:
    typed = fields.text(key)
    first, found, rest = typed.partition(sign)
    if not (first and found and rest):
        node = fields.need(key)
        problem = f"'{typed}' is not complete"
        raise ContentError(node.place, node.path, problem, f"write it as {example}")
    return typed
