"""A pack: everything a society needs to post by itself, as one zip with the same bytes each time.

<locale>/<campaign>/<card>/square.jpg …   caption-long.txt   caption-short.txt   alt.txt
sources.csv   README.txt   manifest.json (SHA-256 of every file)
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from campaigns.model import Campaign, Society
from clarion.errors import ClarionError
from clarion.press import Job, Press
from locales import Held, LocalisedCard
from locales.sheet import cell
from rendering.asset import CardRequest
from rendering.errors import CaptionTooLong, RenderError
from templates.layouts import LayoutError

_STAMP = (1980, 1, 1, 0, 0, 0)
"""The zip format's first instant: packs of equal content are equal files."""


@dataclass
class Pack:
    """The files of a pack by name, and what had to be left out."""

    files: dict[str, bytes] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)

    def write(self, target: Path) -> None:
        """Write the zip, whole or not at all."""
        beside = target.with_name(f".{target.name}.part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(beside, "w") as archive:
                for name, data in sorted(self._with_manifest().items()):
                    archive.writestr(_entry(name), data)
            beside.replace(target)
        except OSError as error:
            with suppress(OSError):  # what stands in the way of the folder is not ours to remove
                beside.unlink()
            raise ClarionError(
                f"{target}: {error.strerror}; free some space or choose another folder"
            ) from error

    def _with_manifest(self) -> dict[str, bytes]:
        sums = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(self.files.items())}
        manifest = {
            "files": sums,
            "held": [
                {"campaign": h.campaign, "card": h.card, "locale": h.locale, "why": h.reasons}
                for h in self.held
            ],
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        return {**self.files, "manifest.json": text.encode()}


def make_pack(
    press: Press,
    society: Society,
    campaigns: Sequence[Campaign],
    days: Mapping[str, date],
    formats: Sequence[str],
    workers: int,
) -> Pack:
    """Gather a society's pack; draws what is missing. Held cards are left out and listed."""
    pack = Pack()
    ready = list(_ready(press, society, campaigns, days, pack))
    wanted: list[CardRequest] = []
    for job, card in ready:
        for form in formats:
            wanted.extend(press.requests(job, card, form))
    _, failed = press.draw(wanted, workers)
    for job, card in ready:
        _add(press, pack, job, card, formats, failed)
    pack.files["sources.csv"] = _sources(press, campaigns)
    pack.files["README.txt"] = _readme(society).encode()
    return pack


def _ready(
    press: Press,
    society: Society,
    campaigns: Iterable[Campaign],
    days: Mapping[str, date],
    pack: Pack,
) -> Iterable[tuple[Job, LocalisedCard]]:
    reading = press.reading()
    for campaign in campaigns:
        for locale in dict.fromkeys(channel.locale for channel in society.channels):
            for card in campaign.cards:
                job = Job(campaign, card, society, locale, days[campaign.id])
                done = reading.localise(job)
                if isinstance(done, Held):
                    pack.held.append(done)
                elif late := _late(press, done, job.day):
                    pack.held.append(Held(campaign.id, card.id, locale, late))
                else:
                    yield job, done


def _late(press: Press, card: LocalisedCard, day: date) -> tuple[str, ...]:
    """What the gate would say of it on the day: nobody asks again once a pack is handed over."""
    figures = (press.library.figures[name] for name in card.figures)
    found = [
        f"figure {figure.id} was to be reviewed by {figure.review_by}"
        for figure in figures
        if figure.expired(day)
    ]
    return tuple(filter(None, [*found, card.out_of_time(day)]))


def _add(
    press: Press,
    pack: Pack,
    job: Job,
    card: LocalisedCard,
    formats: Sequence[str],
    failed: Mapping[str, str],
) -> None:
    """The card's files, all of them or none."""
    files: dict[str, bytes] = {}
    try:
        for form in formats:
            files |= _pictures(press, job, card, form, failed)
        files |= _texts(press, card)
    except (LayoutError, RenderError) as error:
        pack.held.append(Held(job.campaign.id, job.card.id, job.locale, (str(error),)))
        return
    folder = f"{job.locale}/{job.campaign.id}/{job.card.id}"
    pack.files |= {f"{folder}/{name}": data for name, data in files.items()}


def _pictures(
    press: Press, job: Job, card: LocalisedCard, form: str, failed: Mapping[str, str]
) -> dict[str, bytes]:
    assets = [press.workshop.asset(request) for request in press.requests(job, card, form)]
    files = {}
    for number, asset in enumerate(assets, 1):
        if asset.name in failed:
            raise RenderError(failed[asset.name])
        part = f"-{number}" if len(assets) > 1 else ""
        files[f"{form}{part}{asset.file.suffix}"] = asset.file.read_bytes()
    return files


def _texts(press: Press, card: LocalisedCard) -> dict[str, bytes]:
    files = {"alt.txt": ("\n\n".join(card.alts) + "\n").encode()}
    for style in ("long", "short"):
        try:
            files[f"caption-{style}.txt"] = f"{press.caption(card, style)}\n".encode()
        except CaptionTooLong:
            continue
    return files


def _sources(press: Press, campaigns: Iterable[Campaign]) -> bytes:
    used = {name for c in campaigns for card in c.cards for name in card.sources}
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(["id", "title", "abstract", "country", "region", "authors", "year", "category"])
    for name in sorted(used):
        s = press.library.sources[name]
        countries, regions = "; ".join(s.countries), "; ".join(s.regions)
        cells = (s.id, s.title, s.abstract, countries, regions, s.authors, s.year, s.category)
        rows.writerow(map(cell, cells))  # a title that looks like a formula stays a title
    return out.getvalue().encode("utf-8-sig")


def _readme(society: Society) -> str:
    return (
        f"Clarion pack for {society.names['en']}\n\n"
        "Each card has a folder: pictures by format, the post text in two lengths, and the\n"
        "description (alt text) for people who do not see the picture. Post the text and the\n"
        "description together with the picture. Sources are in sources.csv.\n\n"
        "Translations are drafts until your society has reviewed them. A sample helpline is not\n"
        "a real number: replace it with a verified one before anything is posted.\n"
    )


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _STAMP)
    info.compress_type = zipfile.ZIP_STORED if name.endswith(".jpg") else zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
