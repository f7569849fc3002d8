"""The records facts are taken from: sources, figures and referrals. Frozen values, no reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from itertools import combinations
from typing import Literal
from unicodedata import decimal

from campaigns.roles import is_role, same_role

Unit = Literal["number", "percent"]
Scale = Literal["", "million"]

REFERRAL_TYPES = (
    "helpline", "national_referral_mechanism", "transnational_referral_mechanism",
    "society_service", "emergency",
)  # fmt: skip
OPERATORS = (
    "ngo", "red-cross", "igo", "child-line", "labour-inspectorate", "police",
    "migration-authority", "government",
)  # fmt: skip
PURPOSES = ("support", "report", "both")
AUDIENCES = ("all", "children", "women", "men", "workers", "migrants", "professionals")
EVIDENCE_KINDS = ("operator", "government", "un", "press")
STATUSES = ("active", "suspended", "unknown", "sample", "template")

AUTHORITIES = ("police", "migration-authority")
GOOD_EVIDENCE = ("operator", "government")
EMERGENCY_NUMBERS = frozenset({"112", "911", "999"})
"""Numbers that reach police, ambulance and fire brigade, whatever type a record says."""

MAX_AGE_DAYS = 90
"""How old the check of a line may be on the day of a post (localisation study, 3.6)."""
MAIN_DAY, MAIN_DAY_MAX_AGE = "wdatip", 30
"""On the World Day against Trafficking in Persons many more people read it, so it is shorter."""


@dataclass(frozen=True, slots=True)
class Source:
    """A record of the resource library; the six fields are those its users know.

    A source may be about several regions and countries.
    """

    id: str
    title: str
    abstract: str
    countries: tuple[str, ...]
    regions: tuple[str, ...]
    authors: str
    year: str
    category: str
    url: str = ""

    @property
    def credit(self) -> str:
        """What a card prints under the text: who and when."""
        return f"{self.authors}, {self.year}"


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that may be printed: what it counts, in which year, and until when it holds.

    ``scale`` is ``million`` where ``value`` counts millions, so that a language that has no such
    word can count in its own; empty elsewhere.
    """

    id: str
    value: Decimal
    unit: Unit
    counts: str
    year: str
    source: str
    review_by: date
    grade: str
    note: str = ""
    scale: Scale = ""

    def expired(self, on: date) -> bool:
        """Whether the figure needs a fresh look before it may be posted on this day."""
        return on > self.review_by


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a number was seen: on what page, by whom it is published, when, and its address."""

    what: str
    kind: str
    seen_on: date
    url: str = ""


@dataclass(frozen=True, slots=True)
class Referral:
    """Where people can turn to: a line exactly as its operator publishes it, and who checked that.

    ``display`` is never reformatted. ``name`` is for every language that ``names`` lacks.
    ``method`` says how it was checked (operator's site, test call, written confirmation). A
    ``sample`` is for looking at and a ``template`` is to be filled in; neither is ever posted.
    """

    id: str
    territory: str
    type: str
    status: str
    name: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    display: str = ""
    dial: str = ""
    dial_abroad: str = ""
    operator: str = ""
    operator_type: str = ""
    purpose: str = ""
    shares_with_authorities: str = "unknown"
    audience: tuple[str, ...] = ("all",)
    hours: str = ""
    languages: tuple[str, ...] = ()
    cost: str = ""
    anonymous: str = "unknown"
    appears_on_bill: str = "unknown"
    channels: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    verified_on: date | None = None
    verified_by: tuple[str, ...] = ()
    method: str = ""
    note: str = ""

    def called(self, locale: str) -> str:
        """The line's name in this locale."""
        return self.names.get(locale) or self.name

    @property
    def authority_only(self) -> bool:
        """Whether a call goes to the police or a migration authority, or ends there.

        People whose papers are not in order may not dare to call, or be harmed by it.
        """
        hands_on = self.purpose == "report" and self.shares_with_authorities != "no"
        return self.operator_type in AUTHORITIES or hands_on

    def last_day(self, max_age: int = MAX_AGE_DAYS) -> date | None:
        """The last day on which its check is fresh enough; None when there was none."""
        return None if self.verified_on is None else self.verified_on + timedelta(days=max_age)

    def problem(self, on: date, country: str, max_age: int = MAX_AGE_DAYS) -> str:
        """Why the line may not stand on a card posted on this day in ``country`` (ISO 3166, or a
        region such as ``ES-CT``), or an empty text."""
        if self.status == "sample":
            return "the helpline shown is only a sample"
        return self._unfit(country) or self._unproved() or self._too_old(on, max_age)

    def _unfit(self, country: str) -> str:
        if self.status != "active":
            return f"helpline {self.id} is {self.status}, not active"
        digits = "".join(str(decimal(sign)) for sign in self.display if sign.isdecimal())
        if self.type == "emergency" or digits in EMERGENCY_NUMBERS:
            return f"helpline {self.id} is an emergency number, which is no helpline of a card"
        if self.audience == ("professionals",):
            return f"helpline {self.id} is for professionals, not for readers"
        if self.authority_only:
            return (
                f"helpline {self.id} leads to the police or an authority, and a card shows one "
                "line: it never stands alone for people on the move"
            )
        if not country or self.territory not in (country, country.partition("-")[0]):
            where = country or "a society without a country"
            return f"helpline {self.id} serves {self.territory}, not {where}"
        return ""

    def _unproved(self) -> str:
        people = [name for name in self.verified_by if is_role(name)]
        two = any(not same_role(one, other) for one, other in combinations(people, 2))
        if self.verified_on is None or not self.method or not two:
            return f"helpline {self.id} lacks a date, a method or a second verifier"
        if not any(proof.kind in GOOD_EVIDENCE for proof in self.evidence):
            return f"helpline {self.id} lacks evidence from its operator or a government"
        return ""

    def _too_old(self, on: date, max_age: int) -> str:
        assert self.verified_on is not None
        age = (on - self.verified_on).days
        if 0 <= age <= max_age:
            return ""
        said = f"helpline {self.id} was verified {age} days before the post, 0 to {max_age} allowed"
        again = on - timedelta(days=max_age)
        return f"{said}; verify it again on {again} or later" if age > max_age else said


def max_age(observance: str) -> int:
    """How many days old the check of a line may be in a campaign for this observance."""
    return MAIN_DAY_MAX_AGE if observance == MAIN_DAY else MAX_AGE_DAYS
