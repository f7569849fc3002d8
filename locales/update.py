"""Bring every shipped catalogue up to date with the campaigns: ``python -m locales.update``.

``--check`` changes nothing and exits 1 when something would change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from campaigns import ContentError, Library, open_library
from locales.catalogue import SHIPPED, catalogue_path
from locales.extract import extract_template
from locales.merge import derive_latin, merge
from locales.po import PoCatalog, format_po, read_po, write_po

SHIPPED_LOCALES = (
    "en_GB", "fr", "es", "ar", "it", "el", "tr", "pt_PT", "sr", "sr_Latn", "hr", "sq", "sl", "he",
)  # fmt: skip
DERIVED = {"sr_Latn": "sr"}


def templates(library: Library) -> Iterator[PoCatalog]:
    """The templates of all campaigns, then of the shared messages."""
    for campaign_id in library.campaign_ids():
        yield extract_template(library.campaign(campaign_id))
    if library.shared:
        yield extract_template(library.shared)


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
    from another follows what that one becomes.
    """
    changed = []
    for template in templates(library):
        if domains is not None and template.domain not in domains:
            continue
        for locale in locales:
            fresh = _fresh(template, root, locale)
            path = catalogue_path(root, locale, str(template.domain))
            if not path.is_file() or path.read_bytes() != format_po(fresh):
                changed.append(path)
                if not check:
                    write_po(fresh, path)
    return changed


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


def _fresh(template: PoCatalog, root: Path, locale: str) -> PoCatalog:
    existing = _existing(root, locale, str(template.domain))
    source = DERIVED.get(locale)
    if source is None:
        return merge(template, existing, locale)
    cyrillic = merge(template, _existing(root, source, str(template.domain)), source)
    return derive_latin(cyrillic, existing, locale)


def _existing(root: Path, locale: str, domain: str) -> PoCatalog | None:
    path = catalogue_path(root, locale, domain)
    return read_po(path, locale, domain) if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
