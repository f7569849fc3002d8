from __future__ import annotations

import pytest

from publishers.errors import Permanent
from publishers.limits import COUNTERS, count, refuse
from publishers.port import Finding

_COUNTS = {
    "plain": ("abc", 3, 3, 3),
    "arabic": ("سلام", 4, 4, 8),
    "decomposed": ("e\u0301", 2, 2, 3),
    "emoji": ("😀", 1, 2, 4),
    "family": ("👨\u200d👩\u200d👧", 5, 8, 18),
    "flag": ("🇮🇹", 2, 4, 8),
    "empty": ("", 0, 0, 0),
    "half": ("\ud83d", 1, 1, 3),
}


@pytest.mark.parametrize("name", _COUNTS)
def test_counting_as_platforms_do(name: str) -> None:
    text, characters, utf16_units, utf8_bytes = _COUNTS[name]
    assert count(text, "characters") == characters
    assert count(text, "utf16_units") == utf16_units
    assert count(text, "utf8_bytes") == utf8_bytes


def test_every_counter_is_counted_above() -> None:
    assert set(COUNTERS) == {"characters", "utf16_units", "utf8_bytes"}


def test_refusing_says_the_first_finding() -> None:
    refuse([])
    findings = [Finding("a.b", "text", 1, 2, "one"), Finding("c.d", "title", None, None, "two")]
    with pytest.raises(Permanent, match="one") as refused:
        refuse(findings)
    assert (refused.value.code, refused.value.field) == ("a.b", "text")
