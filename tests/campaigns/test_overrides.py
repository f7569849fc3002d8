"""Approved words: one message, one rule, these words; never by the campaign's author."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaigns.errors import ContentError
from campaigns.library import SHIPPED, open_library
from campaigns.overrides import load_overrides, of_message, refuse_own

RECORD = """\
overrides:
  - id: O01
    rule: en_GB.Survivor
    locale: en_GB
    context: myths-and-facts/leaving.more
    words: "victims of trafficking"
    by: safeguarding-lead
    on: 2027-03-01
    why: "It names the group the act is about."
"""


def overrides(folder: Path, text: str = RECORD) -> Path:
    path = folder / "overrides.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_record_belongs_to_one_message_of_one_locale(tmp_path: Path) -> None:
    found = load_overrides(overrides(tmp_path)).values()
    (one,) = of_message(found, "en_GB", "myths-and-facts", "leaving.more")
    assert (one.rule, one.on) == ("en_GB.Survivor", date(2027, 3, 1))
    assert str(one) == (
        "approved by safeguarding-lead on 2027-03-01: It names the group the act is about."
    )
    assert not of_message(found, "fr", "myths-and-facts", "leaving.more")
    assert not of_message(found, "en_GB", "online-safety", "leaving.more")
    assert not of_message(found, "en_GB", "myths-and-facts", "leaving.myth")


def test_what_ships_approves_nothing() -> None:
    assert load_overrides(SHIPPED / "overrides.yaml") == {}


@pytest.mark.parametrize(
    ("typed", "instead", "said"),
    [
        ("en_GB.Survivor", "Survivor", "rule: 'Survivor' is not complete; write it as en_GB"),
        ("myths-and-facts/", "", "context: 'leaving.more' is not complete"),
        ("2027-03-01", "soon", "on: 'soon' is not a date"),
        ("by: safeguarding-lead", "by:", "by: is empty"),
        ("why:", "because:", "why: is missing"),
        ("id: O01", "id: O01\n    level: error", "level: is not a known key"),
    ],
)
def test_an_incomplete_record_is_refused(
    tmp_path: Path, typed: str, instead: str, said: str
) -> None:
    with pytest.raises(ContentError, match=said):
        load_overrides(overrides(tmp_path, RECORD.replace(typed, instead)))


def test_the_author_of_a_campaign_approves_no_words_in_it(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    library = open_library(tmp_path)
    author = library.campaign("myths-and-facts").author
    refuse_own(library.overrides.values(), "myths-and-facts", author)
    path = overrides(tmp_path / "campaigns", RECORD.replace("safeguarding-lead", author.upper()))
    again = library.fresh()
    assert again.campaign("online-safety")
    with pytest.raises(ContentError, match="another role") as refused:
        again.campaign("myths-and-facts")
    assert refused.value.place.file == path


def test_a_workspace_adds_its_own_and_is_read_anew(tmp_path: Path) -> None:
    (tmp_path / "campaigns").mkdir()
    library = open_library(tmp_path)
    assert library.overrides == {}
    overrides(tmp_path / "campaigns")
    assert list(library.fresh().overrides) == ["O01"]
