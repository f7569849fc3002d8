"""The campaign with a card of every kind, as a workspace and as its cards."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

from campaigns.model import Campaign
from clarion.press import Job
from clarion.settings import Settings
from clarion.wiring import Studio
from locales import LocalisedCard
from rendering.asset import CardRequest

FOLDER = Path(__file__).parent / "all-kinds"
DAY = date(2027, 7, 30)
SPEAKERS = {"en_GB": "mt", "ar": "dz"}
"""Who posts it, by locale."""


@cache
def studio() -> Studio:
    """The workspace as it lies here; nothing may be written into it."""
    return Studio(Settings(FOLDER, sample_helpline=True))


def campaign() -> Campaign:
    return studio().library.campaign("all-kinds")


def job(card: str, society: str, locale: str) -> Job:
    return Job(campaign(), campaign().card(card), studio().library.societies[society], locale, DAY)


def localised(card: str, society: str, locale: str) -> LocalisedCard:
    """A card as its society would print it."""
    done = studio().press.localise(job(card, society, locale))
    assert isinstance(done, LocalisedCard), done.reasons
    return done


def request(card: str, society: str, locale: str, form: str) -> CardRequest:
    """Its first picture."""
    done = localised(card, society, locale)
    return studio().press.requests(job(card, society, locale), done, form)[0]
