"""What is known of platforms: dated, sourced, readable, and told in the documentation."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from publishers.counting import COUNTERS
from publishers.platforms import capabilities, facts
from publishers.port import Budget, Capabilities, Idempotency, Prices
from tests.publishers.platform_table import FILE, document, kinds

KIND = pytest.mark.parametrize("kind", kinds())
_OF_THE_ACCOUNT = {"idempotency", "as_of", "rehearsal"}


@KIND
def test_every_fact_is_a_field_with_a_source_and_a_day(kind: str) -> None:
    known = {one.name for one in fields(Capabilities)} - _OF_THE_ACCOUNT
    assert set(facts(kind)) <= known
    for name, fact in facts(kind).items():
        assert fact.source.strip(), name
        assert type(fact.checked) is date, name
        assert date(2026, 1, 1) <= fact.checked, name


@KIND
def test_they_make_capabilities_that_can_be_counted_with(kind: str) -> None:
    caps = capabilities(kind, idempotency=Idempotency.NONE)
    assert caps.text_counter in COUNTERS
    assert (caps.alt_counter or caps.text_counter) in COUNTERS
    assert caps.as_of == min(fact.checked for fact in facts(kind).values())
    numbers = (caps.text_limit, caps.text_bytes, caps.max_bytes, caps.alt_limit, caps.max_pixels)
    assert all(number is None or number > 0 for number in (*numbers, caps.max_side))
    assert caps.ratio is None or 0 < caps.ratio[0] <= caps.ratio[1]


def test_each_kind_of_value_becomes_what_the_port_has() -> None:
    x, instagram = (capabilities(kind, idempotency=Idempotency.NONE) for kind in ("x", "instagram"))
    assert x.prices == Prices(Decimal("0.015"), Decimal("0.200"))
    assert isinstance(x.app_budget, Budget)
    assert x.media_types == frozenset({"image/jpeg", "image/png", "image/webp"})
    assert instagram.ratio == (0.8, 1.91)


def test_what_is_known_of_the_account_goes_above() -> None:
    known = {"idempotency": Idempotency.READBACK, "text_limit": 25_000, "prices": None}
    caps = capabilities("x", **known)
    assert (caps.text_limit, caps.prices) == (25_000, None)


def test_an_unknown_platform_is_said_so() -> None:
    with pytest.raises(KeyError, match="nothing is known of the platform 'elsewhere'"):
        facts("elsewhere")


def test_the_documentation_tells_what_the_files_hold() -> None:
    """Else: python -m tests.publishers.platform_table"""
    assert FILE.read_text("utf-8") == document()
