from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from publishers.names import folder_name, safe_name


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("Croce Rossa Italiana", "Croce Rossa Italiana"),
        ("الهلال الأحمر المصري", "الهلال الأحمر المصري"),
        ("מגן דוד אדום בישראל", "מגן דוד אדום בישראל"),
        ("Društvo Crvenog krsta/križa", "Društvo Crvenog krsta-križa"),
        ("../../etc/passwd", "etc-passwd"),
        ("..", "unnamed"),
        ("", "unnamed"),
        (" \t\n", "unnamed"),
        ("a\x00b\nc\x1b[31m", "abc[31m"),
        ("evil\u202egpj.exe", "evilgpj.exe"),
        ("C:\\temp\\*?", "C--temp"),
        (".hidden", "hidden"),
        ("trailing. ", "trailing"),
        ("CON", "CON_"),
        ("nul.txt", "nul.txt_"),
        ("e\u0301", "é"),
        ("\u200d\u200c", "unnamed"),
        ("half \ud83d", "half"),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_names(given_: str, expected: str) -> None:
    assert safe_name(given_) == expected


@settings(deadline=None)
@given(st.text(st.characters()), st.integers(4, 80))
@example("com1", 4)
@example("a" * 3 + " b", 4)
@example("é" * 40, 5)
def test_a_safe_name_is_one_visible_name(text: str, limit: int) -> None:
    name = safe_name(text, limit)
    assert 0 < len(name.encode("utf-8")) <= max(limit, len("unnamed")) + 1
    assert not set(name) & set('/\\:*?"<>|')
    assert all(unicodedata.category(c) not in {"Cc", "Cs"} for c in name)
    assert name[0] not in ". "
    assert name[-1] not in ". "
    assert name.strip("\u200c\u200d")


@settings(deadline=None)
@given(st.text(st.characters()))
def test_made_safe_twice_is_the_same(text: str) -> None:
    assert safe_name(safe_name(text)) == safe_name(text)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"local_time": "2027-07-30 09:00 Europe/Rome", "card": "help"}, "2027-07-30 0900-help-it"),
        ({"local_time": "2027-07-30T09:00", "card": "help"}, "2027-07-30 0900-help-it"),
        ({"local_time": "soon", "card": "a/b", "locale": "sr_Latn"}, "undated-a-b-sr_Latn"),
        ({}, "undated-unnamed-it"),
    ],
)
def test_folder_names(facts: dict[str, str], expected: str) -> None:
    assert folder_name(facts, "it") == expected
