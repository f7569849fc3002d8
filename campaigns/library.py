"""Everything there is to say, from the shipped folder and from a workspace laid over it.

A workspace is a folder of the same shape as this package: ``campaigns/<id>/campaign.yaml``,
``sources.yaml``, ``figures.yaml``, ``referrals.yaml``, ``societies.yaml``, ``observances.yaml``,
``shared.yaml``, ``pictures.yaml``, ``risk.yaml``, ``overrides.yaml``. A record with the id of a
shipped one takes its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from campaigns.errors import ContentError, Place
from campaigns.loader import load_campaign
from campaigns.model import Campaign, Message, Society
from campaigns.observances import Observance, load_observances
from campaigns.overrides import Override, load_overrides, refuse_own
from campaigns.pictures import Motif, load_vocabulary
from campaigns.records import Figure, Referral, Source
from campaigns.referrals import load_referrals, refuse_old_file
from campaigns.registers import load_figures, load_shared, load_sources
from campaigns.risk import Signature, load_signatures
from campaigns.societies import load_societies

SHIPPED = Path(__file__).parent
REGISTERS = (
    "sources.yaml", "figures.yaml", "referrals.yaml", "societies.yaml", "observances.yaml",
    "shared.yaml", "pictures.yaml", "risk.yaml", "overrides.yaml",
)  # fmt: skip

Record = TypeVar("Record")


@dataclass(frozen=True)
class Library:
    """The registers and where campaigns are looked for, later folders first."""

    folders: tuple[Path, ...]
    sources: Mapping[str, Source]
    figures: Mapping[str, Figure]
    referrals: Mapping[str, Referral]
    societies: Mapping[str, Society]
    observances: Mapping[str, Observance]
    shared: Mapping[str, Message]
    pictures: Mapping[str, Motif] = field(default_factory=dict)
    signatures: Mapping[str, Signature] = field(default_factory=dict)
    overrides: Mapping[str, Override] = field(default_factory=dict)
    workspace: Path | None = None
    stamp: tuple[object, ...] = ()
    _parsed: dict[Path, tuple[object, Campaign]] = field(default_factory=dict, repr=False)

    def fresh(self) -> Library:
        """This library, or a new one when a register's file has changed since it was read."""
        unchanged = self.stamp == _stamp(self.folders)
        return self if unchanged else open_library(self.workspace)

    def campaign_ids(self) -> tuple[str, ...]:
        """The ids of all campaigns, sorted."""
        found = {
            file.parent.name for folder in self.folders for file in folder.glob("*/campaign.yaml")
        }
        return tuple(sorted(found))

    def campaign(self, campaign_id: str) -> Campaign:
        """A campaign, what it names checked against the registers. Read anew when it changed."""
        for folder in reversed(self.folders):
            file = folder / campaign_id / "campaign.yaml"
            if file.is_file():
                return self._load(file)
        raise ContentError(
            Place(self.folders[-1]),
            "",
            f"holds no campaign '{campaign_id}'",
            f"known are {', '.join(self.campaign_ids()) or 'none'}",
        )

    def _load(self, file: Path) -> Campaign:
        stamp = _file_stamp(file)
        if file not in self._parsed or self._parsed[file][0] != stamp:
            campaign = load_campaign(file)
            _check_references(campaign, self)
            self._parsed[file] = (stamp, campaign)
        return self._parsed[file][1]


def open_library(workspace: Path | None = None) -> Library:
    """Read the shipped registers and, over them, those of ``workspace/campaigns``."""
    folders = [SHIPPED]
    if workspace is not None and (workspace / "campaigns").is_dir():
        folders.append(workspace / "campaigns")
        refuse_old_file(workspace / "campaigns")
    stamp = _stamp(folders)  # before reading: a change in between is seen next time
    return Library(
        folders=tuple(folders),
        sources=_overlay(folders, "sources.yaml", load_sources),
        figures=_overlay(folders, "figures.yaml", load_figures),
        referrals=_overlay(folders, "referrals.yaml", load_referrals),
        societies=_overlay(folders, "societies.yaml", load_societies),
        observances=_overlay(folders, "observances.yaml", load_observances),
        shared=_overlay(folders, "shared.yaml", load_shared),
        pictures=_overlay(folders, "pictures.yaml", load_vocabulary),
        signatures=_overlay(folders, "risk.yaml", load_signatures),
        overrides=_overlay(folders, "overrides.yaml", load_overrides),
        workspace=workspace,
        stamp=stamp,
    )


def _stamp(folders: Sequence[Path]) -> tuple[object, ...]:
    return tuple(_file_stamp(folder / name) for folder in folders for name in REGISTERS)


def _file_stamp(file: Path) -> tuple[int, int] | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _overlay(
    folders: Sequence[Path], name: str, read: Callable[[Path], dict[str, Record]]
) -> dict[str, Record]:
    records: dict[str, Record] = {}
    for folder in folders:
        if (folder / name).is_file():
            records.update(read(folder / name))
    return records


def _check_references(campaign: Campaign, library: Library) -> None:
    place = Place(campaign.file)
    refuse_own(library.overrides.values(), campaign.id, campaign.author)
    if campaign.id != campaign.file.parent.name:
        raise ContentError(
            place, "id", f"'{campaign.id}' differs from the folder's name", "make them equal"
        )
    if campaign.observance not in library.observances:
        raise ContentError(
            place,
            "observance",
            f"'{campaign.observance}' is not in observances.yaml",
            f"use one of {', '.join(library.observances)}",
        )
    for card in campaign.cards:
        for source in card.sources:
            if source not in library.sources:
                raise ContentError(
                    card.place,
                    f"cards.{card.id}.sources",
                    f"'{source}' is not in sources.yaml",
                    "add the record or mend the id",
                )
        for figure in card.figures.values():
            if figure not in library.figures:
                raise ContentError(
                    card.place,
                    f"cards.{card.id}.figures",
                    f"'{figure}' is not in figures.yaml",
                    "add the record or mend the id",
                )
