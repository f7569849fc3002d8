"""Those in a picture agreed to be shown, until a day and in some countries: kept to the minute."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from clarion.gate import Gate
from clarion.settings import load_settings
from clarion.wiring import Studio
from tests.conftest import Command

CAMPAIGN = "campaigns/our-first-campaign/campaign.yaml"
WORLD_DAY = ("--for", "2027-07-30")


def photograph(workspace: Path, expires: str, territories: str) -> None:
    """Give the card of 29 July a photograph of an adult who agreed to it."""
    file = workspace / CAMPAIGN
    text = file.read_text("utf-8")
    card = "    sources: [S14]\n"
    assert text.count(card) == 1
    photo = f"""\
    layout: over_photo
    photo:
      file: office.jpg
      credit: "A role"
      origin: photograph
      depicts: [adult, office]
      people: adults
      consent:
        {{reference: C-12, given_on: 2026-01-31, expires: {expires}, territories: {territories}}}
    photo_alt: "An adviser at a desk"
"""
    file.write_text(text.replace(card, card + photo), "utf-8")
    Image.new("RGB", (1200, 1200), (20, 30, 60)).save(file.parent / "office.jpg")


def reasons(workspace: Path, at: datetime) -> list[str]:
    """What the gate says about the card with the picture at this instant, of the consent."""
    with closing(Studio(load_settings(workspace))) as studio:
        [entry] = [
            one for one in studio.ledger.entries()
            if (one.delivery.card, one.delivery.locale) == ("ask-first", "en_GB")
        ]  # fmt: skip
        return [why for why in Gate(studio.press)(entry, at) if "consent" in why]


@pytest.mark.parametrize(
    ("expires", "territories", "why"),
    [
        ("2027-07-01", "[MT]", "the consent C-12 ended on 2027-07-01"),
        ("2027-12-31", "[IT, GR]", "the consent C-12 is for IT, GR, not for MT"),
    ],
)
def test_a_card_without_consent_is_held_at_plan_time_with_the_reason(
    workspace: Path, clarion: Command, expires: str, territories: str, why: str
) -> None:
    photograph(workspace, expires, territories)
    assert clarion("messages", "update").code == 0
    planned = clarion("plan", *WORLD_DAY, "--json").value["deliveries"]
    [held] = [one for one in planned if (one["card"], one["locale"]) == ("ask-first", "en_GB")]
    assert (held["state"], held["reason"]) == ("held", why)


def test_a_consent_that_ends_is_asked_for_at_the_moment_of_posting(
    workspace: Path, clarion: Command
) -> None:
    photograph(workspace, "2027-07-30", "[MT]")
    assert clarion("messages", "update").code == 0
    assert clarion("plan", *WORLD_DAY).code == 0
    assert reasons(workspace, datetime(2027, 7, 29, 7, tzinfo=UTC)) == []
    ended = ["the consent C-12 ended on 2027-07-30"]
    assert reasons(workspace, datetime(2027, 7, 30, 22, 30, tzinfo=UTC)) == ended  # 31 July there
    text = (workspace / CAMPAIGN).read_text("utf-8")
    sooner = text.replace("expires: 2027-07-30", "expires: 2027-07-28")
    assert sooner != text
    (workspace / CAMPAIGN).write_text(sooner, "utf-8")
    gone = ["the consent C-12 ended on 2027-07-28"]
    assert reasons(workspace, datetime(2027, 7, 29, 7, tzinfo=UTC)) == gone
