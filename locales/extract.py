"""What translators are given: every message of a campaign, with all they need to know about it.

Two ways to the same comments: :func:`extract_campaign` for Babel's own command, and
:func:`extract_template` for our merge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Message as PoMessage

from campaigns.loader import load_campaign
from campaigns.model import Campaign, Message
from campaigns.records import Figure
from campaigns.registers import load_shared
from campaigns.review import PLACEHOLDER
from locales.checks import STRETCH
from locales.formats import multiples
from locales.po import SOURCE_LOCALE, PoCatalog

SHARED = "shared"

EXAMPLES: Mapping[str, str] = {
    "date": "30 July",
    "day_name": "World Day against Trafficking in Persons",
    "helpline": "a telephone number",
    "helpline_name": "the name of a helpline",
    "society": "Hellenic Red Cross",
    "figure": "27.6 or 42%",
    "figure_2": "27.6 or 42%",
    "figure_3": "27.6 or 42%",
    "year": "2022",
    "count": "2",
    "total": "4",
    "source": "UNODC, 2024",
    "source_line": "Source: UNODC, 2024",
    "hashtag": "#EndHumanTrafficking",
    "url": "an address",
}


def extract_campaign(
    fileobj: IO[bytes],
    keywords: Mapping[str, Any],  # noqa: ARG001  # Babel's signature
    comment_tags: Collection[str],  # noqa: ARG001
    options: Mapping[str, Any],  # noqa: ARG001
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Babel's extraction method for ``campaign.yaml`` and ``shared.yaml``.

    ``fileobj`` must be an open file of the disk: the loader reads it by its name. Raises
    :class:`~campaigns.errors.ContentError` when the loader refuses the file.
    """
    path = Path(fileobj.name)
    shared = path.stem == SHARED
    messages = load_shared(path).values() if shared else load_campaign(path).messages()
    for message in messages:
        text = (message.context, message.text)
        yield message.place.line, "pgettext", text, comments(message)


def extract_template(
    source: Campaign | Mapping[str, Message], figures: Mapping[str, Figure] | None = None
) -> PoCatalog:
    """The template of a campaign, or of the shared messages, in the order of the file.

    ``figures`` is the register: a translation may count a figure with a scale in its own words,
    which other tools must not take for a mistake.
    """
    if isinstance(source, Campaign):
        domain, messages, locale = source.id, list(source.messages()), source.source_locale
        scaled = _scaled(source, figures or {})
    else:
        domain, messages, locale, scaled = SHARED, list(source.values()), SOURCE_LOCALE, {}
    catalog = PoCatalog(None, domain)
    catalog.source = locale
    catalog.minor = frozenset(message.context for message in messages if message.minor)
    for message in messages:
        counted = scaled.get(message.context, {})
        limit = f"max-length:{longest(message)}"
        catalog[message.text] = PoMessage(
            message.text,
            "",
            flags=[limit, "no-python-brace-format"] if counted else [limit],
            auto_comments=[*comments(message), *_ways_to_count(counted)],
            lineno=message.place.line,
            context=message.context,
        )
    return catalog


def longest(message: Message) -> int:
    """How many characters a translation may have before it is remarked on."""
    return int(STRETCH * message.max)


def comments(message: Message) -> list[str]:
    """What a translator reads above the message."""
    lines = [
        f"Where: {message.where}",
        f"What: {message.what}",
        f"Max length: {longest(message)} characters ({message.max} in English)",
    ]
    names = dict.fromkeys(PLACEHOLDER.findall(message.text))
    if names:
        lines.append("Placeholders: " + "; ".join(_placeholder(name) for name in names))
    if message.note:
        lines.append("Note: " + " ".join(message.note.split()))
    return lines


def _scaled(campaign: Campaign, figures: Mapping[str, Figure]) -> dict[str, dict[str, Figure]]:
    """The figures with a scale that a message shows, by context and placeholder."""
    found: dict[str, dict[str, Figure]] = {}
    for card in campaign.cards:
        known = {name: figures[one] for name, one in card.figures.items() if one in figures}
        for message in card.fields.values():
            for name in dict.fromkeys(PLACEHOLDER.findall(message.text)):
                if name in known and known[name].scale:
                    found.setdefault(message.context, {})[name] = known[name]
    return found


def _ways_to_count(counted: Mapping[str, Figure]) -> list[str]:
    """What stands for a figure and its scale in languages that count otherwise."""
    return [
        f"In place of {{{name}}} {figure.scale}, where your language counts so: "
        + "; ".join(
            f"{{{name}_{word}}} = {value} {word}"
            for word, value in multiples(figure, SOURCE_LOCALE).items()
        )
        for name, figure in counted.items()
    ]


def _placeholder(name: str) -> str:
    example = EXAMPLES.get(name)
    return f"{{{name}}} (for example {example})" if example else f"{{{name}}}"
