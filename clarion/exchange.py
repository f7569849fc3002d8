"""Translations out to those who make them, and back in: as PO files or as flat sheets.

What goes out is what ``clarion messages update`` would write, so nobody translates an old text.
What comes back is weighed message by message (:mod:`locales.bring`), and only then is a catalogue
of the workspace replaced; a shipped one is never touched, its copy there takes its place.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from campaigns.errors import ContentError, Place
from campaigns.model import Message
from campaigns.review import Finding
from clarion.errors import ClarionError
from clarion.screenshots import Album, photograph
from clarion.wiring import Studio
from locales import check_catalogue, load_catalogue, merge
from locales.bring import FINE, Bringer, Outcome, Result
from locales.catalogue import SHIPPED, catalogue_path
from locales.extract import SHARED
from locales.parcel import Parcel, addressed, open_parcel
from locales.po import PoCatalog, format_po, read_po, write_po
from locales.po_text import replace_file
from locales.sheet import Only, rows, wanted
from locales.signing import SigningError
from locales.spreadsheet import write_csv, write_xlsx
from locales.terminology import read_glossary
from locales.terminology.tbx import flat, tbx
from locales.update import DERIVED, domains_of, template_of
from rendering.build import Progress

Form = Literal["csv", "xlsx", "po"]
Glossary = Literal["csv", "tbx"]


@dataclass
class Exported:
    """The files that were written, how many messages each holds, and what was left out."""

    folder: Path
    files: dict[Path, int] = field(default_factory=dict)
    album: Album = field(default_factory=Album)
    nothing: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wish:
    """What to export."""

    locale: str
    campaigns: Sequence[str] = ()
    form: Form = "xlsx"
    only: Only = Only.ALL
    screenshots: bool = False
    glossary: Glossary | None = None


def export(
    studio: Studio, wish: Wish, folder: Path, today: date, progress: Progress | None = None
) -> Exported:
    """Write a file for each campaign, and one for the shared messages. Raises
    :class:`ClarionError` and ``ContentError``."""
    chosen = studio.campaigns(wish.campaigns)
    names = (*(campaign.id for campaign in chosen), SHARED)
    catalogs = [_in_step(studio, wish.locale, name) for name in names]
    done = Exported(folder)
    if wish.screenshots:
        done.album = photograph(studio, chosen, wish.locale, today, progress)
    made = {name: data for catalog in catalogs for name, data in _file(catalog, wish, done)}
    if wish.glossary:
        name = f"glossary.{wish.locale}.{wish.glossary}"
        made[name] = (_glossary(wish.locale, wish.glossary), 0)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        done.album.copy_to(folder)
        for name, (data, count) in made.items():
            (folder / name).write_bytes(data)
            done.files[folder / name] = count
    except OSError as error:
        where = error.filename or folder
        raise ClarionError(f"{where}: {error.strerror}; choose another folder") from error
    return done


@dataclass
class Brought:
    """One file that came back: row by row what became of it, and what the checks now say."""

    file: Path
    catalogue: Path
    locale: str
    domain: str
    results: list[Result]
    findings: list[Finding]
    written: bool

    @property
    def fine(self) -> bool:
        """Whether everything the translator wanted is in the catalogue."""
        return all(one.outcome in FINE for one in self.results)


def bring_back(
    studio: Studio,
    files: Sequence[Path],
    role: str,
    locale: str = "",
    *,
    dry_run: bool = False,
    replace: bool = False,
) -> list[Brought]:
    """Take what the files bring; nothing is written before all of them could be read."""
    parcels = [_open(studio, file, locale) for file in files]
    return [_bring(studio, one, role, dry_run=dry_run, replace=replace) for one in parcels]


def _open(studio: Studio, file: Path, locale: str) -> Parcel:
    parcel = open_parcel(file, locale)
    if locale and parcel.locale != locale:
        raise _refused(file, f"is in {parcel.locale}, not in {locale}", "leave '--locale' out")
    domains = domains_of(studio.library)
    if parcel.domain not in domains:
        problem = f"there is no campaign '{parcel.domain}'"
        remedy = f"name the file <campaign>.{parcel.locale}.po; known are {', '.join(domains)}"
        raise _refused(file, problem, remedy)
    return parcel


def _bring(studio: Studio, parcel: Parcel, role: str, *, dry_run: bool, replace: bool) -> Brought:
    target = catalogue_path(studio.settings.workspace / "locales", parcel.locale, parcel.domain)
    before = target.read_bytes() if target.is_file() else b""
    catalog = _in_step(studio, parcel.locale, parcel.domain)
    try:
        results = Bringer(catalog, role, parcel.foreign, replace).bring(parcel.incoming)
    except SigningError as error:
        raise ClarionError(f"--as: {error}") from error
    new = any(one.outcome in (Outcome.TAKEN, Outcome.NOTED) for one in results)
    findings = _findings(studio, catalog, results) if new else []
    if new and not dry_run:
        _write(target, format_po(catalog), before)
    return Brought(
        parcel.file, target, parcel.locale, parcel.domain, results, findings, new and not dry_run
    )


def _write(target: Path, raw: bytes, before: bytes) -> None:
    try:
        replace_file(target, raw, before)
    except OSError as error:
        where = error.filename or target
        raise ClarionError(f"{where}: {error.strerror}; give write permission or space") from error


def _findings(studio: Studio, catalog: PoCatalog, results: Sequence[Result]) -> list[Finding]:
    """What the checks say of the messages taken, found on the very bytes to be written."""
    taken = {one.context for one in results if one.outcome is Outcome.TAKEN}
    locale, domain = str(catalog.locale_identifier), str(catalog.domain)
    with tempfile.TemporaryDirectory(prefix="clarion-import-") as name:
        proof = catalogue_path(Path(name), locale, domain)
        write_po(catalog, proof)
        checked = load_catalogue(proof)
    approved = studio.library.overrides.values()
    found = check_catalogue(checked, _messages(studio, domain), approved)
    return [one for one in found if one.field in taken and one.level != "info"]


def _messages(studio: Studio, domain: str) -> list[Message]:
    if domain == SHARED:
        return list(studio.library.shared.values())
    return list(studio.library.campaign(domain).messages())


def _in_step(studio: Studio, locale: str, domain: str) -> PoCatalog:
    """The catalogue as 'update' would write it; its ``file`` is the one that is there."""
    template = template_of(studio.library, domain)
    _translatable(locale, template.source)
    folders = (studio.settings.workspace / "locales", SHIPPED)
    paths = [catalogue_path(folder, locale, domain) for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        remedy = f"run 'clarion messages update --locale {locale}' first"
        raise _refused(paths[0], "is not there", remedy)
    return merge(template, read_po(path, locale, domain), locale)


def _translatable(locale: str, source: str) -> None:
    if locale in DERIVED:
        raise ClarionError(f"'{locale}' is made from '{DERIVED[locale]}'; have that translated")
    if locale == source:
        raise ClarionError(f"'{locale}' is the campaign's own language; edit the campaign file")


def _file(catalog: PoCatalog, wish: Wish, done: Exported) -> list[tuple[str, tuple[bytes, int]]]:
    """Name, bytes and number of messages; none, and a word about it, where nothing is wanted."""
    name = f"{catalog.domain}.{wish.locale}.{wish.form}"
    count = len(list(wanted(catalog, wish.only)))
    if not count:
        done.nothing.append(str(catalog.domain))
        return []
    pictures = done.album.of(str(catalog.domain))
    if wish.form == "po":
        return [(name, (format_po(addressed(catalog, wish.only, pictures)), count))]
    flat = rows(catalog, wish.only, pictures)
    path = done.folder / name
    data = write_csv(flat, path) if wish.form == "csv" else write_xlsx(flat, path, wish.locale)
    return [(name, (data, count))]


def _glossary(locale: str, form: Glossary) -> bytes:
    """The words of English and of this language, as they ship."""
    source, target = read_glossary("en_GB"), read_glossary(locale)
    if not target:
        raise ClarionError(f"there is no glossary in '{locale}' yet; leave '--glossary' out")
    if form == "tbx":
        return tbx(source, target, ("en_GB", locale))
    return flat(source, target)


def _refused(file: Path, problem: str, remedy: str) -> ContentError:
    return ContentError(Place(file), "", problem, remedy)
