"""Figures on cards: in date, and never without the word that says who was counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from campaigns import open_library
from campaigns.figures import stale, uncounted
from campaigns.library import Library
from campaigns.records import Figure
from campaigns.review import card_errors, review, stale_findings

Edit = Callable[[str, str, str], Path]

TODAY = date(2027, 6, 1)
FIGURE = Figure("F", Decimal(42), "percent", "of people detected", "2022", "S01", TODAY, "primary")


def figures(*days: int) -> dict[str, Figure]:
    """Figures to be reviewed so many days from today."""
    due = [TODAY + timedelta(days=left) for left in days]
    return {f"F{n}": replace(FIGURE, id=f"F{n}", review_by=day) for n, day in enumerate(due)}


def test_what_is_due_is_told_soonest_first_and_not_what_is_far_off() -> None:
    found = stale(figures(61, 60, 0, -1), TODAY, 60)
    assert [(one.figure.id, one.left) for one in found] == [("F3", -1), ("F2", 0), ("F1", 60)]
    assert [one.figure.expired(TODAY) for one in found] == [True, False, False]
    assert str(found[0]).startswith("figure F3 was to be reviewed by 2027-05-31")


@pytest.mark.parametrize(
    ("counts", "text", "missing"),
    [
        ("of people detected", "Of the people detected, {figure} were men.", ()),
        ("of people detected", "Of the cases that authorities detect, {figure}.", ()),
        ("of people detected", "{figure} of trafficked people are men.", ("detected",)),
        ("million people, estimated", "An estimate: {figure} million.", ()),
        ("million people, estimated", "{figure} million were detected.", ("estimated",)),
        ("children registered and assisted", "{figure} were registered.", ()),
        ("children registered and assisted", "{figure} children.", ("registered", "assisted")),
        ("platforms that were checked", "{figure} platforms.", ()),
        ("of people detected", "The undetected: {figure}.", ("detected",)),
    ],
)
def test_a_card_says_whom_its_figure_counts(
    counts: str, text: str, missing: tuple[str, ...]
) -> None:
    assert uncounted(text, replace(FIGURE, counts=counts)) == missing


def library_of(folder: Path) -> Library:
    """The small workspace."""
    return open_library(folder.parent)


def test_a_figure_without_its_word_is_an_error_of_the_card(folder: Path, edit: Edit) -> None:
    library = library_of(folder)
    campaign = library.campaign("small")
    assert "figure-counts" not in {one.rule for one in review(campaign, library)}
    edit("small/campaign.yaml", "body: An estimate.", "body: Everybody.")
    library = library_of(folder)
    campaign = library.campaign("small")
    [found] = [one for one in review(campaign, library) if one.rule == "figure-counts"]
    assert (found.level, found.field) == ("error", "number")
    assert "'estimated'" in found.remedy
    assert found in card_errors(campaign.card("number"), library)
    assert found not in card_errors(campaign.card("number"), library, "fr")


def test_the_post_text_alone_does_not_say_it_for_the_picture(folder: Path, edit: Edit) -> None:
    edit("small/campaign.yaml", "body: An estimate.", "body: Everybody.\n    more: An estimate.")
    library = library_of(folder)
    rules = [one.rule for one in review(library.campaign("small"), library)]
    assert "figure-counts" in rules


def test_a_card_is_warned_of_its_figures_last_days(folder: Path) -> None:
    library = library_of(folder)
    campaign = library.campaign("small")
    assert list(stale_findings(campaign, library, date(2027, 11, 1), ahead=59)) == []
    [found] = stale_findings(campaign, library, date(2027, 11, 1), ahead=60)
    assert (found.rule, found.level, found.field) == ("figure-stale", "warning", "number")


def test_what_ships_says_whom_it_counts() -> None:
    library = open_library()
    checked = 0
    for name in library.campaign_ids():
        for card in library.campaign(name).cards:
            text = " ".join(item.text for key, item in card.fields.items() if key != "more")
            for figure in card.figures.values():
                checked += 1
                assert uncounted(text, library.figures[figure]) == (), f"{card.id} {figure}"
    assert checked >= 8
