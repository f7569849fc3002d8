"""Referral records: kept as they are published, and shown only while two people vouch for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import open_library
from campaigns.errors import ContentError
from campaigns.library import SHIPPED
from campaigns.records import (
    AUTHORITIES,
    EVIDENCE_KINDS,
    MAX_AGE_DAYS,
    OPERATORS,
    PURPOSES,
    REFERRAL_TYPES,
    STATUSES,
    Evidence,
    Referral,
    max_age,
)
from campaigns.referrals import load_referrals

Refusal = Callable[[Callable[[], object]], ContentError | None]

CHECKED = date(2027, 5, 1)
RECORD = """\
referrals:
  - id: line
    territory: GB
    type: helpline
    name: A line
    names: {fr: Une ligne}
    display: 0121 496 0000
    dial: "+441214960000"
    dial_abroad: "+441214960001"
    operator: Somebody
    operator_type: ngo
    purpose: support
    shares_with_authorities: "no"
    audience: [all]
    hours: always
    languages: [en, fr]
    cost: free
    anonymous: "yes"
    appears_on_bill: unknown
    channels: [phone]
    evidence:
      - {what: the operator's page, kind: operator, seen_on: "2027-05-01", url: "https://a.example"}
    verified_on: "2027-05-01"
    verified_by: [one, two]
    method: "test call"
    status: active
    note: Nothing.
"""
LINE = Referral(
    id="line", territory="GB", type="helpline", status="active", name="A line",
    display="0121 496 0000", operator="Somebody", operator_type="ngo", purpose="support",
    shares_with_authorities="no", evidence=(Evidence("a page", "operator", CHECKED),),
    verified_on=CHECKED, verified_by=("one", "two"), method="test call",
)  # fmt: skip


def read(folder: Path, text: str = RECORD) -> Referral:
    """The record of this text."""
    file = folder / "referrals.yaml"
    file.write_text(text, "utf-8")
    return load_referrals(file)["line"]


def test_a_record_is_kept_as_it_is_published(tmp_path: Path) -> None:
    line = read(tmp_path)
    assert line.display == "0121 496 0000"
    assert (line.called("fr"), line.called("en_GB")) == ("Une ligne", "A line")
    assert line.evidence == (
        Evidence("the operator's page", "operator", CHECKED, "https://a.example"),
    )
    assert line.problem(CHECKED, "GB") == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("type: helpline", "type: hotline", "'hotline' is not allowed; use one of helpline,"),
        ("    type: helpline\n", "", "type: is missing"),
        ("territory: GB", "territory: Britain", "'Britain' cannot be used; write a country code"),
        ("operator_type: ngo", "operator_type: club", "'club' is not allowed"),
        ("    purpose: support\n", "", "purpose: is missing"),
        ('    shares_with_authorities: "no"\n', "", "shares_with_authorities: is missing"),
        ("kind: operator,", "kind: friend,", "'friend' is not allowed; use one of operator,"),
        ('seen_on: "2027-05-01"', "seen_on: yesterday", "'yesterday' is not a date"),
        ("audience: [all]", "audience: [everybody]", "'everybody' is not allowed; use all,"),
        ("+441214960000", "+441214960009", "does not end as 'display' does"),
        ("+441214960000", "0121 496", "'0121 496' cannot be used; write digits only"),
        ("0121 496 0000", '"0121\\u202E496"', "cannot be printed as it is"),
        ("0121 496 0000", '"0121\\n496"', "cannot be printed as it is"),
        ("0121 496 0000", "1" * 41, "cannot be printed as it is; write one line of at most 40"),
        ("    note: Nothing.", "    secret: x", "secret: is not a known key"),
    ],
)
def test_a_mistake_is_named_in_one_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in RECORD
    with pytest.raises(ContentError, match=message) as caught:
        read(tmp_path, RECORD.replace(old, new, 1))
    assert "\n" not in str(caught.value)


def test_a_template_needs_no_more_than_where_and_what(tmp_path: Path) -> None:
    text = "referrals:\n  - {id: line, territory: GR, type: helpline, status: template}\n"
    assert read(tmp_path, text).problem(CHECKED, "GR") == "helpline line is template, not active"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, ""),
        ({"status": "suspended"}, "is suspended, not active"),
        ({"status": "unknown"}, "is unknown, not active"),
        ({"status": "sample"}, "only a sample"),
        ({"type": "emergency"}, "an emergency number"),
        ({"display": "112"}, "an emergency number"),
        ({"display": "١١٢"}, "an emergency number"),
        ({"display": "116 112"}, ""),
        ({"audience": ("professionals",)}, "for professionals"),
        ({"audience": ("professionals", "all")}, ""),
        ({"territory": "FR"}, "serves FR, not GB"),
        ({"verified_by": ("one", "ONE ")}, "a second verifier"),
        ({"verified_by": ("Ana Kovač", "ana kovac")}, "a second verifier"),
        ({"verified_by": ("one", "—")}, "a second verifier"),
        ({"verified_by": ("one", "one", "two")}, ""),
        ({"verified_by": ()}, "a second verifier"),
        ({"method": ""}, "a method"),
        ({"verified_on": None}, "lacks a date"),
        ({"evidence": ()}, "lacks evidence"),
        ({"evidence": (Evidence("a paper", "press", CHECKED),)}, "lacks evidence"),
        ({"evidence": (Evidence("a page", "un", CHECKED),)}, "lacks evidence"),
        ({"evidence": (Evidence("a page", "government", CHECKED),)}, ""),
    ],
)
def test_why_a_line_may_not_be_shown(change: dict[str, object], problem: str) -> None:
    found = replace(LINE, **change).problem(CHECKED, "GB")  # type: ignore[arg-type]
    assert problem in found
    assert bool(found) == bool(problem)


@pytest.mark.parametrize(
    ("operator_type", "purpose", "shares", "shown"),
    [
        ("police", "support", "no", False),
        ("migration-authority", "support", "no", False),
        ("ngo", "report", "yes", False),
        ("government", "report", "unknown", False),
        ("ngo", "report", "no", True),
        ("ngo", "both", "yes", True),
        ("labour-inspectorate", "support", "unknown", True),
    ],
)
def test_a_line_of_the_police_alone_is_never_shown(
    operator_type: str, purpose: str, shares: str, shown: bool
) -> None:
    line = replace(
        LINE, operator_type=operator_type, purpose=purpose, shares_with_authorities=shares
    )
    assert ("never stands alone" not in line.problem(CHECKED, "GB")) == shown


@given(
    age=st.integers(-400, 400),
    observance=st.sampled_from(["wdatip", "sid", "refugee"]),
    checked=st.dates(date(2020, 1, 1), date(2099, 1, 1)),
    status=st.sampled_from(STATUSES),
    type_=st.sampled_from(REFERRAL_TYPES),
    operator_type=st.sampled_from(OPERATORS),
    purpose=st.sampled_from(PURPOSES),
    kinds=st.lists(st.sampled_from(EVIDENCE_KINDS), max_size=3),
    people=st.lists(st.sampled_from(["one", "One", "o n e", "two"]), max_size=3),
    country=st.sampled_from(["GB", "FR", ""]),
)
def test_no_line_passes_outside_its_window_or_without_its_proof(
    age: int,
    observance: str,
    checked: date,
    status: str,
    type_: str,
    operator_type: str,
    purpose: str,
    kinds: list[str],
    people: list[str],
    country: str,
) -> None:
    line = replace(
        LINE, status=status, type=type_, operator_type=operator_type, purpose=purpose,
        shares_with_authorities="unknown", verified_on=checked, verified_by=tuple(people),
        evidence=tuple(Evidence("a page", kind, checked) for kind in kinds),
    )  # fmt: skip
    problem = line.problem(checked + timedelta(days=age), country, max_age(observance))
    assert "\n" not in problem
    allowed = (
        0 <= age <= (30 if observance == "wdatip" else 90)
        and (status, country) == ("active", "GB")
        and type_ != "emergency"
        and operator_type not in AUTHORITIES
        and purpose != "report"
        and bool({"operator", "government"} & set(kinds))
        and "two" in people
        and len({name.casefold().replace(" ", "") for name in people}) == 2
    )
    assert (problem == "") == allowed


def test_the_last_day_is_the_last_on_which_it_passes() -> None:
    last = LINE.last_day()
    assert last == CHECKED + timedelta(days=MAX_AGE_DAYS)
    assert not LINE.problem(last, "GB")
    assert LINE.problem(last + timedelta(days=1), "GB")


@given(
    at=st.integers(0, 1500),
    cut=st.integers(0, 8),
    typed=st.text(alphabet="ab10 :-[]{}&*!|>'\"#,\n\t~=;é\x00", max_size=6),
)
def test_a_damaged_register_loads_or_is_refused_in_one_line(
    tmp_path_factory: pytest.TempPathFactory, refusal: Refusal, at: int, cut: int, typed: str
) -> None:
    at %= len(RECORD)
    file = tmp_path_factory.getbasetemp() / "damaged-referrals.yaml"
    file.write_text(RECORD[:at] + typed + RECORD[at + cut :], encoding="utf-8", newline="")
    error = refusal(lambda: load_referrals(file))
    assert error is None or len(str(error).splitlines()) == 1


def test_the_file_of_old_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "helplines.yaml").write_text("helplines: []\n")
    with pytest.raises(ContentError, match=r"is no longer read; rename it to referrals\.yaml"):
        open_library(tmp_path)


def test_what_ships_is_known_by_nobody_to_be_true() -> None:
    shipped = load_referrals(SHIPPED / "referrals.yaml")
    assert {line.status for line in shipped.values()} == {"sample", "template", "unknown"}
    for line in shipped.values():
        assert line.problem(date(2027, 7, 30), line.territory), line.id
        assert (line.display != "") == (line.status != "template"), line.id
        assert not line.verified_by, line.id
        if line.status == "unknown":
            assert line.evidence, line.id
            assert {proof.kind for proof in line.evidence} <= {"operator", "government", "un"}


def test_every_shipped_society_has_its_row_to_fill_in() -> None:
    library = open_library()
    for society in library.societies.values():
        own = [library.referrals[name] for name in society.helplines]
        assert [line.territory for line in own] == [society.territory]
        kinds = {line.type for line in library.referrals.values()
                 if line.territory == society.territory}  # fmt: skip
        assert {"helpline", "national_referral_mechanism"} <= kinds
