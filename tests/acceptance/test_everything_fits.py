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


def speaker(studio: Studio, locale: str) -> Society:
    """The society with the longest name in this locale: the hardest to fit."""
    societies = [one for one in studio.library.societies.values() if locale in one.locales]
    return max(societies, key=lambda one: len(one.name(locale)))


@pytest.mark.parametrize("locale", SHIPPED_LOCALES)
@pytest.mark.parametrize("with_line", [True, False], ids=["with a helpline", "without"])
def test_every_card_fits_every_format(tmp_path: Path, locale: str, with_line: bool) -> None:
    studio = Studio(Settings(tmp_path, sample_helpline=with_line))
    composer = studio.press.workshop.composer
    society = speaker(studio, locale)
    troubles = []
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
                        troubles.append(f"{card.id}, {form}: {error}")
    assert troubles == []
