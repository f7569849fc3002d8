"""What ships can go out: campaigns load, refer to what exists, and the review has no error."""

from __future__ import annotations

import pytest

from campaigns import open_library
from campaigns.kinds import KINDS
from campaigns.review import placeholders, review

LIBRARY = open_library()


def test_both_campaigns_ship() -> None:
    assert {"myths-and-facts", "online-safety"} <= set(LIBRARY.campaign_ids())


@pytest.mark.parametrize("campaign_id", LIBRARY.campaign_ids())
def test_a_shipped_campaign_has_no_error(campaign_id: str) -> None:
    found = review(LIBRARY.campaign(campaign_id), LIBRARY)
    assert [str(item) for item in found if item.level == "error"] == []


@pytest.mark.parametrize("campaign_id", LIBRARY.campaign_ids())
def test_a_shipped_campaign_names_its_day_in_the_shared_messages(campaign_id: str) -> None:
    assert f"days.{LIBRARY.campaign(campaign_id).observance}" in LIBRARY.shared


def test_every_picture_of_a_carousel_has_its_description() -> None:
    for kind in KINDS.values():
        parts = kind.carousel.parts if kind.carousel else ()
        for part in parts:
            shown = placeholders(LIBRARY.shared[f"alt.{part.alt}"].text)
            source = {"source_line"} if part is parts[-1] else set()
            assert set(part.fields) | {"count", "total", "society"} | source == shown


def test_no_helpline_ships_that_somebody_might_call() -> None:
    assert {line.status for line in LIBRARY.referrals.values()} <= {"sample", "template", "unknown"}


def test_every_figure_names_a_source_that_ships() -> None:
    for figure in LIBRARY.figures.values():
        assert figure.source in LIBRARY.sources, figure.id
