"""The demonstration: both campaigns, every society, the next 30 July, from definition to receipt.

Nothing here is special: it writes a workspace, then does what ``build``, ``plan``, ``approve`` and
``rehearse`` do, and lays a gallery over the result.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from campaigns.model import Society
from clarion.errors import ClarionError
from clarion.gallery import Gallery
from clarion.planning import drawings, editions, plan_workspace, troubles
from clarion.rehearsal import Rehearsal, rehearse
from clarion.report import Row, as_record, rows, standing
from clarion.settings import FILE, Settings, load_settings
from clarion.wiring import Studio
from rendering.build import BuildReport
from scheduler.delivery import State
from scheduler.ledger import Filter

OBSERVANCE = "wdatip"
IN_ALL_FORMATS = "lb"
"""The society whose cards are built in every format: it posts in Arabic and in French."""
APPROVER = "demo-approver"

_HEAD = "# Written by 'clarion demo'."
_SETTINGS = f"""\
{_HEAD} The sample helpline is marked as such on every card that shows it.
formats = ["square"]
sample_helpline = true
"""

Progress = Callable[[str], AbstractContextManager[Callable[[int, int], None]]]


@dataclass(frozen=True)
class Demonstration:
    """What the demonstration came to."""

    day: date
    rehearsal: Rehearsal
    rows: tuple[Row, ...]
    pictures: int
    drawn: int
    not_drawn: tuple[str, ...]
    gallery: Path

    def as_dict(self) -> dict[str, Any]:
        """``planned posted held lost duplicated gallery deliveries``, and the sums behind."""
        summary = self.rehearsal.summary
        return {
            "observance": OBSERVANCE,
            "date": self.day.isoformat(),
            "pictures": self.pictures,
            "drawn": self.drawn,
            "not_drawn": self.not_drawn,
            "planned": summary.planned,
            "posted": summary.posted,
            "held": self.held,
            "lost": self.rehearsal.lost,
            "duplicated": self.rehearsal.duplicated,
            "mistimed": self.rehearsal.mistimed,
            "gallery": str(self.gallery),
            "deliveries": [as_record(entry) for entry in self.rehearsal.entries],
        }

    @property
    def held(self) -> int:
        """Deliveries that could not be approved as they are."""
        return sum(standing(entry) == "held" for entry in self.rehearsal.entries)

    @property
    def clean(self) -> bool:
        """Whether every picture was made, and every delivery posted once in its minute or held
        with a reason."""
        return (
            self.rehearsal.clean
            and not self.not_drawn
            and self.rehearsal.summary.posted + self.held == self.rehearsal.summary.planned
        )


def demonstrate(
    folder: Path, societies: Sequence[str], now: datetime, after: date, progress: Progress
) -> Demonstration:
    """Run the whole way below ``folder``, for these societies; for all where none is named.

    A folder that holds a workspace of somebody's own is refused with :class:`ClarionError`.
    """
    with closing(Studio(_workspace(folder))) as studio:
        return _demonstrate(studio, societies, now, after, progress)


def _demonstrate(
    studio: Studio, societies: Sequence[str], now: datetime, after: date, progress: Progress
) -> Demonstration:
    chosen = studio.societies(societies)
    day = studio.library.observances[OBSERVANCE].on_or_after(after)
    report, not_drawn = _build(studio, chosen, after, progress)
    with progress("plan") as show:
        planned, _ = plan_workspace(studio, societies, (), after, now, show)
    ready = [entry.id for entry in planned if entry.state is State.PLANNED]
    studio.ledger.approve(ready, APPROVER, now)
    entries = studio.ledger.entries(Filter(ids={entry.id for entry in planned}))
    rehearsal = rehearse(studio, entries, assume_approved=False)
    table = tuple(rows(chosen, rehearsal.entries))
    total = report.drawn + report.reused
    return Demonstration(
        day=day,
        rehearsal=rehearsal,
        rows=table,
        pictures=total,
        drawn=report.drawn,
        not_drawn=not_drawn,
        gallery=_gallery(studio, day, rehearsal, table, total),
    )


def _workspace(folder: Path) -> Settings:
    file = folder / FILE
    try:
        if file.exists() and not file.read_text("utf-8", "replace").startswith(_HEAD):
            raise ClarionError(
                f"{folder}: holds a workspace that is not the demo's; choose another folder"
            )
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(_SETTINGS, encoding="utf-8")
    except OSError as error:
        raise ClarionError(
            f"{folder}: {error.strerror}; give write permission or choose another folder"
        ) from error
    return load_settings(folder)


def _build(
    studio: Studio, societies: Sequence[Society], after: date, progress: Progress
) -> tuple[BuildReport, tuple[str, ...]]:
    """Square for everybody, all formats for one society; and what could not be drawn."""
    campaigns = studio.campaigns()
    every = tuple(studio.press.workshop.composer.theme.formats)
    wanted, _ = drawings(studio.press, editions(campaigns, societies), after, ("square",))
    one = [society for society in societies if society.id == IN_ALL_FORMATS]
    more, _ = drawings(studio.press, editions(campaigns, one), after, every)
    asked = [*wanted, *more]
    with progress("pictures") as show:
        requests = [one.request for one in asked]
        report, failed = studio.press.draw(requests, studio.settings.workers, show)
    return report, tuple(str(trouble) for trouble in troubles(studio.press, asked, failed))


def _gallery(
    studio: Studio, day: date, rehearsal: Rehearsal, table: tuple[Row, ...], total: int
) -> Path:
    every = tuple(studio.press.workshop.composer.theme.formats)
    gallery = Gallery(
        studio.press,
        studio.settings.workspace,
        {IN_ALL_FORMATS: every},
        studio.settings.workspace,
    )
    summary = rehearsal.summary
    return gallery.write(
        title=f"World Day against Trafficking in Persons, {day:%d %B %Y}",
        lead="Two campaigns, localised, drawn, approved, scheduled at each society's local time "
        "and rehearsed on a fast clock. Open a society to see its posts.",
        notices=(
            "This is a rehearsal. All translations are drafts awaiting review, and the helpline "
            "shown is a sample that reaches nobody. Do not post these pictures.",
        ),
        totals=(
            ("deliveries planned", summary.planned),
            ("posted, each once", summary.posted),
            ("held, with a reason", sum(row.held for row in table)),
            ("lost", rehearsal.lost),
            ("duplicated", rehearsal.duplicated),
            ("pictures", total),
        ),
        rows=table,
        entries=rehearsal.entries,
    )
