"""Bring every shipped catalogue up to date with the campaigns: ``python -m locales.update``.

``--check`` changes nothing and exits 1 when something would change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from campaigns import ContentError, Library, open_library
from locales.catalogue import SHIPPED, catalogue_path
from locales.extract import SHARED, extract_template
from locales.merge import derive_latin, merge
from locales.po import PoCatalog, format_po, parse_po, read_bytes
from locales.po_text import replace_file

SHIPPED_LOCALES = (
    "en_GB", "fr", "es", "ar", "it", "el", "tr", "pt_PT", "sr", "sr_Latn", "hr", "sq", "sl", "he",
    "bs", "mk", "mt", "ca", "de", "nl", "pl", "ro", "uk", "ru", "bg", "hu", "fa", "ur", "hi", "bn",
    "th", "my", "km", "vi", "id", "fil", "zh_Hans", "ja", "ko", "sw", "am",
)  # fmt: skip
DERIVED = {"sr_Latn": "sr"}


@dataclass(frozen=True)
class Stale:
    """A catalogue with the bytes it has, none when there is no file, and those it should have."""

    path: Path
    before: bytes
    after: bytes


def domains_of(library: Library) -> tuple[str, ...]:
    """The domains there are: the campaigns, then the shared messages."""
    return (*library.campaign_ids(), *([SHARED] if library.shared else []))


def template_of(library: Library, domain: str) -> PoCatalog:
    """The template of a campaign, or of the shared messages."""
    source = library.shared if domain == SHARED else library.campaign(domain)
    return extract_template(source, library.figures)


def update(
    library: Library,
    root: Path,
    locales: Sequence[str],
    *,
    check: bool = False,
    domains: Sequence[str] | None = None,
) -> list[Path]:
    """Merge every template into every locale; returns the files that differ from the disk.

    ``domains`` limits it to some templates. With ``check`` nothing is written. A locale derived
    from another follows what that one becomes. Raises
    :class:`~campaigns.errors.ContentError`, also when a file was saved by somebody meanwhile.
    """
    wanted = [one for one in domains_of(library) if domains is None or one in domains]
    return update_domains(library, root, dict.fromkeys(wanted, locales), check=check)


def update_domains(
    library: Library, root: Path, wanted: Mapping[str, Sequence[str]], *, check: bool = False
) -> list[Path]:
    """The same for locales by domain."""
    changed = []
    for domain, locales in wanted.items():
        if not locales:
            continue
        for stale in refreshed(template_of(library, domain), root, locales):
            changed.append(stale.path)
            if not check:
                replace_file(stale.path, stale.after, stale.before)
    return changed


def refreshed(template: PoCatalog, root: Path, locales: Sequence[str]) -> Iterator[Stale]:
    """The catalogues of one template that are not what they should be.

    Each file is read once, also where two locales depend on it.
    """
    known: dict[str, tuple[PoCatalog, bytes]] = {}
    for locale in locales:
        merged, before = _merged(template, root, locale, known)
        after = format_po(merged)
        if after != before:
            yield Stale(catalogue_path(root, locale, str(template.domain)), before, after)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command. Exit codes: 0 nothing to do or done, 1 ``--check`` found work, 2 an error."""
    parser = argparse.ArgumentParser(prog="locales.update", description=__doc__)
    parser.add_argument("locales", nargs="*", metavar="locale", help="all shipped when left out")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if stale")
    chosen = parser.parse_args(arguments)
    try:
        changed = update(
            open_library(), SHIPPED, chosen.locales or SHIPPED_LOCALES, check=chosen.check
        )
    except ContentError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for path in changed:
        word = "would change" if chosen.check else "wrote"
        sys.stdout.write(f"{word} {path.relative_to(SHIPPED)}\n")
    return 1 if chosen.check and changed else 0


def _merged(
    template: PoCatalog, root: Path, locale: str, known: dict[str, tuple[PoCatalog, bytes]]
) -> tuple[PoCatalog, bytes]:
    """What the catalogue becomes, and the bytes it has; empty when there is no file."""
    if locale not in known:
        domain, source = str(template.domain), DERIVED.get(locale, "")
        existing, raw = _read(catalogue_path(root, locale, domain), locale, domain)
        near = _root_of(source, domain, root) if source else None
        if near is None:
            merged = merge(template, existing, locale)
        elif near == root:
            merged = derive_latin(_merged(template, root, source, known)[0], existing, locale)
        else:
            cyrillic, _ = _read(catalogue_path(near, source, domain), source, domain)
            merged = derive_latin(merge(template, cyrillic, source), existing, locale)
        known[locale] = merged, raw
    return known[locale]


def _root_of(source: str, domain: str, root: Path) -> Path | None:
    """Where the catalogue lies that another is derived from: here, or among those that ship. None
    where nobody has begun it, and the other has to be translated itself."""
    for folder in (root, SHIPPED):
        if catalogue_path(folder, source, domain).is_file():
            return folder
    return None


def _read(path: Path, locale: str, domain: str) -> tuple[PoCatalog | None, bytes]:
    if not path.is_file():
        return None, b""
    raw = read_bytes(path)
    return parse_po(raw, path, locale, domain, extracted=False), raw


if __name__ == "__main__":
    sys.exit(main())
