"""The hashtags of a campaign: written so that a screen reader reads their words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from campaigns.errors import ContentError
from campaigns.library import open_library
from campaigns.loader import load_campaign
from campaigns.review import review

Edit = Callable[[str, str, str], Path]
FILE, TAGS = "small/campaign.yaml", "[EndHumanTrafficking]"


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("endHumanTrafficking", "#endHumanTrafficking begins with a small letter; begin every"),
        ("ENDTRAFFICKING", "#ENDTRAFFICKING is all capitals; begin every word with a capital"),
    ],
)
def test_a_hashtag_that_cannot_be_read_is_refused_with_its_line(
    edit: Edit, tag: str, words: str
) -> None:
    with pytest.raises(ContentError) as caught:
        load_campaign(edit(FILE, TAGS, f"[{tag}]"))
    assert f"campaign.yaml:5: hashtags: {words}" in str(caught.value)


@pytest.mark.parametrize(
    ("tag", "doubted"), [("Endhumantrafficking", True), ("EndHumanTrafficking", False)]
)
def test_one_that_may_be_a_word_is_only_doubted(
    edit: Edit, folder: Path, tag: str, doubted: bool
) -> None:
    edit(FILE, TAGS, f"[{tag}]")
    library = open_library(folder.parent)
    found = [one.rule for one in review(library.campaign("small"), library)]
    assert ("hashtag-words" in found) == doubted
