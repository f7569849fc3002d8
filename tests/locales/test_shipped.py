"""What ships: fourteen locales, all drafts, up to date, and nothing in them that misleads."""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns import open_library
from campaigns.kinds import KINDS
from locales import LocalisedCard, check_catalogue, localise, open_catalogues
from locales.catalogue import SHIPPED
from locales.extract import SHARED
from locales.lookup import alt_context
from locales.placeholders import balanced
from locales.update import SHIPPED_LOCALES, update

LIBRARY = open_library()
CATALOGUES = open_catalogues()
DOMAINS = (*LIBRARY.campaign_ids(), SHARED)


def test_every_shipped_locale_has_a_folder_and_no_other() -> None:
    assert set(CATALOGUES.locales()) == set(SHIPPED_LOCALES)


def test_catalogues_are_up_to_date_with_the_campaigns() -> None:
    stale = update(LIBRARY, SHIPPED, SHIPPED_LOCALES, check=True)
    assert stale == [], "run 'python -m locales.update'"


@pytest.mark.parametrize("locale", SHIPPED_LOCALES)
@pytest.mark.parametrize("domain", DOMAINS)
def test_a_shipped_catalogue_is_a_draft_without_errors(locale: str, domain: str) -> None:
    catalogue = CATALOGUES.find(locale, domain)
    assert catalogue is not None
    assert {entry.state for entry in catalogue.entries.values()} == {"draft"}
    messages = LIBRARY.shared.values() if domain == SHARED else LIBRARY.campaign(domain).messages()
    found = check_catalogue(catalogue, messages)
    assert [str(item) for item in found if item.level == "error"] == []


@pytest.mark.parametrize("locale", SHIPPED_LOCALES)
@pytest.mark.parametrize("campaign_id", LIBRARY.campaign_ids())
def test_every_card_is_ready_in_every_shipped_locale(campaign_id: str, locale: str) -> None:
    campaign = LIBRARY.campaign(campaign_id)
    society = next(
        (one for one in LIBRARY.societies.values() if locale in one.locales),
        next(iter(LIBRARY.societies.values())),
    )
    day = LIBRARY.observances[campaign.observance].in_year(2027)
    for card in campaign.cards:
        result = localise(card, campaign, society, locale, LIBRARY, CATALOGUES, observance_date=day)
        assert isinstance(result, LocalisedCard), result
        assert result.locale == locale
        assert len(result.alts) == len(result.slides) == card.pictures
        for text in (*result.slides[0].values(), *result.texts.values(), *result.alts):
            assert balanced(text)
            assert not {"{", "}"} & set(text)


@pytest.mark.parametrize("locale", SHIPPED_LOCALES)
def test_every_shipped_myth_can_be_told_in_two_pictures(locale: str) -> None:
    campaign, society = LIBRARY.campaign("myths-and-facts"), LIBRARY.societies["gr"]
    day, told = LIBRARY.observances[campaign.observance].in_year(2027), KINDS["myth_fact"].carousel
    assert told is not None
    for card in campaign.cards:
        if card.kind != "myth_fact":
            continue
        two = replace(card, parts=told.parts, layout=told.layout, pictures=len(told.parts))
        one = localise(card, campaign, society, locale, LIBRARY, CATALOGUES, observance_date=day)
        both = localise(two, campaign, society, locale, LIBRARY, CATALOGUES, observance_date=day)
        assert isinstance(one, LocalisedCard), one
        assert isinstance(both, LocalisedCard), both
        assert both.texts == one.texts
        for slide, alt in zip(both.slides, both.alts, strict=True):
            assert slide["count"] in alt
            assert slide["myth"] in alt
            assert slide["label_myth"] in alt
        assert both.slides[1]["label_fact"] in both.alts[1]
        assert both.slides[1]["label_fact"] not in both.alts[0]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("line", [True, False])
def test_a_card_in_another_layout_is_described_as_in_its_own(kind: str, line: bool) -> None:
    any_card = LIBRARY.campaign("online-safety").cards[0]
    own = replace(any_card, kind=kind, layout=KINDS[kind].layout)
    found = alt_context(own, LIBRARY.shared, 1, with_line=line)
    assert found in LIBRARY.shared
    other = replace(own, layout="over_photo")
    assert alt_context(other, LIBRARY.shared, 1, with_line=line) == found
