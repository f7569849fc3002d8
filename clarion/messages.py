"""Catalogues of a workspace: extracted, kept in step with its campaigns, signed and counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Literal

from campaigns.errors import Place
from campaigns.library import Library
from campaigns.model import Campaign, Card, Message
from campaigns.roles import same_role
from clarion.errors import ClarionError
from clarion.wiring import Studio
from locales.catalogue import SHIPPED, catalogue_path
from locales.extract import SHARED, extract_template
from locales.formats import FormatsError, parse
from locales.lookup import own_messages, shared_messages
from locales.po import CatalogueError, PoCatalog, format_po, parse_po, read_bytes
from locales.po_text import replace_file
from locales.signing import SigningError, checked_role, mark, sign_reviewed, sign_translated
from locales.update import update_domains


@dataclass
class Signed:
    """What came of signing one catalogue. ``copied`` says that the shipped file was taken into the
    workspace for it; ``refused`` are contexts by the reason why they were not signed."""

    file: Path
    signed: int = 0
    before: int = 0
    copied: bool = False
    refused: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """Somebody signs: what they say of the messages, as whom, in which locale."""

    state: Literal["translated", "reviewed"]
    role: str
    locale: str


def update_workspace(
    studio: Studio, locales: Sequence[str], campaigns: Sequence[str], *, check: bool = False
) -> list[Path]:
    """Write the catalogues of the workspace's own campaigns, those of others that it has a copy of,
    and for a language that does not ship those of all that is chosen; returns the files that
    changed, or with ``check`` those that would. A new language has to be named.
    Raises :class:`ClarionError`."""
    root = studio.settings.workspace / "locales"
    chosen = studio.campaigns(campaigns)
    own = [c for c in chosen if c.file.is_relative_to(studio.settings.workspace)]
    domains = [*(c.id for c in chosen), SHARED]
    wanted = known_locales(studio, locales) or _begun(studio)
    source = (campaign.source_locale for campaign in own)
    stale: dict[str, list[str]] = {domain: [] for domain in domains}
    for locale, domain in product(dict.fromkeys((*source, *wanted)), domains):
        if (
            domain in {campaign.id for campaign in own}
            or catalogue_path(root, locale, domain).is_file()
            or (locale in wanted and not catalogue_path(SHIPPED, locale, domain).is_file())
        ):
            stale[domain].append(locale)
    try:
        return update_domains(studio.library, root, stale, check=check)
    except OSError as error:
        raise _unwritable(error, root) from error


def hidden_workspace(
    studio: Studio, locales: Sequence[str], campaigns: Sequence[str]
) -> dict[Path, tuple[str, ...]]:
    """By file, the contexts that the shipped catalogue it hides translates otherwise from the same
    English: mended here, or corrected there."""
    domains = [*(campaign.id for campaign in studio.campaigns(campaigns)), SHARED]
    known = studio.press.catalogues
    root = studio.settings.workspace / "locales"
    found = {
        catalogue_path(root, locale, domain): known.hidden(locale, domain)
        for locale, domain in product(locales or known.locales(), domains)
        if catalogue_path(root, locale, domain).is_file()
    }
    return {file: contexts for file, contexts in found.items() if contexts}


def extract_workspace(studio: Studio, campaigns: Sequence[str], folder: Path) -> list[Path]:
    """Write ``<campaign>.pot`` of each campaign and ``shared.pot``; returns the files that changed.
    The same texts give the same bytes. Raises :class:`ClarionError`."""
    templates = [
        extract_template(campaign, studio.library.figures)
        for campaign in studio.campaigns(campaigns)
    ]
    if studio.library.shared:
        templates.append(extract_template(studio.library.shared))
    changed = []
    try:
        for template in templates:
            path, raw = folder / f"{template.domain}.pot", format_po(template)
            if not path.is_file() or path.read_bytes() != raw:
                replace_file(path, raw)
                changed.append(path)
    except OSError as error:
        raise _unwritable(error, folder) from error
    return changed


def sign_workspace(
    studio: Studio, act: Act, domains: Sequence[str] = (), cards: Sequence[str] = ()
) -> list[Signed]:
    """Put a name to messages of a locale, as their translator or their reviewer.

    ``domains`` are campaigns or ``shared``, all when left out; ``cards`` limits it to the messages
    that these cards need, shared ones too. What another translator signed stays theirs. A file is
    written whole, in the workspace only: a shipped one is copied there. In the source locale the
    campaign's author is the translator. Raises :class:`ClarionError`, and ``CatalogueError`` when a
    file is not there, cannot be read or changed meanwhile.
    """
    try:
        checked_role(act.role)
    except SigningError as error:
        raise ClarionError(str(error)) from error
    root = studio.settings.workspace / "locales"
    done = []
    for domain, author, messages in _asked(studio, domains, cards):
        found = studio.press.catalogues.find(act.locale, domain)
        if found is not None:
            source = author if act.locale == _source(studio, domain) else ""
            done.append(
                _sign_file(found.file, root, domain, _Signer(act, author, source), messages)
            )
        elif domains:
            raise _absent(act.locale, domain)
    if not done:
        raise _absent(act.locale, "any campaign")
    return done


def _sign_file(
    file: Path, root: Path, domain: str, signer: _Signer, messages: Sequence[Message]
) -> Signed:
    locale = signer.act.locale
    raw = read_bytes(file)
    catalog = parse_po(raw, file, locale, domain)
    result = Signed(catalogue_path(root, locale, domain))
    for message in messages:
        try:
            changed = signer.sign(catalog, message)
        except SigningError as error:
            result.refused.setdefault(str(error), []).append(message.context)
        else:
            result.signed += changed
            result.before += not changed
    if result.signed:
        result.copied = file != result.file
        try:
            replace_file(result.file, format_po(catalog), b"" if result.copied else raw)
        except OSError as error:
            raise _unwritable(error, root) from error
    return result


@dataclass(frozen=True)
class _Signer:
    """An act on one domain: its ``author`` may not review it, and ``source`` is the author where
    the text is its own translation."""

    act: Act
    author: str
    source: str

    def sign(self, catalog: PoCatalog, message: Message) -> bool:
        """Whether anything changed. Raises :class:`~locales.signing.SigningError`."""
        put = catalog.contexts.get(message.context)
        if put is None or put.id != message.text:
            raise SigningError("it is not up to date; run 'clarion messages update' first")
        translated = mark(catalog, put).translated_by
        if self.act.state == "translated":
            return False if translated else sign_translated(catalog, put, self.act.role)
        if self.author and same_role(self.author, self.act.role):
            raise SigningError("the reviewer is the campaign's author")
        if self.source and not translated:
            sign_translated(catalog, put, self.source)
        return sign_reviewed(catalog, put, self.act.role)


def _asked(
    studio: Studio, domains: Sequence[str], cards: Sequence[str]
) -> Iterator[tuple[str, str, list[Message]]]:
    """Each domain asked for, its author, and the messages meant."""
    names = [domain for domain in domains if domain != SHARED]
    campaigns = studio.campaigns(names) if names or not domains else []
    shown = _cards(studio.campaigns(names), cards)
    for campaign in campaigns:
        messages = list(campaign.messages())
        if cards:
            own = [card for card in campaign.cards if card.id in cards]
            messages = _once(m for card in own for m in own_messages(card, campaign))
        if messages:
            yield campaign.id, campaign.author, messages
    if not domains or SHARED in domains or cards:
        yield (
            SHARED,
            "",
            _shared(studio.library, shown) if cards else [*studio.library.shared.values()],
        )


def _cards(campaigns: Sequence[Campaign], cards: Sequence[str]) -> list[tuple[Campaign, Card]]:
    known = [(campaign, card) for campaign in campaigns for card in campaign.cards]
    for name in cards:
        if name not in {card.id for _, card in known}:
            of = ", ".join(campaign.id for campaign in campaigns)
            raise ClarionError(
                f"there is no card '{name}' in {of}; its id stands in the campaign file"
            )
    return [(campaign, card) for campaign, card in known if card.id in cards]


def _shared(library: Library, shown: Sequence[tuple[Campaign, Card]]) -> list[Message]:
    return _once(m for campaign, card in shown for m in shared_messages(card, campaign, library))


def _once(messages: Iterator[Message]) -> list[Message]:
    return list({message.context: message for message in messages}.values())


def _source(studio: Studio, domain: str) -> str:
    return "" if domain == SHARED else studio.library.campaign(domain).source_locale


def _absent(locale: str, domain: str) -> CatalogueError:
    remedy = f"run 'clarion messages update --locale {locale}' and have it translated"
    return CatalogueError(Place(Path(locale)), "", f"there is no catalogue of {domain}", remedy)


def _unwritable(error: OSError, root: Path) -> ClarionError:
    return ClarionError(
        f"{error.filename or root}: {error.strerror}; give write permission or free some space"
    )


def _begun(studio: Studio) -> tuple[str, ...]:
    """The societies' locales that the workspace has begun to translate."""
    root = studio.settings.workspace / "locales"
    used = dict.fromkeys(locale for s in studio.societies() for locale in s.locales)
    return tuple(locale for locale in used if (root / locale).is_dir())


def known_locales(studio: Studio, locales: Sequence[str]) -> Sequence[str]:
    """The locales, each of which a society uses or CLDR knows. Raises :class:`ClarionError`."""
    used = {locale for s in studio.library.societies.values() for locale in s.locales}
    for locale in locales:
        try:
            if locale not in used:
                parse(locale)
        except FormatsError as error:
            raise ClarionError(
                f"there is no locale '{locale}'; write one such as fr, pt_PT or sr_Latn, or give "
                "it to a society first"
            ) from error
    return locales
