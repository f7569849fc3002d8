"""Every shipped card, in every shipped locale and every format: it fits, or this says where not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from campaigns.model import Society
from clarion.press import Job
from clarion.settings import Settings
from clarion.wiring import Studio
from locales import LocalisedCard
from locales.update import SHIPPED_LOCALES
from rendering.errors import RenderError

DAY = date(2027, 7, 30)
TOO_TALL = {("my", "before-you-say-yes", "link")}
"""Six lines of Burmese are higher than the lowest format allows: that picture is not made there."""


def speaker(studio: Studio, locale: str) -> Society:
    """The society with the longest name in this locale, the hardest to fit; of all where none of
    the register speaks it yet."""
    known = list(studio.library.societies.values())
    speaking = [one for one in known if locale in one.locales] or known
    return max(speaking, key=lambda one: len(one.name(locale)))


@pytest.mark.parametrize("locale", SHIPPED_LOCALES)
@pytest.mark.parametrize("with_line", [True, False], ids=["with a helpline", "without"])
def test_every_card_fits_every_format(tmp_path: Path, locale: str, with_line: bool) -> None:
    studio = Studio(Settings(tmp_path, sample_helpline=with_line))
    composer = studio.press.workshop.composer
    society = speaker(studio, locale)
    troubles, tall = [], set()
    for campaign in studio.campaigns():
        for card in campaign.cards:
            if with_line and card.kind != "get_help":
                continue  # only that kind differs with a line
            done = studio.press.localise(Job(campaign, card, society, locale, DAY))
            assert isinstance(done, LocalisedCard), done
            for form in composer.theme.formats:
                for request in studio.press.requests(
                    Job(campaign, card, society, locale, DAY), done, form
                ):
                    try:
                        composer.compose(request)
                    except RenderError as error:
                        if (locale, card.id, form) in TOO_TALL:
                            tall.add((locale, card.id, form))
                        else:
                            troubles.append(f"{card.id}, {form}: {error}")
    assert troubles == []
    assert with_line or tall == {one for one in TOO_TALL if one[0] == locale}
