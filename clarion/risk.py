"""Risk notes of a workspace: which are complete, and somebody's signature under one of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from campaigns.errors import ContentError
from campaigns.library import Library
from campaigns.model import Campaign
from campaigns.risk import FILE, digest, risk_problem, unwritten
from campaigns.roles import is_role, same_role
from campaigns.strict_yaml import parse
from clarion.errors import ClarionError
from clarion.wiring import Studio

_HEAD = "# Who assessed the risk of a campaign: 'clarion risk sign'. Of several, the last counts.\n"


@dataclass(frozen=True)
class Standing:
    """The risk note of one campaign: its words, who assessed it, and what it lacks."""

    campaign: str
    could_be_hurt: str
    mitigation: str
    assessed_by: str
    assessed_on: str
    problem: str
    remedy: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def standing(library: Library, campaign: Campaign) -> Standing:
    """How the risk note of this campaign stands."""
    note, signed = campaign.risk, library.signatures.get(campaign.id)
    by, on = note.assessed_by, note.assessed_on
    if signed is not None and signed.holds_for(note):
        by, on = signed.assessed_by, signed.assessed_on
    problem, remedy = risk_problem(campaign, library.signatures) or ("", "")
    day = on.isoformat() if on else ""
    words = (note.could_be_hurt, note.mitigation)
    return Standing(campaign.id, *words, by, day, problem, remedy)


def unassessed(library: Library, campaigns: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Of these campaigns, those that may not be approved: the reason and the way out of each."""
    found = {}
    for name in dict.fromkeys(campaigns):
        try:
            problem = risk_problem(library.campaign(name), library.signatures)
        except ContentError as error:
            found[name] = str(error), "mend the campaign"
            continue
        if problem is not None:
            found[name] = problem
    return found


def sign(studio: Studio, campaign: Campaign, role: str, today: date, note: str = "") -> Path:
    """Write down that ``role`` assessed this campaign's risk, as its note stands.

    Gives the file. Raises :class:`ClarionError` where there is nothing to sign, or the author does.
    """
    if missing := unwritten(campaign.risk):
        raise ClarionError(
            f"{campaign.risk.place}: the risk note lacks {' and '.join(missing)}; write it under "
            "'risk', then sign it"
        )
    if same_role(role, campaign.author):
        raise ClarionError(
            f"{role} is the author of {campaign.id}: somebody else assesses its risk; use --as"
        )
    if not is_role(role) or not (role + note).isprintable():
        raise ClarionError("a role and a note are plain text on one line; write them so")
    file = studio.settings.workspace / "campaigns" / FILE
    record = {
        "campaign": campaign.id, "assessed_by": role, "assessed_on": today.isoformat(),
        "words": digest(campaign.risk), **({"note": note} if note else {}),
    }  # fmt: skip
    try:
        _append(file, json.dumps(record, ensure_ascii=False))
    except OSError as error:
        raise ClarionError(
            f"{file}: {error.strerror}; give write permission or choose another workspace"
        ) from error
    return file


def _append(file: Path, record: str) -> None:
    """A file that only grows: two who sign at once both stay in it, and what was is kept."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), file.open("x", encoding="utf-8") as new:
        new.write(f"{_HEAD}signatures:\n")
    there = file.read_text("utf-8-sig")
    line = ("" if there.endswith("\n") else "\n") + f"  - {record}\n"
    parse(there + line, file)  # what could not be read afterwards is not written
    with file.open("a", encoding="utf-8") as out:
        out.write(line)
