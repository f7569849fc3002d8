"""The risk note: nothing is approved before somebody has thought about whom it could hurt.

A campaign file holds ``could_be_hurt`` and ``mitigation``, and may hold who assessed them and when.
A workspace that adopts a campaign signs its note instead, in ``campaigns/risk.yaml``: a signature
is bound to the words it was given for, so that an edit of the note asks for a new one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from campaigns.model import Campaign, RiskNote
from campaigns.roles import is_role, same_role
from campaigns.strict_yaml import Fields, Node, Text, as_date, as_fields, as_text, load

FILE = "risk.yaml"


@dataclass(frozen=True, slots=True)
class Signature:
    """Somebody's word that the risk of a campaign was assessed, as its note stood that day."""

    campaign: str
    assessed_by: str
    assessed_on: date
    words: str
    note: str = ""

    def holds_for(self, risk: RiskNote) -> bool:
        """Whether a note still has the words that were signed."""
        return self.words == digest(risk)


def read_risk(top: Fields) -> RiskNote:
    """The ``risk`` of a campaign file. What is missing or empty is left empty, and one text alone
    says none of it; :class:`ContentError` for what is neither."""
    node = top.get("risk")
    if node is None or isinstance(node, Text):
        return RiskNote("", "", "", None, node.place if node else top.place)
    fields = as_fields(node)
    day = fields.get("assessed_on")
    note = RiskNote(
        could_be_hurt=_written(fields.get("could_be_hurt")),
        mitigation=_written(fields.get("mitigation")),
        assessed_by=_written(fields.get("assessed_by")),
        assessed_on=as_date(day) if day is not None and _written(day) else None,
        place=fields.place,
    )
    fields.done()
    return note


def load_signatures(path: Path) -> dict[str, Signature]:
    """The signatures of a file by campaign; of several for one campaign, the last."""
    top = load(path)
    found = {}
    for node in top.items("signatures"):
        fields = as_fields(node)
        signature = Signature(
            campaign=fields.text("campaign"),
            assessed_by=fields.text("assessed_by"),
            assessed_on=as_date(fields.need("assessed_on")),
            words=fields.text("words"),
            note=fields.optional_text("note"),
        )
        fields.done()
        found[signature.campaign] = signature
    top.done()
    return found


def digest(note: RiskNote) -> str:
    """What tells the words of one note from another's, however they are broken into lines."""
    words = "\0".join(" ".join(text.split()) for text in (note.could_be_hurt, note.mitigation))
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def unwritten(note: RiskNote) -> tuple[str, ...]:
    """Which of the two texts of a note nobody has written."""
    parts = {"could_be_hurt": note.could_be_hurt, "mitigation": note.mitigation}
    return tuple(name for name, text in parts.items() if not text)


def risk_problem(campaign: Campaign, signatures: Mapping[str, Signature]) -> tuple[str, str] | None:
    """What the risk note lacks for an approval and the way out, or None when it is complete.

    A signature counts before what the file says of itself, which no edit of the words voids.
    """
    note, signed = campaign.risk, signatures.get(campaign.id)
    called = f"the risk note of {campaign.id}"
    sign = f"clarion risk sign --campaign {campaign.id} --as ROLE"
    if missing := unwritten(note):
        lacks = " and ".join(missing)
        return f"{called} lacks {lacks}", f"write it under 'risk' in {campaign.file}"
    if signed is not None and signed.holds_for(note) and is_role(signed.assessed_by):
        by = signed.assessed_by
    elif signed is not None:
        return f"{called} has changed since {signed.assessed_by} signed it", sign
    elif is_role(note.assessed_by) and note.assessed_on is not None:
        by = note.assessed_by
    else:
        return f"{called} is not assessed", sign
    if same_role(by, campaign.author):
        return f"{called} was assessed by the author ({by}): somebody else has to", sign
    return None


def _written(node: Node | None) -> str:
    """The text, or an empty one where nobody has written it."""
    if node is None or (isinstance(node, Text) and not node.value.strip()):
        return ""
    return " ".join(as_text(node).split())
