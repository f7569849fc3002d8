"""The referral records of one file: where people in each country can turn to.

What is checked here is that a record can be understood. Whether a line may be shown on a day is
:meth:`campaigns.records.Referral.problem`.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from campaigns.errors import ContentError, Place
from campaigns.records import (
    AUDIENCES,
    EVIDENCE_KINDS,
    OPERATORS,
    PURPOSES,
    REFERRAL_TYPES,
    STATUSES,
    Evidence,
    Referral,
)
from campaigns.registers import records
from campaigns.strict_yaml import Fields, as_choice, as_date, as_fields, as_text

OLD_FILE = "helplines.yaml"
MAX_DISPLAY = 40

_TERRITORY = re.compile(r"[A-Z]{2}|none")
_DIAL = re.compile(r"\+?[0-9]{2,15}")
_ABROAD = re.compile(r"\+[0-9]{6,15}")
_KNOWN = ("active", "suspended")
"""Of such a line people must know who answers, and what becomes of what they say."""


def load_referrals(path: Path) -> dict[str, Referral]:
    """Read the records of one file, in its order."""
    return records(path, "referrals", _referral)


def refuse_old_file(folder: Path) -> None:
    """Refuse what a workspace may still hold of old: it would be passed over in silence."""
    if (file := folder / OLD_FILE).is_file():
        raise ContentError(
            Place(file), "", "is no longer read",
            "rename it to referrals.yaml and its first line to 'referrals:'; "
            "docs/howto/verify-a-helpline.md names the new fields",
        )  # fmt: skip


def _referral(fields: Fields) -> Referral:
    status = as_choice(fields, "status", STATUSES)
    known, numbered = status in _KNOWN, status != "template"
    names = _names(fields)
    checked = fields.get("verified_on")
    return Referral(
        id=fields.text("id"),
        territory=_matching(fields, "territory", _TERRITORY, "a country code such as GR"),
        type=as_choice(fields, "type", REFERRAL_TYPES),
        status=status,
        name=_name(fields, names, needed=numbered),
        names=names,
        display=_display(fields, needed=numbered),
        dial=_dial(fields, "dial", _DIAL),
        dial_abroad=_dial(fields, "dial_abroad", _ABROAD),
        operator=fields.text("operator") if known else fields.optional_text("operator"),
        operator_type=_one_of(fields, "operator_type", OPERATORS, needed=known),
        purpose=_one_of(fields, "purpose", PURPOSES, needed=known),
        shares_with_authorities=_said(fields, "shares_with_authorities", needed=known),
        audience=_audience(fields),
        hours=fields.optional_text("hours"),
        languages=fields.texts("languages", required=False),
        cost=fields.optional_text("cost"),
        anonymous=_said(fields, "anonymous"),
        appears_on_bill=_said(fields, "appears_on_bill"),
        channels=fields.texts("channels", required=False),
        evidence=_evidence(fields),
        verified_on=as_date(checked) if checked is not None else None,
        verified_by=fields.texts("verified_by", required=False),
        method=fields.optional_text("method"),
        note=fields.optional_text("note"),
    )


def _names(fields: Fields) -> dict[str, str]:
    node = fields.get("names")
    return {} if node is None else {key: as_text(value) for key, value in as_fields(node)}


def _name(fields: Fields, names: dict[str, str], *, needed: bool) -> str:
    """What the line is called where ``names`` has no word of its own."""
    if names or not needed:
        first = next(iter(names.values()), "")
        return fields.optional_text("name", names.get("en", first))
    return fields.text("name")


def _display(fields: Fields, *, needed: bool) -> str:
    """The published string, kept to the letter; only what could not be printed is refused."""
    typed = fields.text("display") if needed else fields.optional_text("display")
    hidden = any(unicodedata.category(sign)[0] in "CZ" and sign != " " for sign in typed)
    if hidden or len(typed) > MAX_DISPLAY or typed != typed.strip():
        raise ContentError(
            fields.need("display").place, "display", f"{typed!r} cannot be printed as it is",
            f"write one line of at most {MAX_DISPLAY} visible characters and plain spaces",
        )  # fmt: skip
    return typed


def _dial(fields: Fields, key: str, pattern: re.Pattern[str]) -> str:
    """What a telephone dials; its last digits must be those that are shown."""
    if fields.get(key) is None:
        return ""
    typed = _matching(fields, key, pattern, "digits only, such as +390800000")
    shown = "".join(sign for sign in fields.optional_text("display") if sign.isdecimal())[-4:]
    if key == "dial" and not typed.endswith(shown):
        raise ContentError(
            fields.need(key).place, key, f"'{typed}' does not end as 'display' does", "mend one"
        )
    return typed


def _matching(fields: Fields, key: str, pattern: re.Pattern[str], wanted: str) -> str:
    typed = fields.text(key)
    if not pattern.fullmatch(typed):
        raise ContentError(
            fields.need(key).place, key, f"'{typed}' cannot be used", f"write {wanted}"
        )
    return typed


def _one_of(fields: Fields, key: str, allowed: tuple[str, ...], *, needed: bool = False) -> str:
    if fields.get(key) is None and not needed:
        return ""
    return as_choice(fields, key, allowed)


def _said(fields: Fields, key: str, *, needed: bool = False) -> str:
    return _one_of(fields, key, ("yes", "no", "unknown"), needed=needed) or "unknown"


def _audience(fields: Fields) -> tuple[str, ...]:
    said = fields.texts("audience", required=False) or ("all",)
    for word in said:
        if word not in AUDIENCES:
            raise ContentError(
                fields.need("audience").place, "audience", f"'{word}' is not allowed",
                f"use {', '.join(AUDIENCES)}",
            )  # fmt: skip
    return said


def _evidence(fields: Fields) -> tuple[Evidence, ...]:
    if fields.get("evidence") is None:
        return ()
    return tuple(_proof(as_fields(node)) for node in fields.items("evidence"))


def _proof(fields: Fields) -> Evidence:
    proof = Evidence(
        what=fields.text("what"),
        kind=as_choice(fields, "kind", EVIDENCE_KINDS),
        seen_on=as_date(fields.need("seen_on")),
        url=fields.optional_text("url"),
    )
    fields.done()
    return proof
